"""Reads the size of the team and the hours a week; what is not certain stays unknown."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from playbook.lexicon import NUMBER, Lexicon, Phrases
from services.dialogue.domain.reader.text import Figure, Part, is_only

LARGEST_TEAM: Final = 1_000_000
MOST_HOURS: Final = 168 * 1_000
Period = Literal["day", "week", "month"]
_WORKING_DAYS: Final = 5.0
_WEEKS_A_MONTH: Final = 52 / 12
_MINUTES: Final = 60
_SHORTEST_NOUN: Final = 4
_MOST_WORDS_COUNTED: Final = 4


def team_size(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Figure | None:
    """The number of people in a sentence."""
    words = lexicon.team
    if lexicon.hours.each.search(part.masked) or words.others.search(part.masked):
        return None
    if with_visitor := holding(part, lexicon, counted_by(part, words.with_me)):
        return with_visitor[-1]
    is_sum, total = _sum(part, lexicon)
    if is_sum:
        return total
    if is_asked and not part.figures and (alone := words.alone.search(part.masked)):
        return Figure(1, alone.start(), alone.end())
    found = holding(part, lexicon, counted_by(part, words.counted))
    if is_asked and not found:
        found = plain_numbers(part, lexicon, (words.people, words.persons), until=words.places)
    one = _the_one(part, lexicon, found)
    return one if one and one.value % 1 == 0 and 1 <= one.value <= LARGEST_TEAM else None


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
    one = _the_one(part, lexicon, found, allowed=allowed)
    return one if one and 0 < one.value <= MOST_HOURS else None


def people_perhaps(part: Part, lexicon: Lexicon) -> Figure | None:
    """The people that words which name no thing count: `12 falconers`, `5 divers and 2 cooks`.

    They may not be everybody.
    """
    items = part.split(match.span() for match in lexicon.answers.joins.all_in(part.masked))
    counting = [one for one in items if one.figures]
    counts = [_counted_perhaps(one, lexicon) for one in counting]
    values = [one.value for one in counts if one is not None]
    if not values or len(values) < len(counting):
        return None
    start, end = counting[0].start - part.start, counting[-1].start - part.start
    return Figure(sum(values), start + counting[0].figures[0].start, end + counting[-1].figures[0].end)


def _counted_perhaps(item: Part, lexicon: Lexicon) -> Figure | None:
    figure, hours = item.figures[0], lexicon.hours
    units = (hours.hour, hours.minute, *hours.periods.values(), lexicon.team.others)
    counted = item.masked[item.next_word(figure.end) :]
    word = counted.partition(" ")[0].strip(",.")
    light = (lexicon.numbers.fillers, lexicon.answers.courtesies)
    is_noun = word.isalpha() and len(word) >= _SHORTEST_NOUN and len(counted.split()) <= _MOST_WORDS_COUNTED
    is_thing = lexicon.numbers.things.begin(word) or any(one.search(counted) for one in units)
    is_one = len(item.figures) == 1 and figure.up_to is None and figure.value % 1 == 0 and figure.value >= 1
    if not (is_one and is_noun and is_only(item.masked[: figure.start], light)) or is_thing:
        return None
    held = holding(item, lexicon, [figure])
    return held[0] if held and not is_only(word, light) and figure.value <= LARGEST_TEAM else None


def bare_number(part: Part, lexicon: Lexicon) -> Figure | None:
    """A number with nothing around it that would count something else."""
    return _the_one(part, lexicon, plain_numbers(part, lexicon, ()))


def number_named(part: Part, name: Phrases, lexicon: Lexicon) -> Figure | None:
    """The last number that is said behind the name of its slot: `hours is 5`."""
    found = holding(part, lexicon, counted_by(part, name))
    # `310 employees, two plants` names nothing.
    named = [one for one in found if not part.raw[: one.start].rstrip().endswith(",")]
    return named[-1] if named else None


def negated(part: Part, lexicon: Lexicon) -> tuple[float, ...]:
    """The numbers that are said not to hold: `not 40`."""
    return tuple(one.value for one in part.figures if _is_led_by(part, one, lexicon.numbers.not_before))


def counted_by(part: Part, phrases: Phrases) -> list[Figure]:
    """The numbers within these phrases."""
    found = {}
    for match in phrases.all_in(part.masked):
        start = match.start() + match.group().index(NUMBER)
        if figure := next((one for one in part.figures if one.start == start), None):
            found[start] = Figure(figure.value, start, match.end(), figure.up_to)
    return list(found.values())


def plain_numbers(
    part: Part, lexicon: Lexicon, units: Sequence[Phrases], *, until: Phrases | None = None
) -> list[Figure]:
    """The numbers in whose clause nothing of weight stands but their unit, up to a word of `until`."""
    found = list[Figure]()
    light = (*units, lexicon.numbers.past, lexicon.numbers.fillers, lexicon.answers.courtesies)
    for clause in part.clauses:
        if not clause.figures:
            continue
        last = clause.figures[-1].end
        ends = list(until.all_in(clause.masked[last:])) if until else []
        rest = clause.masked[last + ends[0].start() :] if ends else ""
        said = clause.masked[: last + ends[0].start()] if ends else clause.masked
        # Whoever is named behind the number may have been left out of it: `5 and my wife`.
        is_more = until is not None and _is_someone_more(rest, lexicon)
        if not is_more and is_only(said, light, ignored=NUMBER):
            found += (one.moved(clause.start - part.start) for one in clause.figures)
    return holding(part, lexicon, found)


def holding(part: Part, lexicon: Lexicon, found: Iterable[Figure]) -> list[Figure]:
    """Without numbers that no longer hold, are said not to, or only bound the right one."""
    words = lexicon.numbers
    return [
        one
        for one in found
        if not (_is_past(part, one, lexicon) or _is_led_by(part, one, words.not_before, words.bounds))
    ]


def _is_past(part: Part, one: Figure, lexicon: Lexicon) -> bool:
    """Whether a word of the past stands in the clause, and none of the present between the two."""
    words = lexicon.numbers
    clause = next(each for each in part.clauses if each.holds(one.start + part.start))
    at = one.start + part.start - clause.start
    before = [match.end() for match in words.past.all_in(clause.masked[:at])]
    if words.present.search(clause.masked[max(before, default=0) : at]):
        return False
    after = clause.masked[at:].lstrip(NUMBER).partition(NUMBER)[0]
    return bool(before) or words.past.search(after) is not None


def _is_led_by(part: Part, one: Figure, *groups: Phrases) -> bool:
    before = part.masked[max(0, one.start - 30) : one.start]
    ends = [match.end() for phrases in groups for match in phrases.all_in(before)]
    return bool(ends) and not before[max(ends) :].strip()


def _is_someone_more(rest: str, lexicon: Lexicon) -> bool:
    join = lexicon.team.adds.begin(rest)
    return join is not None and lexicon.team.one_person.begin(rest[join.end() :].lstrip()) is not None


def _the_one(
    part: Part, lexicon: Lexicon, found: Sequence[Figure], *, allowed: Sequence[tuple[int, int]] = ()
) -> Figure | None:
    """The only number, or the last one where a word says that it replaces or sums the others."""
    if not found:
        return None
    last, words = found[-1], lexicon.numbers
    spans = [*((one.start, one.end) for one in found), *allowed]
    others = [
        one
        for one in holding(part, lexicon, part.figures)
        if not any(start <= one.start < end for start, end in spans)
        and not words.things.begin(part.masked[one.end :].lstrip(" -"))
    ]
    if not others and all((one.value, one.up_to) == (last.value, last.up_to) for one in found):
        return last
    first = min((one.start for one in (*found, *others)), default=last.start)
    between = part.masked[first : last.end + 20]
    is_last = all(one.start < last.start for one in others)
    overrides = words.instead.search(between) or words.totals.search(between)
    return last if overrides and is_last else None


def _sum(part: Part, lexicon: Lexicon) -> tuple[bool, Figure | None]:
    """Whether people are summed up with the visitor among them, and the sum where every item of it counts."""
    words = lexicon.team
    joins = [match.span() for match in words.joins.all_in(part.masked)]
    items = part.split([*joins, *((at, at + 1) for at, sign in enumerate(part.masked) if sign in ",;")])
    light = (lexicon.numbers.fillers, lexicon.answers.courtesies)
    items = [
        item for item in items if item.figures or not is_only(item.masked, light) or _is_me(item, lexicon)
    ]
    visitors = [item for item in items if _is_me(item, lexicon)]
    if len(items) < 2 or not visitors:
        return False, None
    counts = [_people_in(item, lexicon) for item in items if item not in visitors]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        is_people = any(words.persons.search(item.masked) or item.figures for item in items)
        return is_people, None
    return True, Figure(sum(known) + 1, items[0].start - part.start, len(part.raw))


def _is_me(item: Part, lexicon: Lexicon) -> bool:
    me = lexicon.team.me
    return me.search(item.masked) is not None and is_only(item.masked, (me, lexicon.numbers.fillers))


def _people_in(item: Part, lexicon: Lexicon) -> float | None:
    """The people in one item of a sum beside the visitor: one person, or a number of them."""
    words, things = lexicon.team, lexicon.numbers.things
    names = [word for word in lexicon.numbers.fillers.blanked_in(item.masked).split() if NUMBER not in word]
    figure = item.figures[0] if len(item.figures) == 1 else None
    if figure and len(names) < 2 and not any(map(things.begin, names)):
        # `three groomers`: whoever is counted by one word beside the visitor is a person.
        return None if figure.up_to else figure.value
    people = (words.people, words.persons, words.one_person, lexicon.numbers.fillers)
    is_people = any(phrases.search(item.masked) for phrases in people[:2])
    if not is_people or not is_only(item.masked, people, ignored=NUMBER) or (item.figures and not figure):
        return None
    return (None if figure.up_to else figure.value) if figure else 1


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
