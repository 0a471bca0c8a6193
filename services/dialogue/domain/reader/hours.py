"""Reads the hours a week that a task takes."""

from collections.abc import Sequence
from typing import Final, Literal

from playbook.lexicon import NUMBER, Lexicon
from services.dialogue.domain.reader.numbers import counted_by, holding, plain_numbers, the_one
from services.dialogue.domain.reader.text import Figure, Part, is_only

MOST_HOURS: Final = 168 * 1_000
Period = Literal["day", "week", "month"]
_WORKING_DAYS: Final = 5.0
_WEEKS_A_MONTH: Final = 52 / 12
_MINUTES: Final = 60


def hours_per_week(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Figure | None:
    """The hours a week of work on the task in a sentence."""
    words = lexicon.hours
    if words.elsewhere.search(part.masked) or (not is_asked and words.goals.search(part.masked)):
        return None
    if words.each.search(part.masked):
        return _times_people(part, lexicon) if is_asked else None
    found = holding(part, lexicon, _timed(part, lexicon, is_asked=is_asked))
    if is_asked and not found:
        people = {one.start for one in counted_by(part, lexicon.team.people)}
        plain = plain_numbers(part, lexicon, (words.hour,))
        # An amount of time that cannot be counted is no reason to count something else.
        has_amount = bool(_amounts(part, lexicon, is_asked=False))
        found = [] if has_amount else [one for one in plain if one.start not in people]
    if found:
        # `6 hours, no, 7`: a number that replaces the amount before it has its unit.
        after = plain_numbers(part, lexicon, (lexicon.numbers.instead,))
        found += [one for one in after if one.start > found[-1].end] if _has_week(part, lexicon) else []
    counted = (words.days, lexicon.team.counted, lexicon.team.people)
    allowed = [match.span() for group in counted for match in group.all_in(part.masked)]
    persons = lexicon.team.persons
    allowed += [(f.start, f.end) for f in part.figures if persons.begin(part.masked[part.next_word(f.end) :])]
    one = the_one(part, lexicon, found, allowed=allowed)
    return one if one and 0 < one.value <= MOST_HOURS else None


def _timed(part: Part, lexicon: Lexicon, *, is_asked: bool) -> list[Figure]:
    """Every amount of time in the sentence, in hours a week; none where one of them cannot be counted."""
    words, found, anywhere = lexicon.hours, list[Figure](), _period_in(part.masked, lexicon)
    is_replaced = any(one.search(part.masked) for one in (lexicon.numbers.instead, lexicon.numbers.totals))
    times: dict[Period, float | None] = {
        "day": _days_a_week(part, lexicon),
        "week": 1.0,
        "month": 1 / _WEEKS_A_MONTH,
    }
    for amount in holding(part, lexicon, _amounts(part, lexicon, is_asked=is_asked)):
        after = part.masked[amount.end : amount.end + 45].partition(NUMBER)[0]
        period = _period_in(after, lexicon)
        is_rate = words.rate.begin(after.lstrip()) and not _begins_period(after.lstrip(), lexicon)
        if period is None and is_asked and (anywhere or _is_led_plainly(part, amount, lexicon)):
            period = anywhere or "week"
        a_week = None if is_rate or period is None else times[period]
        if a_week:
            scaled, digits = amount.scaled(a_week), 2 if a_week == 1 else 1
            up_to = round(scaled.up_to, digits) if scaled.up_to else None
            found.append(Figure(round(scaled.value, digits), amount.start, amount.end, up_to))
        elif is_rate or not is_replaced:
            return []
    between = part.masked[found[0].end : found[-1].start] if found else ""
    is_more = lexicon.team.adds.search(between) is not None
    return [] if is_more and not is_replaced else found


def _days_a_week(part: Part, lexicon: Lexicon) -> float | None:
    """The days on which daily work is done; None where days are named that cannot be counted."""
    words = lexicon.hours
    if told := counted_by(part, words.days):
        return told[0].value
    if words.six_days.search(part.masked):
        return 6.0
    is_week = words.five_days.search(part.masked) is not None
    return _WORKING_DAYS if is_week or not words.weekdays.search(part.masked) else None


def _amounts(part: Part, lexicon: Lexicon, *, is_asked: bool) -> list[Figure]:
    """Amounts of hours and minutes, as hours, whatever the period."""
    words, found = lexicon.hours, list[Figure]()
    quarters = counted_by(part, words.quarters)
    for figure in part.figures:
        unit_at = part.next_word(figure.end)
        text = part.masked[unit_at:]
        quarter = next((one for one in quarters if one.start == figure.start), None)
        if quarter:
            found.append(Figure(figure.value / 4, figure.start, quarter.end))
        elif hour := words.hour.begin(text):
            found.append(_with_half(part, figure, unit_at + hour.end(), lexicon))
        elif minute := words.minute.begin(text):
            found.append(figure.scaled(1 / _MINUTES, end=unit_at + minute.end()))
        elif found and found[-1].end == figure.start - 1 and 0 < figure.value < _MINUTES:
            # `2 h 30`
            found.append(figure.scaled(1 / _MINUTES))
        elif is_asked and any(words.periods[name].begin(text) for name in ("week", "month")):
            found.append(figure)
    for value, lead in ((0.5, words.half_before), (1.0, words.one)):
        for match in lead.all_in(part.masked):
            unit_at = part.next_word(match.end())
            hour = words.hour.begin(part.masked[unit_at:])
            is_share = words.share_before.search(part.masked[max(0, match.start() - 14) : match.end()])
            is_new = not any(one.start < unit_at <= one.end for one in found)
            if hour and is_new and not is_share:
                found.append(
                    _with_half(part, Figure(value, match.start(), match.end()), unit_at + hour.end(), lexicon)
                )
    for hour in words.hour.all_in(part.masked):
        if not any(one.start < hour.end() and hour.start() <= one.end for one in found):
            one = _with_half(part, Figure(1, hour.start(), hour.start()), hour.end(), lexicon)
            found += [one] if one.value > 1 else []
    return _joined(sorted(found, key=lambda one: one.start))


def _joined(found: Sequence[Figure]) -> list[Figure]:
    """`1 hour 30 minutes` is one amount."""
    joined = list[Figure]()
    for one in found:
        before = joined[-1] if joined else None
        if before and one.start - before.end <= 1 and one.value < 1 <= before.value:
            joined[-1] = Figure(before.value + one.value, before.start, one.end)
        else:
            joined.append(one)
    return joined


def _with_half(part: Part, figure: Figure, end: int, lexicon: Lexicon) -> Figure:
    half_at = part.next_word(end)
    half = lexicon.hours.half_after.begin(part.masked[half_at:])
    more = 0.5 if half else 0.0
    return Figure(figure.value + more, figure.start, half_at + half.end() if half else end, figure.up_to)


def _is_led_plainly(part: Part, amount: Figure, lexicon: Lexicon) -> bool:
    """Whether nothing of weight leads to an amount in its clause: `i think 5 hours for the rota`."""
    clause = next(one for one in part.clauses if one.holds(amount.start + part.start))
    before = clause.masked[: amount.start + part.start - clause.start]
    return is_only(before, (lexicon.answers.courtesies, lexicon.numbers.fillers, lexicon.numbers.instead))


def _times_people(part: Part, lexicon: Lexicon) -> Figure | None:
    """`Two people, thirteen each`: the one number of people times the one number of hours."""
    words = lexicon.hours
    if (
        len(part.figures) != 2
        or any(one.up_to for one in part.figures)
        or words.periods["day"].search(part.masked)
    ):
        return None
    people, hours = part.figures
    light = (
        words.hour, words.each, words.periods["week"], lexicon.team.people, lexicon.team.counted,
        lexicon.team.persons, lexicon.numbers.fillers,
    )  # fmt: skip
    if not is_only(part.masked, light, ignored=NUMBER) or people.value % 1:
        return None
    return Figure(people.value * hours.value, people.start, len(part.raw))


def _has_week(part: Part, lexicon: Lexicon) -> bool:
    return _period_in(part.masked, lexicon) in {None, "week"}


def _begins_period(text: str, lexicon: Lexicon) -> bool:
    return any(one.begin(text) for one in lexicon.hours.periods.values())


def _period_in(text: str, lexicon: Lexicon) -> Period | None:
    # `h/day` is two words.
    text = text.replace("/", " / ")
    matches = ((name, one.search(text)) for name, one in lexicon.hours.periods.items())
    places: list[tuple[int, Period]] = [(match.start(), name) for name, match in matches if match]
    return min(places)[1] if places else None
