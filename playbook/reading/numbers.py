"""Gives each number that a visitor states or corrects to its slot; what is not certain is asked back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from playbook.claims.quantities import written
from playbook.lexicon import Lexicon
from playbook.reading.counting import (
    are_added,
    hours_summed,
    is_bare,
    is_last_right,
    may_count,
    measured,
    says_only_numbers,
)
from playbook.reading.meaning import SlotUpdate
from playbook.reading.measures import Measure, adds_somebody, measures_in, people_summed
from playbook.reading.talk import Talk
from playbook.reading.text import Part, Sentence, is_only

Found = tuple[Part, Measure]
NumberSlot = Literal["team_size", "hours_per_week"]
NUMBERS: Final[tuple[NumberSlot, ...]] = ("team_size", "hours_per_week")
_UNITS: Final[Mapping[str, NumberSlot]] = {"people": "team_size", "hours": "hours_per_week"}
_LARGEST: Final[Mapping[NumberSlot, float]] = {"team_size": 1_000_000, "hours_per_week": 100_000}
_MOST_CANDIDATES: Final = 3
# Among more numbers than this none is certain.
_MOST_NUMBERS: Final = 12


@dataclass(frozen=True, slots=True)
class NumbersRead:
    """What the numbers of a message say.

    Of `candidates` one may be right. `change_slot` holds a number that is said to be wrong, without the right
    one. `sentences` say nothing but numbers.
    """

    updates: tuple[SlotUpdate, ...] = ()
    candidates: tuple[SlotUpdate, ...] = ()
    change_slot: NumberSlot | None = None
    sentences: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    """What the numbers of a message are read against."""

    known: Mapping[NumberSlot, float]
    asked: NumberSlot | None
    said_back: tuple[NumberSlot, ...]
    offered: tuple[SlotUpdate, ...]
    owed: tuple[NumberSlot, ...]
    fresh: tuple[NumberSlot, ...]
    is_introduced: bool
    is_correction: bool
    is_wrong: bool


def read_numbers(
    sentences: Sequence[Sentence], conversation: Talk, said_back: Sequence[str], lexicon: Lexicon
) -> NumbersRead:
    """The team size and the hours that are stated, corrected, or to be asked back."""
    bare = tuple(one for one in sentences if says_only_numbers(one, lexicon))
    found = [*measured(sentences, lexicon)]
    context = _context(sentences, found, conversation, said_back=said_back, lexicon=lexicon)
    if not found and (context.asked == "team_size" or not context.is_introduced):
        return NumbersRead(tuple(_alone(sentences, lexicon, is_asked=context.asked is not None)))
    if not 0 < len(found) <= _MOST_NUMBERS:
        return NumbersRead()
    slots = [_read_slot(slot, sentences, found, context=context, lexicon=lexicon) for slot in NUMBERS]
    read = NumbersRead(
        tuple(update for one in slots for update in one.updates),
        tuple(update for one in slots for update in one.candidates),
        sentences=bare,
    )
    read = _settled(read, found, context)
    if not (read.updates or read.candidates or read.change_slot):
        read = _perhaps_corrected(found, context, lexicon) or read
    if context.is_correction and (read.updates or read.candidates or read.change_slot):
        # What stands beside a corrected number is said of it.
        told = tuple(sentences) if context.known else tuple(one for one, each in found if not each.is_sure)
        read = replace(read, sentences=(*bare, *told))
    return read


def candidates_offered(conversation: Talk) -> tuple[SlotUpdate, ...]:
    """The numbers that the last reply asked about."""
    named = [reply.means.updates for reply in conversation.quick_replies if reply.is_named]
    return tuple(update for updates in named for update in updates if update.slot in NUMBERS)


def _context(
    sentences: Sequence[Part],
    found: Sequence[Found],
    conversation: Talk,
    *,
    said_back: Sequence[str],
    lexicon: Lexicon,
) -> _Context:
    slots = {slot: one.value for slot in NUMBERS if (one := getattr(conversation.profile, slot))}
    sure = (_UNITS[measure.unit or "people"] for _, measure in found if measure.is_sure)
    return _Context(
        known=slots,
        asked=next((slot for slot in NUMBERS if slot == conversation.open_question), None),
        said_back=tuple(slot for slot in NUMBERS if slot in said_back),
        offered=candidates_offered(conversation),
        owed=tuple(slot for slot in NUMBERS if slot in conversation.asked and slot not in slots),
        fresh=tuple(dict.fromkeys(sure)),
        is_introduced=conversation.is_introduced or bool(conversation.history[1:]),
        is_correction=any(lexicon.intents["correct"].search(one.masked) for one in sentences)
        or any(measure.is_open and measure.value in slots.values() for _, measure in found),
        is_wrong=any(lexicon.intents["want_change"].search(one.masked) for one in sentences),
    )


def _slots_of(
    sentence: Part, measure: Measure, context: _Context, lexicon: Lexicon
) -> tuple[NumberSlot, ...]:
    """The slots that a number may be for: none of something else, two where it is not clear."""
    if measure.is_open or measure.value <= 0 or measure.unit == "other":
        return ()
    is_alone = is_bare(sentence, measure, lexicon)
    is_all = says_only_numbers(sentence, lexicon)
    is_ours = measure.unit is None and measure.is_sure and context.asked != "hours_per_week"
    if measure.unit is not None or is_ours:
        slot = _UNITS[measure.unit or "people"]
        is_corrected = is_alone and context.is_correction and slot in context.known
        is_first = is_alone and not context.is_introduced
        is_told = (measure.is_sure or is_first) and (context.asked in {None, slot} or context.is_correction)
        is_late = is_all and slot in {*context.owed, *context.known}
        return (slot,) if is_told or context.asked == slot or is_corrected or is_late else ()
    is_meant = is_alone or is_last_right(sentence, measure, lexicon)
    if context.asked and is_meant:
        return (context.asked,)
    may_correct = context.is_correction or context.is_wrong or is_all
    return _corrected(sentence, context, lexicon) if is_meant and may_correct else ()


def _perhaps_corrected(found: Sequence[Found], context: _Context, lexicon: Lexicon) -> NumbersRead | None:
    """`It's 23 counting the hotel`, right after a number was said back: asked back which is right."""
    if len(found) != 1 or len(context.said_back) != 1 or context.asked:
        return None
    (part, measure), slot = found[0], context.said_back[0]
    light = (lexicon.numbers.fillers, lexicon.team.we, *lexicon.polite)
    begins = is_only(part.masked[: measure.start], light) and may_count(part, measure)
    is_other = _UNITS.get(str(measure.unit), slot) != slot or measure.value == context.known[slot]
    if not begins or measure.is_open or is_other:
        return None
    update = _update(slot, part, measure)
    before = update.model_copy(update={"values": (written(context.known[slot]),), "up_to": None})
    return NumbersRead(candidates=(update, before), sentences=(part,))


def _corrected(sentence: Part, context: _Context, lexicon: Lexicon) -> tuple[NumberSlot, ...]:
    """The slots that a number without a unit may correct."""
    repeated = tuple(slot for slot, value in context.known.items() if _is_beside(value, sentence))
    others = tuple(dict.fromkeys((*context.known, *context.owed)))
    named = tuple(slot for slot in NUMBERS if lexicon.parts[slot].search(sentence.masked))
    choices = (named, context.fresh, repeated, context.said_back, others)
    return next((slots for slots in choices if slots), ())


def _is_beside(value: float, sentence: Part) -> bool:
    return len(sentence.figures) > 1 and any(figure.value == value for figure in sentence.figures)


def _summed(slot: NumberSlot, sentences: Sequence[Part], lexicon: Lexicon) -> SlotUpdate | None:
    """What is added up, or counted by a word that may not mean everybody: it is asked back."""
    for one in sentences:
        measures = [measure for measure in measures_in(one, lexicon) if not measure.is_open]
        if slot == "hours_per_week":
            whole = hours_summed(one, measures, lexicon)
        else:
            is_joined = adds_somebody(one, lexicon) or are_added(one, measures, lexicon)
            whole = people_summed(one, lexicon) if is_joined or not measures else None
            if is_joined and whole is None:
                continue
        alone = measures[0] if len(measures) == 1 and measures[0].unit in {None, "other"} else None
        if whole is None and alone and not is_bare(one, alone, lexicon) and may_count(one, alone):
            whole = alone
        if whole is not None:
            return _update(slot, one, whole)
    return None


def _read_slot(
    slot: NumberSlot,
    sentences: Sequence[Part],
    found: Sequence[Found],
    *,
    context: _Context,
    lexicon: Lexicon,
) -> NumbersRead:
    """What these numbers say of one slot."""
    mine = [each for each in found if slot in _slots_of(*each, context, lexicon)]
    summed = _summed(slot, sentences, lexicon) if context.asked == slot else None
    is_joined = slot == "team_size" and any(
        adds_somebody(one, lexicon) or are_added(one, measures_in(one, lexicon), lexicon) for one, _ in mine
    )
    if summed is not None and (is_joined or not mine or slot == "hours_per_week"):
        # A number that is said again after it was asked back is meant; a sum is not.
        figures = [figure.value for one in sentences for figure in one.figures]
        is_again = summed in context.offered and float(summed.values[0]) in figures
        return NumbersRead((summed,)) if is_again else NumbersRead(candidates=(summed,))
    if not mine and context.asked == slot and not is_joined:
        return _several(slot, found)
    if is_joined or not mine:
        return NumbersRead()
    values = _values(slot, mine, found, context=context, lexicon=lexicon)
    is_mixed = any(each.unit == "other" for _, each in found) and all(each.unit is None for _, each in mine)
    if len(values) == 1 and not (is_mixed and slot == context.asked):
        return _said_anew(slot, values[0], mine, context=context, lexicon=lexicon)
    return NumbersRead(candidates=values[-_MOST_CANDIDATES:])


def _several(slot: NumberSlot, found: Sequence[Found]) -> NumbersRead:
    """`Maybe 6, in summer 10`: of several numbers that count nothing else, one may be meant."""
    unnamed = [(one, each) for one, each in found if each.unit is None and not each.is_open]
    may_be = [_update(slot, one, each) for one, each in unnamed if may_count(one, each)]
    is_choice = 1 < len(may_be) <= _MOST_CANDIDATES and len(may_be) == len(found)
    return NumbersRead(candidates=tuple(may_be)) if is_choice else NumbersRead()


def _values(
    slot: NumberSlot,
    mine: Sequence[Found],
    found: Sequence[Found],
    *,
    context: _Context,
    lexicon: Lexicon,
) -> tuple[SlotUpdate, ...]:
    """The different values that may be meant: not the wrong one that is said beside the right one."""
    wrong = {context.known.get(slot)}
    wrong |= {float(one.values[0]) for one in context.offered} if len(context.offered) == 1 else set()
    chosen = [each for each in mine if each[1].value not in wrong or each[1].up_to] or [*mine]
    if len(mine) > 1 and is_last_right(*mine[-1], lexicon):
        chosen = [mine[-1]]
    elif slot == context.asked:
        # What else is counted by no word may be the right one as well.
        unnamed = (each for each in found if each[1].unit is None and not each[1].is_open)
        chosen += [each for each in unnamed if each not in mine]
    fitting = [(one, each) for one, each in chosen if _fits(slot, each)]
    return tuple({(each.value, each.up_to): _update(slot, one, each) for one, each in fitting}.values())


def _said_anew(
    slot: NumberSlot, update: SlotUpdate, mine: Sequence[Found], *, context: _Context, lexicon: Lexicon
) -> NumbersRead:
    """One value; where it differs from what is known, and nobody says that it corrects it, asked back."""
    known = context.known.get(slot)
    is_plain = any(each.is_sure and is_bare(one, each, lexicon) for one, each in mine)
    is_expected = context.is_correction or is_plain or slot in {context.asked, *context.said_back}
    if known is None or is_expected or float(update.values[0]) == known:
        return NumbersRead((update,))
    if context.asked is not None:
        return NumbersRead()
    before = update.model_copy(update={"values": (written(known),), "up_to": None})
    return NumbersRead(candidates=(update, before))


def _settled(read: NumbersRead, found: Sequence[Found], context: _Context) -> NumbersRead:
    """One number is for one slot; who only repeats the wrong number is asked for the right one."""
    both = [*read.updates, *read.candidates]
    quotes = {update.quote for update in read.updates}
    doubled = [one for one in both if one.quote in quotes]
    if len({one.slot for one in doubled}) == 2 and len(quotes) == 1:
        alike = {(one.slot, one.values): one for one in doubled if one.values == doubled[0].values}
        return replace(read, updates=(), candidates=tuple(alike.values()))
    asked = {update.slot for update in context.offered}
    again = tuple(one for one in read.candidates if one.slot not in asked)
    values = {one.slot: float(one.values[0]) for one in read.updates}
    same = [slot for slot in NUMBERS if slot in values and context.known.get(slot) == values[slot]]
    is_wrong = context.is_wrong and len(found) == len(read.updates) == len(same) == 1
    if is_wrong and same[0] != context.asked:
        return replace(read, updates=(), candidates=again, change_slot=same[0])
    open_ones = [
        slot for slot, value in context.known.items() if any(m.is_open and m.value == value for _, m in found)
    ]
    if not read.updates and not again and len(open_ones) == 1:
        return replace(read, candidates=(), change_slot=open_ones[0])
    return replace(read, candidates=again)


def _fits(slot: NumberSlot, measure: Measure) -> bool:
    return 0 < measure.value <= _LARGEST[slot] and (slot != "team_size" or measure.value % 1 == 0)


def _alone(sentences: Sequence[Part], lexicon: Lexicon, *, is_asked: bool) -> Sequence[SlotUpdate]:
    """Who works alone says no number; unasked in a clause of its own."""
    alone = lexicon.team.alone
    clauses = sentences if is_asked else [clause for one in sentences for clause in one.clauses]
    matches = [(one, match) for one in clauses if (match := alone.search(one.masked))]
    found = [match.group() for one, match in matches if is_asked or match.group().strip() == one.masked]
    is_more = any(lexicon.team.adds.search(one.masked) for one in sentences)
    return [SlotUpdate(slot="team_size", values=("1",), quote=found[0])] if found and not is_more else []


def _update(slot: NumberSlot, sentence: Part, measure: Measure) -> SlotUpdate:
    quote = sentence.cut(measure.start, measure.end).raw or sentence.raw
    return SlotUpdate(slot=slot, values=(written(measure.value),), quote=quote, up_to=measure.up_to)
