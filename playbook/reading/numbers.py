"""Gives each number that a visitor states or corrects to its slot; what is not certain is asked back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from playbook.claims import quantities
from playbook.claims.quantities import written
from playbook.lexicon import NUMBER, Lexicon, plain
from playbook.reading.answers import is_of_one, is_plain
from playbook.reading.meaning import SlotUpdate
from playbook.reading.measures import (
    Measure,
    hours_shared,
    joins_people,
    measures_in,
    people_summed,
    says_only_numbers,
)
from playbook.reading.talk import Talk, numbers_offered
from playbook.reading.text import Part, Sentence, is_only

Found = tuple[Part, Measure]
NumberSlot = Literal["team_size", "hours_per_week"]
NUMBERS: Final[tuple[NumberSlot, ...]] = ("team_size", "hours_per_week")
_UNITS: Final[Mapping[NumberSlot, str]] = {"team_size": "people", "hours_per_week": "hours"}
_LARGEST: Final[Mapping[NumberSlot, float]] = {"team_size": 1_000_000, "hours_per_week": 100_000}
_MOST_CANDIDATES: Final = 3
# Among more numbers than this none is certain.
_MOST_NUMBERS: Final = 12
_SAME: Final = 0.15
# So many hours are those of one piece of work, beside an amount of hours.
_A_RATE: Final = 0.4
_MOST_WORDS_LED: Final = 5
_MOST_WORDS_ASKED_BACK: Final = 8
# Who has more people or hours than this says what the number counts.
_LEAST_OF_A_CODE: Final = 1_000


@dataclass(frozen=True, slots=True)
class NumbersRead:
    """What the numbers of a message say.

    Of `candidates` one may be right. `change_slot` holds a number that is said to be wrong, without the right
    one.
    """

    updates: tuple[SlotUpdate, ...] = ()
    candidates: tuple[SlotUpdate, ...] = ()
    change_slot: NumberSlot | None = None


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot, and what its numbers are read against."""

    name: NumberSlot
    known: float | None
    is_asked: bool
    is_said_back: bool
    is_named: bool
    offered: frozenset[float] = frozenset()


def read_numbers(
    sentences: Sequence[Sentence],
    talk: Talk,
    said_back: Sequence[str],
    lexicon: Lexicon,
    *,
    is_correction: bool,
) -> NumbersRead:
    """The team size and the hours that are stated, corrected, or to be asked back."""
    found = [*_as_said(_measured(sentences, lexicon), talk, lexicon)]
    if not found and talk.open_question == "team_size":
        return NumbersRead(tuple(_alone(sentences, lexicon)))
    if not found and talk.profile.team_size is None and talk.open_question in {None, "business_type"}:
        lone = (each for one in sentences for each in one.clauses if is_of_one(each, lexicon))
        return NumbersRead(tuple(_of_one(one.raw) for one in lone)[:1])
    if not 0 < len(found) <= _MOST_NUMBERS:
        return NumbersRead()
    if _speaks_of_hours(talk, said_back):
        # `son 10`
        found = [
            (part, replace(one, unit=None, is_sure=False) if one.is_vague else one) for part, one in found
        ]
    # `25 hours, fine if that gets under 5`: a bound leaves nothing in doubt.
    is_mixed = len({measure.unit for _, measure in found if not measure.is_open}) > 1
    if talk.open_question == "hours_per_week" and is_mixed and not is_correction:
        # `two of us, four hours each`: the hours are not of all, and the people not the team.
        return _hours_beside_others(sentences, found, talk, lexicon)
    slots = [_slot(name, sentences, talk, said_back=said_back, lexicon=lexicon) for name in NUMBERS]
    numbers = {measure.value for _, measure in found}
    is_repeated = any(slot.known in numbers for slot in slots) and len(numbers) > 1
    meant = [slot for slot in slots if _may_be_meant(slot, found, slots)]
    read = [
        _corrected(slot, found, slots, lexicon)
        if _may_correct(slot, found, is_correction=is_correction, is_repeated=is_repeated)
        else _stated(slot, sentences, found, lexicon=lexicon, asked=talk.open_question)
        for slot in meant
    ]
    result = NumbersRead(
        tuple(update for one in read for update in one.updates),
        next((one.candidates for one in read if one.candidates), ()),
        next((one.change_slot for one in read if one.change_slot), None),
    )
    if in_days := _in_other_periods(result.updates, found, talk):
        return NumbersRead(candidates=in_days)
    is_settled = result != NumbersRead() or not is_correction
    is_plain_number = all(says_only_numbers(one, lexicon) for one in sentences if one.figures)
    return result if is_settled or not is_plain_number else NumbersRead(candidates=_in_doubt(found, slots))


def _hours_beside_others(
    sentences: Sequence[Sentence], found: Sequence[Found], talk: Talk, lexicon: Lexicon
) -> NumbersRead:
    """The hours are asked back, unless they were: `7 hours in total, two people doing it` says so again."""
    shared = hours_shared(sentences, lexicon)[:1]
    timed = shared or [each for each in found if each[1].unit == "hours"]
    hours = tuple(_update("hours_per_week", *each) for each in timed)
    offered = {update.values for update in numbers_offered(talk)}
    may_be_more = shared or any(measure.unit is None for _, measure in found)
    if not may_be_more and len(hours) == 1 and hours[0].values in offered:
        return NumbersRead(hours)
    return NumbersRead(candidates=tuple(one for one in hours if one.values not in offered))


def _in_other_periods(
    updates: Sequence[SlotUpdate], found: Sequence[Found], talk: Talk
) -> tuple[SlotUpdate, ...]:
    """`no, 3` where `2 hours a day` was told: it is asked whether that is a day as well, or a week."""
    hours = next((one for one in updates if one.slot == "hours_per_week"), None)
    known, bare = talk.profile.hours_per_week, {one.value for _, one in found if one.unit is None}
    told = quantities(plain(known.words)) if known is not None else []
    if hours is None or known is None or float(hours.values[0]) not in bare or len(told) != 1:
        return ()
    factor = known.value / told[0].value if told[0].value else 1
    other = written(round(float(hours.values[0]) * factor, 1))
    return () if factor == 1 else (hours.model_copy(update={"values": (other,), "up_to": None}), hours)


def _in_doubt(found: Sequence[Found], slots: Sequence[_Slot]) -> tuple[SlotUpdate, ...]:
    """`no, 15`, some messages later: which of the numbers that are noted may be meant."""
    said = {measure.value: (part, measure) for part, measure in found if not measure.is_open}
    if len(said) != 1 or any(slot.known in said for slot in slots):
        return ()
    part, measure = next(iter(said.values()))
    known = [slot for slot in slots if slot.known is not None and _fits(slot.name, measure)]
    mine = [slot for slot in known if measure.unit in {None, _UNITS[slot.name]} or measure.is_vague]
    new = tuple(_update(slot.name, part, measure) for slot in mine)
    return _with_known(mine[0], new) if len(mine) == 1 else new


def _may_be_meant(slot: _Slot, found: Sequence[Found], slots: Sequence[_Slot]) -> bool:
    """`There are six, not seven`: the one that holds seven is meant, and none that is noted otherwise."""
    denied = {measure.value: measure.unit for _, measure in found if measure.is_denied}
    held = [one for one in slots if one.known in denied and denied[one.known] in {None, _UNITS[one.name]}]
    if held:
        return slot in held
    is_denied = any(unit in {None, _UNITS[slot.name]} for unit in denied.values())
    return not is_denied or slot.is_asked or slot.known is None


def only_number(part: Part, slot: NumberSlot, lexicon: Lexicon) -> SlotUpdate | None:
    """The one number of a text that may be the value of a slot."""
    unit = _UNITS[slot]
    found = [one for sentence in part.sentences for one in _measured([sentence], lexicon)]
    found = [each for each in found if not each[1].is_open]
    mine = [each for each in found if each[1].unit in {unit, None} and _fits(slot, each[1])]
    return _update(slot, *mine[0]) if len(mine) == len(found) == 1 else None


def _as_said(found: Sequence[Found], talk: Talk, lexicon: Lexicon) -> Sequence[Found]:
    """`no 10` puts another number right, unless 10 is one that was said back or asked about."""
    if len(found) != 1 or not found[0][1].is_denied:
        return found
    part, measure = found[0]
    held = {getattr(getattr(talk.profile, name), "value", None) for name in NUMBERS}
    held |= {float(one.values[0]) for one in numbers_offered(talk)}
    no = lexicon.refuses.begin(part.masked)
    light = (lexicon.team.they_are, lexicon.numbers.fillers)
    is_no = no is not None and is_only(part.masked[no.end() : measure.start], light)
    return (
        [(part, replace(measure, is_open=False, is_denied=False))]
        if is_no and measure.value not in held
        else found
    )


def _speaks_of_hours(talk: Talk, said_back: Sequence[str]) -> bool:
    """Whether `son 10` may be hours: they are asked for or noted, and not the people alone just meant."""
    just_meant = {*said_back, talk.open_question} & {*NUMBERS}
    is_open = "hours_per_week" in just_meant or talk.profile.hours_per_week is not None
    return is_open and just_meant != {"team_size"} and talk.open_question != "team_size"


def _measured(sentences: Sequence[Sentence], lexicon: Lexicon) -> Sequence[Found]:
    """The numbers of a message; one that a no follows, `47? No.`, does not hold."""
    found = list[Found]()
    for at, one in enumerate(sentences):
        after = sentences[at + 1] if at + 1 < len(sentences) else None
        first = after.clauses[0] if after is not None and after.clauses else None
        is_refused = one.is_marked and first is not None and is_plain(first, lexicon.refuses, lexicon)
        found += [(one, each.denied() if is_refused else each) for each in measures_in(one, lexicon)]
    prices = {float(price) for price in lexicon.prices.values()}
    found = [each for each in found if each[1].unit in {"people", "hours"} or each[1].value not in prices]
    is_told = any(each.unit == "hours" and each.value >= 1 for _, each in found)
    # `140 forms at 5 minutes, so 11 hours`
    return [each for each in found if not is_told or each[1].unit != "hours" or each[1].value > _A_RATE]


def _slot(
    name: NumberSlot, sentences: Sequence[Part], talk: Talk, *, said_back: Sequence[str], lexicon: Lexicon
) -> _Slot:
    known = getattr(talk.profile, name)
    offered = frozenset(float(one.values[0]) for one in numbers_offered(talk) if one.slot == name)
    return _Slot(
        name,
        known=known.value if known is not None else None,
        is_asked=talk.open_question == name or bool(offered),
        is_said_back=name in said_back,
        is_named=any(lexicon.parts[name].search(one.masked) for one in sentences),
        offered=offered,
    )


def _corrected(slot: _Slot, found: Sequence[Found], slots: Sequence[_Slot], lexicon: Lexicon) -> NumbersRead:
    """Beside the number that is noted the other one is right; of two others it is asked which."""
    fitting = [each for each in found if _fits(slot.name, each[1])]
    if led := [each for each in fitting if _is_led(*each, lexicon)]:
        # `I meant 40`
        if slot.is_asked and led[-1][1].unit == "other":
            said = {each.value: _update(slot.name, part, each) for part, each in fitting}
            is_again = said.keys() <= slot.offered
            return NumbersRead(candidates=() if is_again else tuple(said.values())[-_MOST_CANDIDATES:])
        units = {_UNITS[slot.name], None}
        led = [each for each in led if each[1].unit in units and each[1].value != slot.known]
        led = led if led[-1:] == fitting[-1:] else []
        if led and (slot.known is None or led[-1][1].unit or _is_meant(slot, found, slots)):
            return NumbersRead(tuple(_update(slot.name, *each) for each in led[-1:]))
    mine = [each for each in fitting if each[1].unit == _UNITS[slot.name] and _counts_all(*each, lexicon)]
    units = {_UNITS[one.name] for one in slots if one is not slot}
    timed = [part for part, measure in found if measure.unit in units]
    bare = [each for each in fitting if each[1].unit is None and each[0] not in timed]
    chosen = mine or (bare if _is_meant(slot, found, slots) else [])
    right = [each for each in chosen if each[1].value != slot.known] or chosen
    if right and all(abs(each.value - right[0][1].value) <= right[0][1].value * _SAME for _, each in right):
        # `5.5 hours a week, about 22 a month` is one amount.
        right = right[:1]
    values = {(each.value, each.up_to): _update(slot.name, one, each) for one, each in right}
    same = [
        part for part, each in found if each.value == slot.known and each.unit in {None, _UNITS[slot.name]}
    ]
    is_wrong = any(lexicon.intents["want_change"].search(part.masked) for part in same)
    if is_wrong and {value for value, _ in values} <= {slot.known}:
        return NumbersRead(change_slot=slot.name)
    if len(values) == 1:
        return NumbersRead(tuple(values.values()))
    if values and not {value for value, _ in values} <= slot.offered:
        return NumbersRead(candidates=tuple(values.values())[-_MOST_CANDIDATES:])
    units = {None, _UNITS[slot.name]}
    is_wrong = any(each.is_open and each.value == slot.known and each.unit in units for _, each in found)
    return NumbersRead(change_slot=slot.name) if is_wrong else NumbersRead()


def _may_correct(slot: _Slot, found: Sequence[Found], *, is_correction: bool, is_repeated: bool) -> bool:
    """Whether the numbers of a message may put this one right: one that is noted, or one told just before."""
    if slot.known is not None:
        return is_correction or (is_repeated and not slot.is_asked)
    mine = [measure.unit == _UNITS[slot.name] for _, measure in found]
    return is_correction and len(mine) > 1 and (slot.is_asked or any(mine))


def _is_meant(slot: _Slot, found: Sequence[Found], slots: Sequence[_Slot]) -> bool:
    """Whether a number without a unit may be for this slot."""
    others = [one for one in slots if one.is_said_back and one is not slot]
    if any(measure.is_denied and measure.value == slot.known for _, measure in found):
        return True
    if any(one.is_asked for one in slots if one is not slot):
        return slot.is_named
    is_repeated = any(measure.value == slot.known for _, measure in found)
    return is_repeated or slot.is_asked or slot.is_named or (slot.is_said_back and not others)


def _is_led(part: Part, measure: Measure, lexicon: Lexicon) -> bool:
    """Whether a word of correction stands right before a number."""
    before = part.masked[: measure.start]
    ends = [match.end() for match in lexicon.intents["correct"].all_in(before)]
    if ends and len(before[max(ends) :].split()) <= 1:
        return True
    # `No, nearer 30`
    refusals = [match.end() for match in lexicon.refuses.all_in(before.rpartition(NUMBER)[2])]
    behind = before.rpartition(NUMBER)[2][max(refusals, default=0) :]
    return bool(refusals) and behind.startswith(",") and len(behind.split()) <= _MOST_WORDS_LED


def _stated(
    slot: _Slot, sentences: Sequence[Part], found: Sequence[Found], *, lexicon: Lexicon, asked: str | None
) -> NumbersRead:
    """Exactly one number with its unit, or exactly one where it was asked for; others are asked back."""
    whole = [
        each
        for each in found
        if each[1].unit == "people" and each[1].is_sure and says_only_numbers(_clause_of(*each), lexicon)
    ]
    is_joined = any(joins_people(one, lexicon) for one in sentences)
    if is_joined and slot.name == "team_size" and not whole:
        parts = [part for one in sentences for part in (one, *one.clauses)]
        sums = [_update(slot.name, one, each) for one in parts if (each := people_summed(one, lexicon))]
        is_again = slot.is_asked and bool(sums) and float(sums[0].values[0]) in slot.offered
        return NumbersRead(tuple(sums[:1])) if is_again else NumbersRead(candidates=tuple(sums[:1]))
    if slot.name == "hours_per_week" and (shared := hours_shared(sentences, lexicon)):
        return NumbersRead(
            candidates=tuple(_update(slot.name, *each) for each in shared[:1] if slot.is_asked)
        )
    unit = _UNITS[slot.name]
    fitting = [each for each in found if _fits(slot.name, each[1])]
    alone = [each for each in fitting if says_only_numbers(_clause_of(*each), lexicon)]
    mine = [each for each in fitting if each[1].unit == unit and (each[1].is_sure or slot.is_asked)]
    if not mine and (slot.known is not None or unit == "people"):
        mine = [each for each in alone if each[1].unit == unit]
    if slot.is_asked:
        unnamed = [each for each in fitting if each[1].unit is None]
        mine += unnamed if any(each in alone for each in unnamed) or mine else []
    values = {(each.value, each.up_to): _update(slot.name, one, each) for one, each in mine}
    if not values:
        return _asked_back(slot, found) if slot.is_asked else _perhaps_said_anew(slot, alone)
    updates = tuple(values.values())
    if len(updates) > 1 and {float(one.values[0]) for one in updates} <= slot.offered:
        # Nobody is asked again which of the same numbers is right.
        return NumbersRead()
    is_new = slot.known is None or slot.is_asked or slot.is_said_back
    is_new = is_new or any(says_only_numbers(one, lexicon) for one, _ in mine)
    if len(updates) == 1 and (is_new or slot.known == float(updates[0].values[0])):
        return NumbersRead(updates)
    # What is mentioned beside the answer to another question does not put a number in doubt.
    is_beside = slot.known is not None and asked is not None
    return NumbersRead() if is_beside else NumbersRead(candidates=_with_known(slot, updates))


def _asked_back(slot: _Slot, found: Sequence[Found]) -> NumbersRead:
    """`30 blokes`: the one number of a short answer may be meant."""
    if len(found) != 1 or found[0][1].unit not in {None, "other"} or found[0][1].is_open:
        return NumbersRead()
    part, measure = found[0]
    if part.raw[measure.end : measure.end + 1].isalpha():
        return NumbersRead()
    is_short = len(part.raw.split()) <= _MOST_WORDS_ASKED_BACK
    if measure.value in slot.offered:
        # It is said again after it was asked back.
        return NumbersRead((_update(slot.name, part, measure),))
    may_count = is_short and 1 < measure.value < _LEAST_OF_A_CODE and measure.value % 1 == 0
    return NumbersRead(candidates=(_update(slot.name, part, measure),)) if may_count else NumbersRead()


def _perhaps_said_anew(slot: _Slot, alone: Sequence[Found]) -> NumbersRead:
    """A number and nothing else, right after another was said back: it is asked which is right."""
    values = {each.value: _update(slot.name, part, each) for part, each in alone if each.unit is None}
    if len(values) != 1 or not slot.is_said_back or slot.known is None or slot.known in values:
        return NumbersRead()
    return NumbersRead(candidates=_with_known(slot, tuple(values.values())))


def _with_known(slot: _Slot, updates: Sequence[SlotUpdate]) -> tuple[SlotUpdate, ...]:
    if slot.known is None:
        return tuple(updates[-_MOST_CANDIDATES:])
    before = updates[0].model_copy(update={"values": (written(slot.known),), "up_to": None})
    others = [one for one in updates if one.values != before.values]
    return (*others[-_MOST_CANDIDATES + 1 :], before)


def _counts_all(part: Part, measure: Measure, lexicon: Lexicon) -> bool:
    """Whether a number with its unit may be the amount that is noted."""
    return measure.is_sure or says_only_numbers(_clause_of(part, measure), lexicon)


def _clause_of(part: Part, measure: Measure) -> Part:
    return next((one for one in part.clauses if one.holds(measure.start + part.start)), part)


def _fits(slot: NumberSlot, measure: Measure) -> bool:
    is_amount = 0 < measure.value <= _LARGEST[slot] and not measure.is_open
    return is_amount and (slot != "team_size" or measure.value % 1 == 0)


def _alone(sentences: Sequence[Part], lexicon: Lexicon) -> Sequence[SlotUpdate]:
    """Who works alone says no number."""
    found = [match.group() for one in sentences if (match := lexicon.team.alone.search(one.masked))]
    is_more = any(lexicon.team.adds.search(one.masked) for one in sentences)
    return [_of_one(found[0])] if found and not is_more else []


def _of_one(quote: str) -> SlotUpdate:
    return SlotUpdate(slot="team_size", values=("1",), quote=quote)


def _update(slot: NumberSlot, sentence: Part, measure: Measure) -> SlotUpdate:
    quote = sentence.cut(measure.start, measure.end).raw or sentence.raw
    return SlotUpdate(slot=slot, values=(written(measure.value),), quote=quote, up_to=measure.up_to)
