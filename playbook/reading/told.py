"""Takes the answer to the open question at its word, and reads names, addresses and known programs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from playbook import Playbook, once_for_each
from playbook.lexicon import Lexicon, plain
from playbook.reading.answers import is_empty, is_short_name, items_in, named, tool_names, without_courtesies
from playbook.reading.contact import address_in, name_alone, name_in, phone_numbers
from playbook.reading.counting import is_bare
from playbook.reading.meaning import (
    LIST_SLOTS,
    NUMBER_SLOTS,
    Operation,
    SlotName,
    SlotUpdate,
)
from playbook.reading.measures import measures_in
from playbook.reading.talk import Talk
from playbook.reading.text import Part, is_only

LONGEST_VALUE: Final = 160
MOST_ITEMS: Final = 12
# A longer name of a business or a task is cut at a comma, or asked for anew.
_MOST_WORDS: Final = {"business_type": 10, "task": 12}
# So many things that cost time, each in so few words, are a list of them.
_FEWEST_WASTERS: Final = 3
_CLAUSES_OF_STEPS: Final = 3
_MOST_WORDS_OF_A_WASTER: Final = 5


def contact_told(whole: Part, conversation: Talk, lexicon: Lexicon) -> Iterator[SlotUpdate]:
    """The name, the address and the telephone number, as they are written."""
    address = address_in(whole)
    name = name_in(whole, address, lexicon)
    is_late = conversation.proposal is not None or conversation.booking_url is not None
    if name is None and is_late and conversation.profile.name is None:
        name = name_alone(whole, lexicon)
    told: list[tuple[SlotName, str | None]] = [
        ("name", name.text if name else None), ("contact_email", address.text if address else None),
        ("contact_phone", next(iter(phone_numbers(whole.raw)[::-1]), None)),
    ]  # fmt: skip
    for slot, value in told:
        if value:
            yield SlotUpdate(slot=slot, values=(value,), quote=value)


def answer_told(
    whole: Part, answers: Sequence[Part], slot: SlotName, *, conversation: Talk, lexicon: Lexicon
) -> Iterator[SlotUpdate]:
    """What the sentences answer to the question for a slot; nothing where they say nothing of any work."""
    said = [one for one in answers if not is_empty(one, lexicon)]
    if not said or slot in NUMBER_SLOTS or slot == "tools":
        return
    if all(_is_same(one, lexicon) for one in said):
        if slot == "task" and conversation.profile.challenge is not None:
            known = conversation.profile.challenge
            yield SlotUpdate(slot="task", values=(known.value,), quote=known.words)
        return
    if slot in {"steps", "task", "challenge"}:
        kept = {one: name for one in said if (name := _kept(one, lexicon))}
        if 0 < len(kept) < len(said):
            said = [one for one in said if one not in kept]
            yield _added("out_of_scope", [*kept.values()], whole)
    if slot == "challenge" and (items := _wasters(said, lexicon)):
        yield _added("time_wasters", items, whole)
    if slot == "out_of_scope":
        named_ones = {one: name for one in said if (name := _kept(one, lexicon))}
        if len(named_ones) == len(said):
            yield SlotUpdate(slot=slot, values=tuple(named_ones.values()), quote=whole.raw)
            return
    if slot in LIST_SLOTS:
        items = items_in(said, lexicon, are_steps=slot == "steps")
        values = [one for one in items if len(one) <= LONGEST_VALUE][:MOST_ITEMS]
        yield from [SlotUpdate(slot=slot, values=tuple(values), quote=whole.raw)] if values else []
    elif text := _text(whole, said, slot, lexicon):
        yield SlotUpdate(slot=slot, values=(text,), quote=text)


def _kept(part: Part, lexicon: Lexicon) -> str | None:
    """What stays with people: `refunds` of `refunds must stay with us`."""
    keeps = lexicon.answers.keeps.search(part.masked)
    if keeps is None:
        return None
    before, after = part.cut(0, keeps.start()), part.cut(keeps.end(), len(part.raw))
    return named(before if len(before.raw) > 2 else after, lexicon).raw or None


def _wasters(said: Sequence[Part], lexicon: Lexicon) -> list[str]:
    """Several things that cost time, each in a few words; none where it is one told at length."""
    items = items_in([one for one in said if len(one.clauses) > 1], lexicon, are_steps=False)
    are_short = all(len(item.split()) <= _MOST_WORDS_OF_A_WASTER for item in items)
    return items if are_short and len(items) >= _FEWEST_WASTERS else []


def _added(slot: SlotName, values: Sequence[str], whole: Part) -> SlotUpdate:
    return SlotUpdate(slot=slot, operation=Operation.ADD, values=tuple(values), quote=whole.raw)


def tools_told(
    sentences: Sequence[Part],
    answers: Sequence[Part],
    conversation: Talk,
    playbook: Playbook,
    *,
    said_back: Sequence[str],
) -> Iterator[SlotUpdate]:
    """The programs that are named as used, and known ones that are said not to be.

    Names that no list has are read in `answers` to the question for them.
    """
    known = {plain(name): name for name in _known(conversation)}
    used, gone, lexicon = dict[str, str](), dict[str, str](), playbook.lexicon
    is_asked = conversation.open_question == "tools"
    for sentence, clause in [(one, clause) for one in sentences for clause in one.clauses]:
        is_out = _is_out(clause, lexicon)
        is_list = is_asked and not is_out and sentence in answers
        names = _names_in(clause, playbook) if is_list else []
        for name in (*tool_names(clause, _pattern(playbook)), *names):
            is_everyday = _names(playbook).get(" ".join(plain(name).split())) in lexicon.everyday_tools
            if not is_everyday or (is_asked and not name.islower()):
                used.pop(plain(name), None)
                (gone if is_out else used)[plain(name)] = name
    kept = conversation.profile.out_of_scope.value if conversation.profile.out_of_scope else ()
    out = tuple(known[key] for key in gone if key in known)
    new = tuple(name for key, name in used.items() if name not in kept and (key not in known or is_asked))
    if new:
        is_put_right = any(lexicon.intents["correct"].search(one.masked) for one in sentences)
        is_new_list = known and (is_asked or (is_put_right and "tools" in said_back and not out))
        operation = Operation.SET if is_new_list else Operation.ADD
        yield SlotUpdate(slot="tools", operation=operation, values=new, quote=new[0])
    if out:
        yield SlotUpdate(
            slot="tools", operation=Operation.REMOVE, values=out, quote=next(iter(gone.values()))
        )


def _names_in(clause: Part, playbook: Playbook) -> list[str]:
    """The short items of a list of programs that no known name is in."""
    items = items_in([clause], playbook.lexicon, are_steps=False)
    pattern = _pattern(playbook)
    return [one for one in items if is_short_name(one) and not pattern.search(plain(one))]


def _is_out(clause: Part, lexicon: Lexicon) -> bool:
    words = (lexicon.negations, lexicon.numbers.past, lexicon.edits.removes)
    return any(one.search(clause.masked) for one in words)


def names_only(part: Part, playbook: Playbook) -> bool:
    """Whether a sentence names known programs and says nothing else."""
    words = playbook.lexicon.answers
    left = _pattern(playbook).sub(lambda match: " " * len(match.group()), part.masked)
    return left != part.masked and is_only(left, (*playbook.lexicon.polite, words.light, words.joins))


def _text(whole: Part, said: Sequence[Part], slot: str, lexicon: Lexicon) -> str | None:
    """A text as it was said; the name of a business or a task as far as it is short enough."""
    if slot not in _MOST_WORDS:
        return _as_said(whole, said, lexicon)
    for one in said:
        if slot == "task" and len(one.clauses) >= _CLAUSES_OF_STEPS:
            continue
        full = named(_without_number(one, lexicon), lexicon)
        for part in (full, *(named(clause, lexicon) for clause in full.clauses)):
            if part.raw and len(part.raw.split()) <= _MOST_WORDS[slot] and not is_empty(part, lexicon):
                return part.raw
    return None


def _as_said(whole: Part, said: Sequence[Part], lexicon: Lexicon) -> str | None:
    """The sentences that follow one another, as far as they are not too long."""
    text = None
    start, end = said[0].start - whole.start, said[0].start - whole.start
    for one in said:
        at = one.start - whole.start
        if any(map(str.isalnum, whole.raw[end:at])) or at + len(one.raw) - start > LONGEST_VALUE:
            break
        end = at + len(one.raw)
        text = without_courtesies(whole.cut(start, end), lexicon).raw
    return text or None


def _without_number(part: Part, lexicon: Lexicon) -> Part:
    """The longer side of a number of people or hours that is stored by itself."""
    measures = [
        one
        for one in measures_in(part, lexicon)
        if one.is_sure or (one.unit in {"people", "hours"} and is_bare(part, one, lexicon))
    ]
    if not measures:
        return part
    before, after = part.cut(0, measures[0].start), part.cut(measures[-1].end, len(part.raw))
    behind = lexicon.team.staff.begin(after.masked) or lexicon.team.people.begin(after.masked)
    after = after.cut(behind.end(), len(after.raw)) if behind else after
    sides = [_without_tail(before, lexicon), after]
    return max(sides, key=lambda side: len(named(side, lexicon).raw) if side.raw else 0)


def _without_tail(part: Part, lexicon: Lexicon) -> Part:
    groups = (lexicon.answers.light, lexicon.answers.joins, lexicon.numbers.fillers, lexicon.team.we_are)
    while starts := [
        match.start()
        for group in groups
        for match in group.all_in(part.masked)
        if match.end() == len(part.raw)
    ]:
        part = part.cut(0, min(starts))
    return part


def _is_same(part: Part, lexicon: Lexicon) -> bool:
    """Whether it says that the answer was given before, and nothing else."""
    words = lexicon.answers
    return is_only(part.masked, (words.same, *lexicon.polite, words.light))


def _known(conversation: Talk) -> Sequence[str]:
    return conversation.profile.tools.value if conversation.profile.tools else ()


@once_for_each
def _names(playbook: Playbook) -> Mapping[str, str]:
    lexicon = playbook.lexicon
    return {plain(name): name for name in (*lexicon.everyday_tools, *lexicon.known_tools, *playbook.tools)}


@once_for_each
def _pattern(playbook: Playbook) -> re.Pattern[str]:
    longest_first = sorted(_names(playbook), key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return re.compile(rf"(?<![\w@.])(?:{names})(?![\w@])")
