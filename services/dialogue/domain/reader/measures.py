"""Reads the size of the team and the hours a week. What is not certain stays unknown."""

from collections.abc import Iterable, Sequence
from typing import Final

from playbook.lexicon import NUMBER, HourWords, Lexicon, Phrases
from services.dialogue.domain.reader.text import Figure, Part, is_only

LARGEST_TEAM: Final = 1_000_000
MOST_HOURS: Final = 100_000
_WORKING_DAYS: Final = 5
_WEEKS_A_MONTH: Final = 52 / 12
_MINUTES: Final = 60


def team_size(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Figure | None:
    """The number of people in a sentence."""
    words = lexicon.team
    if counting := _outside_past(part, lexicon, _counted_by(part, (words.with_me,))):
        return counting[-1]
    is_sum, total = _sum(part, lexicon)
    if is_sum:
        return total
    if (alone := words.alone.search(part.masked)) and not part.figures and is_asked:
        return Figure(1, alone.start(), alone.end())
    found = _outside_past(part, lexicon, _counted_by(part, (words.counted,)))
    if is_asked and not found:
        found = _bare(part, lexicon, (words.people,)) or _somewhere(part, lexicon)
    measure = _the_one(part, lexicon, found, allowed=())
    return measure if measure and measure.value % 1 == 0 and 1 <= measure.value <= LARGEST_TEAM else None


def hours_per_week(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Figure | None:
    """The hours a week of work on the task in a sentence."""
    words = lexicon.hours
    groups = (words.elsewhere, words.each, *(() if is_asked else (words.goals,)))
    if any(group.search(part.masked) for group in groups):
        return None
    told_days = _counted_by(part, (words.days,))
    week_days = told_days[0].value if told_days else _WORKING_DAYS
    found = _outside_past(part, lexicon, _timed(part, lexicon, week_days, is_asked=is_asked))
    if is_asked and not found:
        found = _bare(part, lexicon, (words.hour,))
    others = (words.days, lexicon.team.counted, lexicon.team.people)
    allowed = [match.span() for phrases in others for match in phrases.all_in(part.masked)]
    measure = _the_one(part, lexicon, found, allowed=allowed)
    return measure if measure and 0 < measure.value <= MOST_HOURS else None


def number_named(part: Part, phrases: Phrases, lexicon: Lexicon) -> Figure | None:
    """The last number that is said behind the name of its slot: `hours is 5`."""
    found = _outside_past(part, lexicon, _counted_by(part, (phrases,)))
    # `310 employees, two plants` names nothing.
    named = [one for one in found if not part.raw[: one.start].rstrip().endswith(",")]
    return named[-1] if named else None


def bare_number(part: Part, lexicon: Lexicon) -> Figure | None:
    """A number with nothing around it that would count something else."""
    found = _bare(part, lexicon, ())
    return _the_one(part, lexicon, found, allowed=())


def negated(part: Part, lexicon: Lexicon) -> tuple[float, ...]:
    """The numbers that are said not to hold: `not 40`."""
    return tuple(figure.value for figure in part.figures if _is_negated(part, figure.start, lexicon))


def _counted_by(part: Part, phrases: Iterable[Phrases]) -> list[Figure]:
    found: dict[int, Figure] = {}
    for match in (match for group in phrases for match in group.all_in(part.masked)):
        start = match.start() + match.group().index(NUMBER)
        if (figure := part.figure_at(start)) and start not in found:
            found[start] = Figure(figure.value, figure.start, match.end(), figure.up_to)
    return [found[start] for start in sorted(found)]


def _bare(part: Part, lexicon: Lexicon, units: Sequence[Phrases]) -> list[Figure]:
    """The numbers of the clauses that hold nothing but a number, its unit and words of no weight."""
    found: list[Figure] = []
    for clause in part.clauses:
        light = (*units, lexicon.numbers.past, lexicon.numbers.fillers, lexicon.answers.courtesies)
        if is_only(clause.masked, light, ignored=NUMBER):
            found += (figure for figure in part.figures if _is_in(clause, part, figure.start))
    return _outside_past(part, lexicon, found)


def _somewhere(part: Part, lexicon: Lexicon) -> list[Figure]:
    """A number that begins the answer, and where these people are: `12 at the shop`."""
    figure = part.figures[0] if part.figures else None
    if figure is None or not lexicon.team.places.begin(part.masked[figure.end :].lstrip()):
        return []
    is_first = is_only(part.masked[: figure.start], (lexicon.numbers.fillers, lexicon.answers.courtesies))
    return _outside_past(part, lexicon, [figure]) if is_first else []


def _is_in(clause: Part, part: Part, place: int) -> bool:
    return clause.start - part.start <= place < clause.start - part.start + len(clause.raw)


def _outside_past(part: Part, lexicon: Lexicon, found: Iterable[Figure]) -> list[Figure]:
    """Without numbers that no longer hold, or are said not to."""
    past = [clause for clause in part.clauses if lexicon.numbers.past.search(clause.masked)]
    return [
        one
        for one in found
        if not any(_is_in(clause, part, one.start) for clause in past)
        and not _is_negated(part, one.start, lexicon)
    ]


def _is_negated(part: Part, start: int, lexicon: Lexicon) -> bool:
    before = part.masked[max(0, start - 30) : start]
    matches = lexicon.numbers.not_before.all_in(before)
    return bool(matches) and not before[matches[-1].end() :].strip()


def _the_one(
    part: Part, lexicon: Lexicon, found: Sequence[Figure], *, allowed: Sequence[tuple[int, int]]
) -> Figure | None:
    """The only measure, or the last one where a word says that it replaces or sums the others."""
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
    """Whether a number could count people or hours too: no other thing follows it, and it still holds."""
    after = part.masked[figure.end :].lstrip(" -")
    return not lexicon.numbers.things.begin(after) and bool(_outside_past(part, lexicon, [figure]))


def _sum(part: Part, lexicon: Lexicon) -> tuple[bool, Figure | None]:
    """Whether people are summed up with the visitor among them, and the sum where every item of it counts."""
    words = lexicon.team
    joins = [match.span() for match in words.joins.all_in(part.masked)]
    commas = [(place, place + 1) for place, sign in enumerate(part.masked) if sign in ",;"]
    items, start = list[Part](), 0
    for begin, end in (*sorted((*joins, *commas)), (len(part.raw), len(part.raw))):
        item = part.cut(start, begin)
        items += [item] if item.raw else []
        start = end
    is_sum = len(items) > 1 and any(_is_visitor(item, lexicon) for item in items)
    counts = [_people_in(item, lexicon) for item in items]
    known = [count for count in counts if count is not None]
    if not is_sum or len(known) < len(items):
        return is_sum and bool(part.figures), None
    return True, Figure(sum(known), items[0].start - part.start, len(part.raw))


def _is_visitor(item: Part, lexicon: Lexicon) -> bool:
    me = lexicon.team.me
    return me.search(item.masked) is not None and is_only(item.masked, (me, lexicon.numbers.fillers))


def _people_in(item: Part, lexicon: Lexicon) -> float | None:
    """The people in one item of a sum: the visitor, one person, or a number of them."""
    words = lexicon.team
    if _is_visitor(item, lexicon):
        return 1
    people = (words.people, words.persons, words.one_person, lexicon.numbers.fillers)
    left = lexicon.numbers.fillers.blanked_in(item.masked).split()
    names = [word for word in left if NUMBER not in word]
    # `three groomers`: beside the visitor, whoever is counted by one word is a person.
    if len(item.figures) == 1 and len(names) == 1 and not lexicon.numbers.things.begin(names[0]):
        return None if item.figures[0].up_to else item.figures[0].value
    is_people = any(phrases.search(item.masked) for phrases in people[:2])
    if not is_people or len(item.figures) > 1 or not is_only(item.masked, people, ignored=NUMBER):
        return None
    figure = item.figures[0] if item.figures else None
    return (None if figure.up_to else figure.value) if figure else 1


def _is_plain(part: Part, amount: Figure, lexicon: Lexicon) -> bool:
    """Whether nothing of weight leads to an amount in its clause: `i think 5 hours for the rota`."""
    clause = next(clause for clause in part.clauses if _is_in(clause, part, amount.start))
    before = clause.masked[: amount.start - clause.start + part.start]
    return is_only(before, (lexicon.answers.courtesies, lexicon.numbers.fillers))


def _timed(part: Part, lexicon: Lexicon, days: float, *, is_asked: bool) -> list[Figure]:
    """Every amount of time in the sentence, in hours a week."""
    words = lexicon.hours
    found: list[Figure] = []
    period_anywhere = _period_in(part.masked, words)
    for amount in _amounts(part, words, is_asked=is_asked):
        after = part.masked[amount.end : amount.end + 45].partition(NUMBER)[0]
        if words.rate.begin(after.lstrip()) and not any(
            one.begin(after.lstrip()) for one in words.periods.values()
        ):
            return []
        period = _period_in(after, words)
        if period is None and is_asked and (period_anywhere or _is_plain(part, amount, lexicon)):
            period = period_anywhere or "week"
        if period is None:
            continue
        times = {"day": days, "week": 1.0, "month": 1 / _WEEKS_A_MONTH}[period]
        up_to = round(amount.up_to * times, 1) if amount.up_to else None
        found.append(Figure(round(amount.value * times, 1), amount.start, amount.end, up_to))
    return found


def _amounts(part: Part, words: HourWords, *, is_asked: bool) -> list[Figure]:
    """Amounts of hours and minutes, as hours, whatever the period."""
    found: list[Figure] = []
    for figure in part.figures:
        unit_at = _next_word(part, figure.end)
        if hour := words.hour.begin(part.masked[unit_at:]):
            found.append(_with_half(part, figure, unit_at + hour.end(), words))
        elif minute := words.minute.begin(part.masked[unit_at:]):
            found.append(_with_half(part, figure, unit_at + minute.end(), words, divisor=_MINUTES))
        elif is_asked and words.periods["week"].begin(part.masked[unit_at:]):
            found.append(Figure(figure.value, figure.start, figure.end, figure.up_to))
    for value, lead in ((0.5, words.half_before), (1.0, words.one)):
        for match in lead.all_in(part.masked):
            unit_at = _next_word(part, match.end())
            hour = words.hour.begin(part.masked[unit_at:])
            is_share = words.share_before.search(part.masked[max(0, match.start() - 14) : match.end()])
            is_new = not any(one.start < unit_at <= one.end for one in found)
            if hour and is_new and not (is_share and value == 1.0):
                figure = Figure(value, match.start(), match.end())
                found.append(_with_half(part, figure, unit_at + hour.end(), words))
    return sorted(found, key=lambda one: one.start)


def _next_word(part: Part, place: int) -> int:
    return place + len(part.masked[place:]) - len(part.masked[place:].lstrip(" -"))


def _with_half(part: Part, figure: Figure, end: int, words: HourWords, *, divisor: int = 1) -> Figure:
    half = words.half_after.begin(part.masked[_next_word(part, end) :])
    more = 0.5 if half else 0.0
    up_to = figure.up_to / divisor if figure.up_to else None
    end = _next_word(part, end) + half.end() if half else end
    return Figure(figure.value / divisor + more, figure.start, end, up_to)


def _period_in(text: str, words: HourWords) -> str | None:
    places = {
        name: match.start() for name, phrases in words.periods.items() if (match := phrases.search(text))
    }
    return min(places, key=lambda name: places[name]) if places else None
