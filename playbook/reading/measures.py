"""The numbers of a text with what they count: people, hours a week, something else, or nothing named."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from playbook.lexicon import NUMBER, Lexicon, Phrases
from playbook.reading.meaning import SlotName
from playbook.reading.text import Figure, Part, is_only

Unit = Literal["people", "hours", "other"]
Period = Literal["day", "week", "month"]
_WORKING_DAYS: Final = 5.0
_WEEKS_A_MONTH: Final = 52 / 12
_MINUTES: Final = 60
# What stands further behind an amount of time is not its period.
_REACH: Final = 40
_MOST_WORDS_OF_A_PERSON: Final = 6
_MOST_WORDS_BETWEEN: Final = 4
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number and its unit.

    `is_sure` says that it counts all who work there, or hours a week, wherever it stands; without a unit, by
    "we are" alone. `is_open` says that it is no amount as it stands: it no longer holds, bounds the right
    one, or `is_denied`. `is_vague` says that nothing names the people it seems to count.
    """

    value: float
    start: int
    end: int
    unit: Unit | None = None
    up_to: float | None = None
    is_sure: bool = False
    is_open: bool = False
    is_denied: bool = False
    is_vague: bool = False

    def denied(self) -> "Measure":
        """The number, said not to hold."""
        return replace(self, is_open=True, is_denied=True)


def measures_in(part: Part, lexicon: Lexicon) -> list[Measure]:
    """Every number of a sentence that may count something, in its order."""
    times = [*_times_in(part, lexicon)]
    used = [(one.start, one.end) for one in times]
    counted = [
        _counted(part, figure, lexicon)
        for figure in part.figures
        if not any(start <= figure.start < end for start, end in used)
        and not lexicon.hours.days.begin(_behind(part, figure.end))
    ]
    return sorted((*times, *counted), key=lambda one: one.start)


def people_summed(part: Part, lexicon: Lexicon) -> Measure | None:
    """`me, my wife and two employees`: the sum of what is listed with the visitor or with one person."""
    light = (lexicon.numbers.fillers, lexicon.answers.courtesies)
    counts = [
        _people_in(item, lexicon)
        for item in _items(part, lexicon)
        if item.figures or not is_only(item.masked, light) or _is_me(item, lexicon)
    ]
    known = [count for count in counts if count is not None]
    if len(known) < 2 or len(known) < len(counts):
        return None
    return Measure(sum(known), 0, len(part.raw), "people")


def adds_somebody(part: Part, lexicon: Lexicon) -> bool:
    """Whether a number of people is joined with somebody else: `5 and my wife`, `me and 2 cooks`."""
    if lexicon.team.includes.search(part.masked):
        return False
    items = _items(part, lexicon)
    persons = [item for item in items if _is_me(item, lexicon) or _is_one_person(item, lexicon)]
    return len(items) > 1 and bool(persons) and any(item.figures for item in items if item not in persons)


def joins_people(part: Part, lexicon: Lexicon) -> bool:
    """`7 mechanics and 2 in the office`, `me and 2 cooks`: what is counted in several groups."""
    measures = measures_in(part, lexicon)
    counted = [one for one in measures if one.unit in {"people", None, "other"}]
    if not any(one.unit == "people" for one in measures) and len(counted) < 2:
        return adds_somebody(part, lexicon)
    between = [part.masked[one.end : other.start] for one, other in pairwise(counted)]
    is_added = any(
        len(text.split()) <= _MOST_WORDS_BETWEEN and lexicon.team.adds.search(text) for text in between
    )
    return is_added or adds_somebody(part, lexicon)


def hours_shared(sentences: Sequence[Part], lexicon: Lexicon) -> list[tuple[Part, Measure]]:
    """`2 hours for me and 3 for Ana`, `two of us, 4 hours each`: it is not clear whose hours these are."""
    found = list[tuple[Part, Measure]]()
    for part in sentences:
        measures = measures_in(part, lexicon)
        timed = [one for one in measures if one.unit == "hours"]
        others = [one for one in measures if one not in timed and not one.is_open]
        behind = part.masked[timed[0].end :] if len(timed) == 1 else ""
        is_each = any(one.unit == "people" for one in others) and lexicon.team.others.search(behind)
        if len(timed) == 1 and others and (lexicon.team.adds.search(behind) or is_each):
            is_sum = len(others) == 1 and others[0].unit != "people"
            more = others[0].value if is_sum else 0
            found.append((part, replace(timed[0], value=timed[0].value + more)))
    return found


def says_only_numbers(part: Part, lexicon: Lexicon) -> bool:
    """Whether nothing but numbers, their units and fillers are said."""
    numbers, hours = lexicon.numbers, lexicon.hours
    words = (
        *hours.periods.values(), hours.days, hours.hour, hours.minute, lexicon.team.staff,
        lexicon.team.people, lexicon.team.we_are, numbers.fillers, numbers.past, numbers.present,
        numbers.not_before,
        *lexicon.polite, lexicon.intents["skip"],
    )  # fmt: skip
    return bool(part.figures) and is_only(part.masked, words, ignored=NUMBER)


def _items(part: Part, lexicon: Lexicon) -> list[Part]:
    joins = [match.span() for match in lexicon.team.adds.all_in(part.masked)]
    return part.split([*joins, *((at, at + 1) for at, sign in enumerate(part.masked) if sign in ",;")])


def _is_one_person(item: Part, lexicon: Lexicon) -> bool:
    """`my wife`, `a part-timer`"""
    text = item.masked
    while not (one := lexicon.team.one_person.begin(text)):
        lead = lexicon.numbers.fillers.begin(text)
        if lead is None:
            return False
        text = text[lead.end() :].lstrip()
    return not item.figures and 0 < len(text[one.end() :].split()) <= _MOST_WORDS_OF_A_PERSON


def _is_me(item: Part, lexicon: Lexicon) -> bool:
    me = lexicon.team.me
    is_said = lexicon.answers.said_before.search(item.masked) or lexicon.intents["correct"].search(
        item.masked
    )
    return (
        not is_said
        and me.search(item.masked) is not None
        and is_only(item.masked, (me, lexicon.numbers.fillers))
    )


def _people_in(item: Part, lexicon: Lexicon) -> float | None:
    """The people in one item of a sum: one person, or a number of them."""
    if _is_me(item, lexicon):
        return 1
    if len(item.figures) > 1 or len(item.raw.split()) > _MOST_WORDS_OF_A_PERSON:
        return None
    if item.figures:
        figure = item.figures[0]
        return None if figure.up_to or figure.value % 1 else figure.value
    is_name = item.raw.istitle() and item.raw.isalpha() and not is_only(item.masked, lexicon.polite)
    return 1 if is_name or _is_one_person(item, lexicon) else None


def _counted(part: Part, figure: Figure, lexicon: Lexicon) -> Measure:
    """A number that counts no time."""
    words, behind = lexicon.team, _behind(part, figure.end)
    measure = Measure(figure.value, figure.start, figure.end, up_to=figure.up_to)
    measure = replace(
        measure, is_open=_is_open(part, figure, lexicon), is_denied=_is_denied(part, figure, lexicon)
    )
    is_other = words.others.search(_clause_behind(behind)) is not None
    staff, people = words.staff.begin(behind), words.people.begin(behind)
    if is_other:
        return replace(measure, unit="other")
    if staff or people:
        is_led = _is_led_by(part, figure.start, words.we_are)
        return replace(measure, unit="people", is_sure=bool(staff) or is_led)
    named: Sequence[tuple[SlotName, Unit]] = (("team_size", "people"), ("hours_per_week", "hours"))
    # `people is 14`; in `7 hours a week between two` the hours are counted already.
    is_counted = NUMBER in part.masked[: figure.start].rpartition(",")[2]
    for slot, unit in named:
        if not is_counted and _is_led_by(part, figure.start, lexicon.parts[slot]):
            return replace(measure, unit=unit, is_sure=True)
    word = _FIRST_WORD.match(behind)
    light = (
        lexicon.numbers.fillers,
        lexicon.answers.courtesies,
        *lexicon.hours.periods.values(),
        *lexicon.polite,
    )
    is_named = word is not None and not any(one.begin(behind) for one in light)
    if not is_named and _is_led_by(part, figure.start, words.we, most_words=0):
        is_vague = _is_led_by(part, figure.start, words.they_are, most_words=0)
        return replace(measure, unit="people", is_sure=True, is_vague=is_vague)
    return replace(measure, unit="other" if is_named else None)


def _times_in(part: Part, lexicon: Lexicon) -> Iterator[Measure]:
    """The amounts of hours and minutes, as hours a week where a period is named."""
    words = lexicon.hours
    days = next((one.value for one in part.figures if words.days.begin(_behind(part, one.end))), None)
    is_counted = days is not None or not words.weekdays.search(part.masked)
    factors: dict[Period, float | None] = {
        "day": (days or _WORKING_DAYS) if is_counted else None, "week": 1.0, "month": 1 / _WEEKS_A_MONTH,
    }  # fmt: skip
    anywhere = _period_in(part.masked, lexicon)
    # `25 hours, fine if that gets under 5`
    is_elsewhere = any(
        not lexicon.numbers.bounds.begin(one.group()) for one in words.elsewhere.all_in(part.masked)
    )
    for amount in _joined(sorted(_amounts(part, lexicon), key=lambda one: one.start)):
        behind = part.masked[amount.end : amount.end + _REACH].partition(NUMBER)[0]
        period = _period_in(behind, lexicon) or anywhere
        groups = (words.rate, lexicon.team.others)
        is_rate = any(one.begin(behind.lstrip()) for one in groups) and not _begins_period(
            behind.lstrip(), lexicon
        )
        factor = 1.0 if period is None else factors[period]
        is_open = factor is None or _is_open(part, amount, lexicon)
        value = round(amount.value * (factor or 1), 2 if factor == 1 else 1)
        up_to = round(amount.up_to * (factor or 1), 1) if amount.up_to else None
        is_sure = period is not None and not (is_elsewhere or is_open or is_rate)
        unit: Unit = "other" if is_rate else "hours"
        yield Measure(value, amount.start, amount.end, unit, up_to, is_sure=is_sure, is_open=is_open)


def _amounts(part: Part, lexicon: Lexicon) -> Iterator[Figure]:
    """Amounts of hours and minutes as hours, whatever the period: `90 minutes`, `half an hour`, `2 h 30`."""
    words, ends = lexicon.hours, list[int]()
    for figure in part.figures:
        unit_at = part.next_word(figure.end)
        text = part.masked[unit_at:]
        if hour := words.hour.begin(text):
            ends.append(unit_at + hour.end())
            yield _with_half(part, figure, ends[-1], lexicon)
        elif minute := words.minute.begin(text):
            ends.append(unit_at + minute.end())
            up_to = figure.up_to / _MINUTES if figure.up_to else None
            yield Figure(figure.value / _MINUTES, figure.start, ends[-1], up_to)
        elif ends and ends[-1] == figure.start - 1 and 0 < figure.value < _MINUTES:
            yield Figure(figure.value / _MINUTES, figure.start, figure.end)
    for value, lead in ((0.5, words.half_before), (1.0, words.one)):
        for match in lead.all_in(part.masked):
            unit_at = part.next_word(match.end())
            hour = words.hour.begin(part.masked[unit_at:])
            is_price = not part.masked[: match.start()].rstrip()[-1:].isascii()
            if hour and unit_at + hour.end() not in ends and not is_price:
                ends.append(unit_at + hour.end())
                yield _with_half(part, Figure(value, match.start(), match.end()), ends[-1], lexicon)


def _joined(found: Iterable[Figure]) -> Sequence[Figure]:
    """`1 hour 30 minutes` is one amount."""
    joined = list[Figure]()
    for one in found:
        before = joined[-1] if joined else None
        if before and one.start - before.end <= 3 and one.value < 1 <= before.value:
            joined[-1] = Figure(before.value + one.value, before.start, one.end)
        else:
            joined.append(one)
    return joined


def _with_half(part: Part, figure: Figure, end: int, lexicon: Lexicon) -> Figure:
    half_at = part.next_word(end)
    half = lexicon.hours.half_after.begin(part.masked[half_at:])
    more = 0.5 if half else 0.0
    return Figure(figure.value + more, figure.start, half_at + half.end() if half else end, figure.up_to)


def _is_open(part: Part, figure: Figure, lexicon: Lexicon) -> bool:
    """Whether the number is of the past, denied, or only bounds the right one."""
    words = lexicon.numbers
    if _is_denied(part, figure, lexicon) or _is_led_by(part, figure.start, words.bounds):
        return True
    clause = next(each for each in part.clauses if each.holds(figure.start + part.start))
    at = figure.start + part.start - clause.start
    before = [match.end() for match in words.past.all_in(clause.masked[:at])]
    if words.present.search(clause.masked[max(before, default=0) : at]):
        return False
    after = clause.masked[at:].lstrip(NUMBER).partition(NUMBER)[0]
    return bool(before) or words.past.search(after) is not None


def _is_denied(part: Part, figure: Figure, lexicon: Lexicon) -> bool:
    """`not 12`, or `12 no, it's 9`; the no of `10, no 8` is that of the next number."""
    refusal = lexicon.refuses.begin(part.masked[figure.end :].lstrip(" ,"))
    following = next((one.start for one in part.figures if one.start > figure.start), None)
    leads = (lexicon.numbers.not_before, lexicon.numbers.bounds)
    is_of_next = following is not None and any(_is_led_by(part, following, one) for one in leads)
    return (refusal is not None and not is_of_next) or _is_led_by(
        part, figure.start, lexicon.numbers.not_before
    )


def _is_led_by(part: Part, place: int, phrases: Phrases, *, most_words: int = 1) -> bool:
    """Whether one of these stands right before a place, few words aside."""
    before = part.masked[max(0, place - 30) : place]
    # `no, son 15` is no `no son 15`.
    ends = [match.end() for match in phrases.all_in(before) if "," not in match.group()]
    between = before[max(ends, default=0) :]
    return bool(ends) and len(between.split()) <= most_words and "," not in between


def _behind(part: Part, place: int) -> str:
    return part.masked[part.next_word(place) :]


def _clause_behind(text: str) -> str:
    return re.split(r"[,;()]", text.partition(NUMBER)[0])[0]


def _begins_period(text: str, lexicon: Lexicon) -> Period | None:
    return next((name for name, one in lexicon.hours.periods.items() if one.begin(text)), None)


def _period_in(text: str, lexicon: Lexicon) -> Period | None:
    # `h/day` is two words.
    text = text.replace("/", " / ")
    matches = ((name, one.search(text)) for name, one in lexicon.hours.periods.items())
    places: list[tuple[int, Period]] = [(match.start(), name) for name, match in matches if match]
    return min(places)[1] if places else None
