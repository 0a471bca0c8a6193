"""Reads the size of the team and the hours a week. What is not certain stays unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from playbook.lexicon import NUMBER, HourWords, Lexicon, Phrases
from services.dialogue.domain.reader.text import Figure, Part

LARGEST_TEAM: Final = 1_000_000
MOST_HOURS: Final = 100_000
_WORKING_DAYS: Final = 5
_WEEKS_A_MONTH: Final = 52 / 12
_MINUTES: Final = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of people or of hours a week, and where in the part it stands."""

    value: float
    start: int
    end: int
    up_to: float | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one part says: the measures that hold, and whether some number in it stays unexplained."""

    measures: tuple[Measure, ...]
    is_clear: bool = True


def team_size(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Measure | None:
    """The number of people in a sentence."""
    words = lexicon.team
    if summed := _sum(part, lexicon):
        return summed
    if _counts_me_too(part, lexicon):
        return None
    if (alone := words.alone.search(part.masked)) and not part.figures and is_asked:
        return Measure(1, alone.start(), alone.end())
    found = _outside_past(part, lexicon, _counted_by(part, (words.counted,)))
    if is_asked and not found:
        found = _bare(part, lexicon, (words.people,))
    measure = _the_one(part, lexicon, found, allowed=())
    return measure if measure and measure.value % 1 == 0 and 1 <= measure.value <= LARGEST_TEAM else None


def hours_per_week(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Measure | None:
    """The hours a week of work on the task in a sentence."""
    words = lexicon.hours
    groups = (words.elsewhere, words.each, *(() if is_asked else (words.goals,)))
    if any(group.search(part.masked) for group in groups):
        return None
    days = [match for match in words.days.all_in(part.masked)]
    week_days = _days(part, days)
    found = _outside_past(part, lexicon, _timed(part, lexicon, week_days, is_asked=is_asked))
    if is_asked and not found:
        found = _bare(part, lexicon, (words.hour,))
    people = [match.span() for match in (*lexicon.team.counted.all_in(part.masked), *lexicon.team.people.all_in(part.masked))]
    measure = _the_one(part, lexicon, found, allowed=[*people, *(match.span() for match in days)])
    return measure if measure and 0 < measure.value <= MOST_HOURS else None


def numbers_named(part: Part, phrases: Phrases, lexicon: Lexicon) -> Measure | None:
    """The last number that is said behind the name of its slot: `hours is 5`."""
    found = _outside_past(part, lexicon, _counted_by(part, (phrases,)))
    return found[-1] if found else None


def bare_number(part: Part, lexicon: Lexicon) -> Measure | None:
    """A number with nothing around it that would count something else."""
    found = _bare(part, lexicon, ())
    return _the_one(part, lexicon, found, allowed=())


def negated(part: Part, lexicon: Lexicon) -> tuple[float, ...]:
    """The numbers that are said not to hold: `not 40`."""
    return tuple(figure.value for figure in part.figures if _is_negated(part, figure.start, lexicon))


def _counted_by(part: Part, phrases: Iterable[Phrases]) -> list[Measure]:
    found: dict[int, Measure] = {}
    for match in (match for group in phrases for match in group.all_in(part.masked)):
        start = match.start() + match.group().index(NUMBER)
        if (figure := part.figure_at(start)) and start not in found:
            found[start] = Measure(figure.value, figure.start, match.end(), figure.up_to)
    return [found[start] for start in sorted(found)]


def _bare(part: Part, lexicon: Lexicon, units: Sequence[Phrases]) -> list[Measure]:
    """The numbers of the clauses that hold nothing but a number, its unit and words of no weight."""
    found: list[Measure] = []
    for clause in part.clauses:
        left = clause.masked
        for phrases in (*units, lexicon.numbers.past, lexicon.numbers.fillers, lexicon.answers.courtesies):
            left = phrases.blanked_in(left)
        if clause.figures and not any(sign.isalnum() or sign in "\ue001\ue002" for sign in left):
            shift = clause.start - part.start
            figures = (replace_start(figure, shift) for figure in clause.figures)
            found += (Measure(one.value, one.start, one.end, one.up_to) for one in figures)
    return _outside_past(part, lexicon, found)


def replace_start(figure: Figure, shift: int) -> Figure:
    """The number, seen from the beginning of the part around it."""
    return replace(figure, start=figure.start + shift, end=figure.end + shift)


def _outside_past(part: Part, lexicon: Lexicon, found: Iterable[Measure]) -> list[Measure]:
    """Without numbers that no longer hold, or are said not to."""
    past = [
        (clause.start - part.start, clause.start - part.start + len(clause.raw))
        for clause in part.clauses
        if lexicon.numbers.past.search(clause.masked)
    ]
    return [
        one
        for one in found
        if not any(start <= one.start < end for start, end in past)
        and not _is_negated(part, one.start, lexicon)
    ]


def _is_negated(part: Part, start: int, lexicon: Lexicon) -> bool:
    before = part.masked[max(0, start - 30) : start]
    matches = lexicon.numbers.not_before.all_in(before)
    return bool(matches) and not before[matches[-1].end() :].strip()


def _the_one(
    part: Part, lexicon: Lexicon, found: Sequence[Measure], *, allowed: Sequence[tuple[int, int]]
) -> Measure | None:
    """The measure that counts: the only one, or the last where a word says that it replaces or sums the others."""
    if not found:
        return None
    last = found[-1]
    words = lexicon.numbers
    spans = [(one.start, one.end) for one in found] + list(allowed)
    others = [
        figure
        for figure in part.figures
        if not any(start <= figure.start < end for start, end in spans) and _may_count(part, figure, lexicon)
    ]
    earlier = [
        start
        for start in (*(one.start for one in found[:-1]), *(one.start for one in others))
        if start < last.start
    ]
    is_agreed = all((one.value, one.up_to) == (last.value, last.up_to) for one in found) and not others
    if is_agreed:
        return last
    between = part.masked[min(earlier, default=last.start) : last.end + 20]
    overrides = words.instead.search(between) or words.totals.search(between)
    is_last = all(figure.start < last.start for figure in others)
    return last if overrides and is_last else None


def _may_count(part: Part, figure: Figure, lexicon: Lexicon) -> bool:
    """Whether a number could count people or hours too: no other thing follows it, and it is not in the past."""
    after = part.masked[figure.end :].lstrip(" -")
    one = Measure(figure.value, figure.start, figure.end)
    return not lexicon.numbers.things.begin(after) and bool(_outside_past(part, lexicon, [one]))


def _sum(part: Part, lexicon: Lexicon) -> Measure | None:
    """`me, my wife and two employees`: every item counts, or the sum is not taken."""
    words = lexicon.team
    total, items, start, end = 0.0, 0, 0, 0
    text = words.joins.blanked_in(part.masked)
    position, left = 0, text
    while left := text[position:].lstrip(" ,;"):
        position = len(text) - len(left)
        value, length = _item(part, text, position, lexicon)
        if length:
            total, items, end = total + value, items + bool(value), position + length
            start = position if items == 1 and value else start
        elif not items and (filler := lexicon.numbers.fillers.begin(left)):
            length = filler.end()
        else:
            return None
        position += max(length, 1)
    return Measure(total, start, end) if items > 1 and words.me.search(part.masked) else None


def _item(part: Part, text: str, position: int, lexicon: Lexicon) -> tuple[float, int]:
    """The value of one item of a sum that begins here and its length, which is 0 where there is none."""
    words, left = lexicon.team, text[position:]
    if me := words.me.begin(left):
        return 1, me.end()
    figure, one = part.figure_at(position), words.one_person.begin(left)
    if figure is None and one is None:
        return 0, 0
    unit_at = (figure.end if figure else position + one.end()) if (figure or one) else position  # type: ignore[union-attr]
    if figure is None and NUMBER in text[unit_at : unit_at + 2]:
        value, length = _item(part, text, unit_at + 1, lexicon)
        return value, length + unit_at + 1 - position
    rest = text[unit_at:]
    skipped = len(rest) - len(rest.lstrip(" -"))
    person = words.persons.begin(rest.lstrip(" -")) or words.people.begin(f"{NUMBER}{rest}")
    if person is None or (figure and figure.up_to):
        return 0, 0
    is_unit = person.group().startswith(NUMBER)
    length = unit_at - position + (person.end() - 1 if is_unit else skipped + person.end())
    return (figure.value if figure else 1), length


def _counts_me_too(part: Part, lexicon: Lexicon) -> bool:
    """Whether somebody is counted beside the visitor, in a sum that could not be worked out."""
    words = lexicon.team
    text = words.joins.blanked_in(part.masked)
    return any(
        part.masked[match.end() :].lstrip()[:1] == ","
        or _is_blanked(part.masked, text, match.end())
        or _is_blanked(part.masked[::-1], text[::-1], len(text) - match.start())
        for match in words.me.all_in(part.masked)
    )


def _is_blanked(before: str, after: str, position: int) -> bool:
    """Whether the word at this position is one of those that were blanked."""
    rest = before[position:]
    position += len(rest) - len(rest.lstrip())
    return before[position : position + 1] != after[position : position + 1]


def _days(part: Part, matches: Sequence[object]) -> float:
    for match in matches:
        start = match.start() + match.group().index(NUMBER)  # type: ignore[attr-defined]
        if figure := part.figure_at(start):
            return figure.value
    return _WORKING_DAYS


def _is_plain(part: Part, amount: Measure, lexicon: Lexicon) -> bool:
    """Whether nothing of weight leads to an amount in its clause: `i think 5 hours for the rota`."""
    for clause in part.clauses:
        start = clause.start - part.start
        if start <= amount.start < start + len(clause.raw):
            before = clause.masked[: amount.start - start]
            left = lexicon.numbers.fillers.blanked_in(lexicon.answers.courtesies.blanked_in(before))
            return not any(sign.isalnum() for sign in left)
    return False


def _timed(part: Part, lexicon: Lexicon, days: float, *, is_asked: bool) -> list[Measure]:
    """Every amount of time in the sentence, in hours a week."""
    words = lexicon.hours
    found: list[Measure] = []
    period_anywhere = _period_in(part.masked, words)
    for amount in _amounts(part, words, is_asked=is_asked):
        after = part.masked[amount.end : amount.end + 45].partition(NUMBER)[0]
        if words.rate.begin(after.lstrip()) and not any(one.begin(after.lstrip()) for one in words.periods.values()):
            return []
        period = _period_in(after, words)
        if period is None and is_asked and (period_anywhere or _is_plain(part, amount, lexicon)):
            period = period_anywhere or "week"
        if period is None:
            continue
        times = {"day": days, "week": 1.0, "month": 1 / _WEEKS_A_MONTH}[period]
        up_to = round(amount.up_to * times, 1) if amount.up_to else None
        found.append(Measure(round(amount.value * times, 1), amount.start, amount.end, up_to))
    return found


def _amounts(part: Part, words: HourWords, *, is_asked: bool) -> list[Measure]:
    """Amounts of hours and minutes, as hours, whatever the period."""
    found: list[Measure] = []
    for figure in part.figures:
        rest = part.masked[figure.end :]
        unit_at = figure.end + len(rest) - len(rest.lstrip(" -"))
        if hour := words.hour.begin(part.masked[unit_at:]):
            found.append(_with_half(part, figure, unit_at + hour.end(), words, 1))
        elif minute := words.minute.begin(part.masked[unit_at:]):
            found.append(_with_half(part, figure, unit_at + minute.end(), words, _MINUTES))
        elif is_asked and words.periods["week"].begin(part.masked[unit_at:]):
            found.append(Measure(figure.value, figure.start, figure.end, figure.up_to))
    for value, lead in ((0.5, words.half_before), (1.0, words.one)):
        for match in lead.all_in(part.masked):
            unit_at = (
                match.end() + len(part.masked[match.end() :]) - len(part.masked[match.end() :].lstrip(" -"))
            )
            hour = words.hour.begin(part.masked[unit_at:])
            is_share = words.share_before.search(part.masked[max(0, match.start() - 14) : match.end()])
            is_new = not any(one.start < unit_at <= one.end for one in found)
            if hour and is_new and not (is_share and value == 1.0):
                figure = Figure(value, match.start(), match.end())
                found.append(_with_half(part, figure, unit_at + hour.end(), words, 1))
    return sorted(found, key=lambda one: one.start)


def _with_half(part: Part, figure: Figure, end: int, words: HourWords, divisor: int) -> Measure:
    rest = part.masked[end:]
    half = words.half_after.begin(rest.lstrip())
    more = 0.5 if half else 0.0
    up_to = figure.up_to / divisor if figure.up_to else None
    end += len(rest) - len(rest.lstrip()) + half.end() if half else 0
    return Measure(figure.value / divisor + more, figure.start, end, up_to)


def _period_in(text: str, words: HourWords) -> str | None:
    places = {
        name: match.start() for name, phrases in words.periods.items() if (match := phrases.search(text))
    }
    return min(places, key=lambda name: places[name]) if places else None
