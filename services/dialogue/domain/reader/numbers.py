"""Finds the numbers in a sentence that hold; what is not certain stays unknown."""

from collections.abc import Iterable, Sequence

from playbook.lexicon import NUMBER, Lexicon, Phrases
from services.dialogue.domain.reader.text import Figure, Part, is_only


def bare_number(part: Part, lexicon: Lexicon) -> Figure | None:
    """A number with nothing around it that would count something else."""
    return the_one(part, lexicon, plain_numbers(part, lexicon, ()))


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
        is_certain = lexicon.team.all_of_us.search(clause.masked) is not None
        is_more = until is not None and is_someone_more(rest, lexicon, is_certain=is_certain)
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


def is_someone_more(rest: str, lexicon: Lexicon, *, is_certain: bool) -> bool:
    """Whether somebody is named behind a count; where it `is_certain`, a person and not `and the dog`."""
    words = lexicon.team
    join = words.adds.begin(rest)
    lead = words.one_person.begin(rest[join.end() :].lstrip()) if join else None
    return lead is not None and (not is_certain or words.persons.search(rest) is not None)


def the_one(
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
