"""An answer at its word: without what only leads to it, and a list cut into its items."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final

from playbook import Playbook
from playbook.lexicon import NUMBER, Lexicon, Phrases, plain
from playbook.reading.contact import introduces
from playbook.reading.meaning import LIST_SLOTS, SlotName
from playbook.reading.measures import measures_in
from playbook.reading.text import OPAQUE, Part, is_only
from playbook.remembering import once_for_each

LONGEST_VALUE: Final = 160
MOST_ITEMS: Final = 12
_MOST_WORDS: Final[Mapping[str, int]] = {"steps": 60, "task": 12, "business_type": 12}
_MOST_WORDS_OF_OTHERS: Final = 25
_BULLETS: Final = re.compile(r"(?m)^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_SEPARATORS: Final = re.compile(
    rf"\s*(?:{NUMBER}+[.)](?=\s)|[,;\n\u2022\uff0c\u3001]|->|\u2192|=>|/(?=\s))\s*"
)
_WORD: Final = re.compile(r"\w{3,}")
_STEM: Final = 5
_CLAUSES_OF_STEPS: Final = 3
_FEWEST_ITEMS: Final = 3
_MOST_WORDS_OF_AN_ITEM: Final = 5
_LONGEST_TOOL_WORDS: Final = 3


def most_words(slot: str) -> int:
    """How many words an answer to the question for a slot may have."""
    return _MOST_WORDS.get(slot, _MOST_WORDS_OF_OTHERS)


def values_said(slot: SlotName, said: Sequence[Part], playbook: Playbook) -> tuple[str, ...]:
    """What plain statements say of a slot, at their word; nothing where they are too long."""
    lexicon = playbook.lexicon
    if not said or sum(len(one.raw.split()) for one in said) > most_words(slot):
        return ()
    if slot == "tools":
        return tuple(_tools_listed(said, playbook))[:MOST_ITEMS]
    if slot in LIST_SLOTS:
        items = items_in(said, lexicon, are_steps=slot == "steps")
        return tuple(one for one in items if len(one) <= LONGEST_VALUE)[:MOST_ITEMS]
    if slot in {"business_type", "task"}:
        return _name_said(slot, said, lexicon)
    bare = [without_courtesies(one, lexicon) for one in said]
    texts = [one.raw for one in bare if one.raw]
    text = ". ".join(f"{one[:1].upper()}{one[1:]}" if at else one for at, one in enumerate(texts))
    return (text,) if text and len(text) <= LONGEST_VALUE else ()


def _name_said(slot: str, said: Sequence[Part], lexicon: Lexicon) -> tuple[str, ...]:
    """What a business or a task is called: the first that is short enough, without a number of people."""
    pronouns = (*lexicon.polite, lexicon.answers.same, lexicon.answers.light)
    for one in (part for part in said if not is_only(part.plain, pronouns)):
        names = [at for at, clause in enumerate(one.clauses) if introduces(clause, lexicon)]
        clauses = list(one.clauses[names[-1] + 1 if names else 0 :])
        if not clauses or (slot == "task" and len(clauses) >= _CLAUSES_OF_STEPS):
            continue
        if slot == "business_type":
            # `Day spa in Lisbon, 13 therapists`
            clauses = [*clauses[:1], *takewhile(lambda clause: not clause.figures, clauses[1:])]
        last = clauses[-1]
        whole = one.cut(clauses[0].start - one.start, last.start + len(last.raw) - one.start)
        for part in (whole, *clauses):
            text = named(_without_number(part, lexicon), lexicon)
            if text.raw and not _is_light(text, lexicon):
                return (text.raw,)
    return ()


def _without_number(part: Part, lexicon: Lexicon) -> Part:
    """The longer side of a number of people or hours that is noted by itself."""
    measures = [one for one in measures_in(part, lexicon) if one.unit in {"people", "hours"}]
    if not measures:
        return part
    before, after = part.cut(0, measures[0].start), part.cut(measures[-1].end, len(part.raw))
    behind = lexicon.team.staff.begin(after.masked) or lexicon.team.people.begin(after.masked)
    after = after.cut(behind.end(), len(after.raw)) if behind else after
    groups = (lexicon.answers.light, lexicon.answers.joins, lexicon.numbers.fillers, lexicon.team.we_are)
    sides = [_without_ends(before, groups), after]
    return max(sides, key=lambda side: len(named(side, lexicon).raw) if side.raw else 0)


def kept_by_people(part: Part, lexicon: Lexicon) -> str | None:
    """What stays with people: `refunds` of `refunds must stay with us`."""
    keeps = lexicon.answers.keeps.search(part.masked)
    before = part.cut(0, keeps.start()) if keeps and keeps.start() > 1 else None
    is_short = before is not None and len(before.raw.split()) <= most_words("task")
    return named(before, lexicon).raw or None if before is not None and is_short else None


def items_of(text: Part, slot: SlotName, lexicon: Lexicon) -> tuple[str, ...]:
    """The items of a list that is written behind its name, as they are written."""
    joins = lexicon.answers.joins.all_in(text.masked) if slot == "tools" else ()
    bullets = _BULLETS.sub(lambda match: "\n" * len(match.group()), text.masked)
    matches = [*_SEPARATORS.finditer(bullets), *joins]
    parts = text.split(match.span() for match in matches)
    return tuple(dict.fromkeys(part.raw for part in parts if len(part.raw) > 1))[:MOST_ITEMS]


def without_courtesies(part: Part, lexicon: Lexicon) -> Part:
    """Without greetings, interjections and joining words at both ends."""
    words = lexicon.answers
    leads = (*_greetings(lexicon), words.joins)
    return _without_ends(_without_leads(part, leads, lexicon), (words.courtesies, lexicon.intents["thank"]))


def named(part: Part, lexicon: Lexicon) -> Part:
    """The thing itself: `bakery` of `well, we run a bakery`."""
    words = lexicon.answers
    bare = _without_leads(part, (*_greetings(lexicon), words.joins, words.light, words.articles), lexicon)
    return _without_ends(bare if bare.raw else part, (words.courtesies, lexicon.intents["thank"]))


def items_in(parts: Iterable[Part], lexicon: Lexicon, *, are_steps: bool) -> list[str]:
    """What is listed, item by item, each without its subject or its article."""
    items, words = list[str](), lexicon.answers
    others = (words.light, words.articles, *_greetings(lexicon))
    leads = (words.subjects, words.courtesies) if are_steps else others
    for part in parts:
        for item in _split(part, words.splits if are_steps else words.joins):
            tidy = _without_ends(_without_leads(item, leads, lexicon), (words.courtesies,))
            kept = None if are_steps else words.keeps.search(tidy.masked)
            if kept and kept.start() > 1:
                tidy = tidy.cut(0, kept.start())
            if len(tidy.raw) > 1 and OPAQUE not in tidy.masked and not _is_light(tidy, lexicon):
                items.append(tidy.raw)
    return [*dict.fromkeys(items)]


def listed_briefly(parts: Iterable[Part], lexicon: Lexicon) -> tuple[str, ...]:
    """Several things, each in a few words; none where it is one thing told at length."""
    parts = [one for one in parts if len(one.clauses) > 1]
    if any(lexicon.answers.subjects.begin(clause.masked) for one in parts for clause in one.clauses[1:]):
        return ()
    items = items_in(parts, lexicon, are_steps=False)
    are_short = all(len(item.split()) <= _MOST_WORDS_OF_AN_ITEM for item in items)
    return tuple(items[:MOST_ITEMS]) if are_short and len(items) >= _FEWEST_ITEMS else ()


def is_empty(part: Part, lexicon: Lexicon) -> bool:
    """Whether it says nothing of anybody's work."""
    return is_only(part.masked, lexicon.polite) or OPAQUE * 3 in part.masked


def is_plain(part: Part, phrases: Phrases, lexicon: Lexicon) -> bool:
    """Whether nothing but this, courtesies aside, is said."""
    text = part.masked
    for polite in (lexicon.intents["greet"], lexicon.intents["thank"]):
        text = polite.blanked_in(text)
    return phrases.search(text) is not None and is_only(text, (phrases, lexicon.answers.courtesies))


def the_one_meant(said: str, items: Sequence[str]) -> str | None:
    """The one item that shares more words with this than any other, None where it is not clear."""
    wanted = _stems(said)
    shared = {item: len(wanted & _stems(item)) for item in items}
    most = max(shared.values(), default=0)
    best = [item for item, count in shared.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def tools_named(
    parts: Iterable[Part], playbook: Playbook, *, is_asked: bool, is_any: bool = False
) -> list[str]:
    """The known programs that are named as used; everyday words only where programs were asked for."""
    found, lexicon = dict[str, str](), playbook.lexicon
    for clause in (clause for part in parts for clause in part.clauses):
        denials = (lexicon.negations, lexicon.numbers.past)
        if not is_any and any(one.search(clause.masked) for one in denials):
            continue
        for match in _pattern(playbook).finditer(clause.masked):
            name = clause.raw[match.start() : match.end()]
            is_everyday = _names(playbook).get(" ".join(plain(name).split())) in lexicon.everyday_tools
            if not is_everyday or (is_asked and not name.islower()):
                found.setdefault(plain(name), name)
    return [*found.values()]


def names_tool(part: Part, playbook: Playbook) -> bool:
    """Whether a known program is named."""
    return _pattern(playbook).search(part.masked) is not None


def tells_of_tools(part: Part, playbook: Playbook) -> bool:
    """Whether a sentence names known programs, and says that they are used or nothing else."""
    lexicon = playbook.lexicon
    left = _pattern(playbook).sub(lambda match: " " * len(match.group()), part.masked)
    light = (*lexicon.polite, lexicon.answers.light, lexicon.answers.joins)
    return left != part.masked and (is_only(left, light) or lexicon.answers.uses.search(left) is not None)


def _tools_listed(said: Sequence[Part], playbook: Playbook) -> Iterator[str]:
    """The known names, and short items that no known name is in."""
    pattern, found = _pattern(playbook), dict[str, str]()
    for name in tools_named(said, playbook, is_asked=True):
        found.setdefault(plain(name), name)
    for item in items_in(said, playbook.lexicon, are_steps=False):
        if len(item.split()) <= _LONGEST_TOOL_WORDS and not pattern.search(plain(item)):
            found.setdefault(plain(item), item)
    yield from found.values()


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry the meaning."""
    return frozenset(word[:_STEM] for word in _WORD.findall(plain(text)))


def _is_light(part: Part, lexicon: Lexicon) -> bool:
    words = lexicon.answers
    return is_only(part.masked, (*lexicon.polite, words.light, words.articles, words.joins, words.same))


def _greetings(lexicon: Lexicon) -> tuple[Phrases, ...]:
    return (lexicon.intents["greet"], lexicon.intents["thank"], lexicon.answers.courtesies, lexicon.agrees)


def _without_leads(part: Part, groups: Sequence[Phrases], lexicon: Lexicon) -> Part:
    """Without these at the beginning; a no goes only where a sign parts it from the rest."""
    while True:
        ends = [match.end() for group in groups if (match := group.begin(part.masked)) and match.end()]
        refusal = lexicon.refuses.begin(part.masked)
        if refusal and part.masked[refusal.end() :].startswith((",", ".", "!", ";")):
            ends.append(refusal.end())
        if not ends:
            return part
        part = part.cut(max(ends), len(part.raw))


def _without_ends(part: Part, groups: Sequence[Phrases]) -> Part:
    while starts := [
        match.start()
        for group in groups
        for match in group.all_in(part.masked)
        if match.end() == len(part.raw) and match.start() > 0
    ]:
        part = part.cut(0, min(starts))
    return part


def _split(part: Part, words: Phrases) -> Iterator[Part]:
    text = _BULLETS.sub(lambda match: "\n" * len(match.group()), part.masked)
    matches = [*_SEPARATORS.finditer(text), *words.all_in(text)]
    yield from part.split(match.span() for match in matches)


@once_for_each
def _names(playbook: Playbook) -> Mapping[str, str]:
    lexicon = playbook.lexicon
    return {plain(name): name for name in (*lexicon.everyday_tools, *lexicon.known_tools, *playbook.tools)}


@once_for_each
def _pattern(playbook: Playbook) -> re.Pattern[str]:
    longest_first = sorted(_names(playbook), key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return re.compile(rf"(?<![\w@.])(?:{names})(?![\w@])")
