"""The numbered lines of what is noted: `6: Excel, Outlook` sets one, whatever was asked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from playbook.claims import folded, money_in
from playbook.lexicon import Lexicon
from playbook.reading.answers import items_of, named, the_one_meant, without_courtesies
from playbook.reading.contact import address_in
from playbook.reading.meaning import LINES, LIST_SLOTS, Operation, SlotName, SlotUpdate
from playbook.reading.numbers import NUMBERS, only_number
from playbook.reading.sentences import QUOTED, Kind, Scene, parted, read_sentence
from playbook.reading.talk import Talk
from playbook.reading.text import Part, Sentence, is_only

_NUMBERED: Final = re.compile(r"(?:^|(?<=\n)|(?<=[^\w\s] ))[ \t]*([1-8])[ \t]*[:=][ \t]*(?!\d\d\b)")
_LOOSE: Final = re.compile(r"^\s*([1-8])\s*(?:[.)]|\s-)?\s+(?=[^\W\d_]|-\s*$)")
_WRONG: Final = re.compile(r"^\W*([1-8])\s+(?=[^\W\d_])")
_SECOND: Final = re.compile(r"\b2\s*[:.)]")
_ALONE: Final = re.compile(r"^\W*([1-8])\W*$")
_DASH: Final = re.compile(r"[\s\-\u2013\u2014]*")
_LONGEST_VALUE: Final = 380
_MOST_WORDS_SAID: Final = 25
# A no stands within the verb, `n'est pas`, or right behind it.
_LONGEST_VERB: Final = 12
_OTHERS: Final = frozenset({Kind.QUESTION, Kind.WISH})


@dataclass(frozen=True, slots=True)
class LinesRead:
    """What numbered lines are set to. `asked` is one that is to be told; `rest` is what else was said."""

    updates: tuple[SlotUpdate, ...] = ()
    emptied: tuple[SlotName, ...] = ()
    asked: SlotName | None = None
    rest: tuple[Sentence, ...] = ()


def read_lines(whole: Part, talk: Talk, lexicon: Lexicon) -> LinesRead | None:
    """The lines that a message sets, empties or wants to set; None where it names none."""
    starts = [*_starts(whole, talk, lexicon)]
    if not starts and talk.has_open_line:
        return _open_line(whole, talk, lexicon)
    if not starts and (said := _said(whole, talk, lexicon)):
        return said
    if not starts:
        slot = _alone(whole, talk, lexicon)
        return LinesRead(asked=slot) if slot else None
    read = LinesRead(rest=_sentences(whole.cut(0, starts[0][1])))
    for (slot, _, start), (_, end, _) in pairwise((*starts, (starts[0][0], len(whole.raw), 0))):
        one = _set(slot, whole, (start, end), talk=talk, lexicon=lexicon)
        read = LinesRead(
            (*read.updates, *one.updates), (*read.emptied, *one.emptied), one.asked or read.asked,
            (*read.rest, *one.rest),
        )  # fmt: skip
    return read


def lists_lines(talk: Talk) -> bool:
    """Whether the lines were just listed, or stand in a proposal."""
    is_listed = any(one.is_named and one.means.change_slot for one in talk.quick_replies)
    return is_listed or talk.proposal is not None


def line_named(part: Part, lexicon: Lexicon) -> SlotName | None:
    """The one line that is named, where nothing but its name is said."""
    light = (*lexicon.polite, lexicon.answers.articles, lexicon.answers.light, lexicon.intents["want_change"])
    found = [slot for slot in LINES if lexicon.parts[slot].search(part.masked)]
    said = [slot for slot in found if is_only(part.masked, (lexicon.parts[slot], *light))]
    return said[0] if len(said) == 1 else None


def _starts(whole: Part, talk: Talk, lexicon: Lexicon) -> Iterator[tuple[SlotName, int, int]]:
    """Each line that is set: its slot, where its name begins and where its value does."""
    numbered = [*_NUMBERED.finditer(whole.raw)]
    places = [int(match[1]) for match in numbered]
    if talk.open_question == "steps" and places[:1] == [1] and _SECOND.search(whole.raw):
        return
    if numbered:
        yield from ((LINES[int(match[1]) - 1], match.start(), match.end()) for match in numbered)
        return
    for slot in LINES:
        text, lead = whole.masked, lexicon.answers.articles.begin(whole.masked)
        start = whole.next_word(lead.end()) if lead else 0
        name = lexicon.parts[slot].begin(text[start:])
        behind = text[start + name.end() :] if name else ""
        if name and re.match(r"\s*:\s*\S", behind):
            yield slot, 0, start + name.end() + behind.index(":") + 1
            return
    loose = _LOOSE.match(whole.raw)
    if loose and lists_lines(talk) and talk.open_question not in NUMBERS:
        value = whole.cut(loose.end(), len(whole.raw))
        units = (lexicon.team.people, lexicon.team.staff, lexicon.hours.hour, lexicon.hours.minute)
        others = (lexicon.answers.light, lexicon.answers.joins, lexicon.numbers.fillers, *lexicon.polite)
        is_value = lexicon.lines.without.begin(value.masked) or not any(
            one.begin(value.masked) for one in (*units, *others)
        )
        if is_value:
            yield LINES[int(loose[1]) - 1], 0, loose.end()


def _said(whole: Part, talk: Talk, lexicon: Lexicon) -> LinesRead | None:
    """`The task is booking the visits`: the sentences that name a line and say what it is, beside others."""
    read, sentences = LinesRead(), [*whole.sentences]
    for at, one in enumerate(sentences):
        following = sentences[at + 1] if at + 1 < len(sentences) else one
        # `What stays with us is: the refunds` is two sentences.
        both = whole.cut(one.start - whole.start, following.start + len(following.raw) - whole.start)
        verbs = [match.end() for match in lexicon.lines.be.all_in(one.masked)]
        part = both if len(one.raw) in verbs else one
        parts = () if one.is_marked or QUOTED.search(both.raw) else (part,)
        told = next((each for part in parts for each in _told_in(part, talk, lexicon)), None)
        if told is not None:
            read = LinesRead((*read.updates, told), rest=read.rest)
        elif not any(one.raw in each.quote for each in read.updates):
            read = LinesRead(read.updates, rest=(*read.rest, one))
    return read if read.updates else None


def _told_in(sentence: Part, talk: Talk, lexicon: Lexicon) -> Iterator[SlotUpdate]:
    """What a sentence says of the line that it begins with."""
    sentence = without_courtesies(sentence, lexicon)
    lead = lexicon.answers.articles.begin(sentence.masked)
    start = sentence.next_word(lead.end()) if lead else 0
    for slot in LINES:
        name = lexicon.parts[slot].begin(sentence.masked[start:])
        may_be = slot == "tools" or talk.proposal is not None or talk.open_question == slot
        may_be = may_be or (talk.open_question is None and slot == "task")
        if name is None or slot in NUMBERS or not may_be:
            continue
        value = _behind_is(sentence.cut(start + name.end(), len(sentence.raw)), lexicon)
        words = (lexicon.negations, lexicon.intents["correct"], lexicon.orders)
        is_long = value is not None and len(value.raw.split()) > _MOST_WORDS_SAID
        # Nobody sets an amount in passing.
        is_amount = value is not None and money_in(folded(value.raw)) != []
        if value is None or is_long or is_amount or any(each.search(value.masked) for each in words):
            continue
        is_list = slot == "tools"
        values = items_of(value, slot, lexicon) if is_list else (named(value, lexicon).raw,)
        if any(values):
            yield _update(slot, values, value.raw, Operation.SET)


def _behind_is(part: Part, lexicon: Lexicon) -> Part | None:
    """`booking` of `is booking`, and of `is not the post, it is booking`."""
    verb = lexicon.lines.be.begin(part.masked)
    no = lexicon.negations.search(part.clauses[0].masked) if part.clauses else None
    is_denied = no is not None and no.start() <= _LONGEST_VERB
    if not is_denied:
        return part.cut(verb.end(), len(part.raw)) if verb else None
    leads = (lexicon.lines.be, lexicon.lines.instead)
    for clause in part.clauses[1:]:
        if again := next(filter(None, (lead.begin(clause.masked) for lead in leads)), None):
            start = clause.start - part.start + again.end()
            return part.cut(start, len(part.raw))
    return None


def _alone(whole: Part, talk: Talk, lexicon: Lexicon) -> SlotName | None:
    """`6` or `programs`, and nothing else; a number only where the lines were listed."""
    if lists_lines(talk) and (match := _ALONE.match(whole.raw)):
        return LINES[int(match[1]) - 1]
    if lists_lines(talk) and (match := _WRONG.match(whole.raw)):
        behind, words = whole.masked[match.end() :], lexicon.intents["want_change"]
        if words.search(behind) and is_only(behind, (words, lexicon.answers.light, *lexicon.polite)):
            return LINES[int(match[1]) - 1]
    is_known = talk.proposal is not None or bool(talk.profile.known() & {*LINES})
    named_one = line_named(whole, lexicon) if is_known and not whole.figures else None
    return None if named_one and named_one == talk.open_question else named_one


def _open_line(whole: Part, talk: Talk, lexicon: Lexicon) -> LinesRead | None:
    """The next message is the value of the line that was asked for, unless it only asks or wishes."""
    slot = next((name for name in LINES if name == talk.open_question), None)
    if slot is None:
        return None
    read = _set(slot, whole, (0, len(whole.raw)), talk=talk, lexicon=lexicon)
    return None if read.asked and read.rest else read


def _set(slot: SlotName, whole: Part, place: tuple[int, int], *, talk: Talk, lexicon: Lexicon) -> LinesRead:
    """What the line is set to; asked again where there is no value, or no single number."""
    written = whole.raw[slice(*place)]
    value, rest = _value(slot, whole, place, lexicon)
    known = getattr(talk.profile, slot)
    without = lexicon.lines.without.begin(value.masked)
    if without and known is not None and isinstance(known.value, tuple):
        item = the_one_meant(value.raw[without.end() :], known.value)
        removed = [_update(slot, (item,), value.raw, Operation.REMOVE)] if item else []
        return LinesRead(tuple(removed), asked=None if item else slot, rest=rest)
    is_dash = bool(written.strip()) and _DASH.fullmatch(written) is not None
    if is_dash or (value.raw and is_only(value.masked, (lexicon.lines.empty,))):
        quote = value.raw or whole.raw
        return LinesRead((_update(slot, (), quote, Operation.REMOVE),), (slot,), rest=rest)
    if slot in NUMBERS:
        number = only_number(value, slot, lexicon)
        return LinesRead((number,) if number else (), asked=None if number else slot, rest=rest)
    values = items_of(value, slot, lexicon) if slot in LIST_SLOTS else (_text(value, lexicon),)
    if not any(values) or any(len(one) > _LONGEST_VALUE for one in values):
        return LinesRead(asked=slot, rest=rest)
    return LinesRead((_update(slot, values, value.raw, Operation.SET),), rest=rest)


def _text(value: Part, lexicon: Lexicon) -> str:
    """As it is written, without a no or a greeting before it."""
    return without_courtesies(value, lexicon).raw or value.raw


def _update(slot: SlotName, values: Sequence[str], quote: str, operation: Operation) -> SlotUpdate:
    return SlotUpdate(slot=slot, operation=operation, values=tuple(values), quote=quote, is_reworded=True)


def _value(
    slot: SlotName, whole: Part, place: tuple[int, int], lexicon: Lexicon
) -> tuple[Part, tuple[Sentence, ...]]:
    """The value up to the first sentence that asks, wishes or tells an address, and what follows.

    A text ends with its line.
    """
    scene, part = Scene(asked=None, has_proposal=False, has_price=False), whole.cut(*place)
    end = part.start + len(part.raw)
    for sentence in (one for one in whole.sentences if part.start <= one.start < end):
        if slot not in LIST_SLOTS and "\n" in whole.raw[part.start : sentence.start]:
            at = sentence.start - part.start
            return part.cut(0, at), _sentences(part.cut(at, len(part.raw)))
        for one in parted(sentence, lexicon):
            is_other = read_sentence(one, lexicon, scene).kind in _OTHERS or address_in(one) is not None
            if is_other:
                at = one.start - part.start
                return part.cut(0, at), _sentences(part.cut(at, len(part.raw)))
    return part, ()


def _sentences(part: Part) -> tuple[Sentence, ...]:
    return part.sentences if part.raw else ()
