"""What the numbers of a message say together: which hold, which are added up, which say nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from playbook.lexicon import NUMBER, Lexicon
from playbook.reading.answers import is_plain
from playbook.reading.measures import Measure, measures_in
from playbook.reading.text import Part, Sentence, is_only

_MOST_WORDS_BETWEEN: Final = 4
_MOST_WORDS_OF_A_LEAD: Final = 1
_MOST_WORDS_ASKED_BACK: Final = 8
# Who has more people or hours than this says what the number counts.
_LEAST_OF_A_CODE: Final = 1_000


def measured(sentences: Sequence[Sentence], lexicon: Lexicon) -> Iterator[tuple[Part, Measure]]:
    """The numbers of a message; one that a no follows, `47? No.`, does not hold."""
    for at, one in enumerate(sentences):
        after = sentences[at + 1] if at + 1 < len(sentences) else None
        is_refused = (
            after is not None and bool(after.clauses) and is_plain(after.clauses[0], lexicon.refuses, lexicon)
        )
        for measure in measures_in(one, lexicon):
            is_last = not any(figure.start > measure.start for figure in one.figures)
            is_wrong = is_refused and is_last and one.is_marked
            yield one, replace(measure, is_open=measure.is_open or is_wrong)


def is_bare(sentence: Part, measure: Measure, lexicon: Lexicon) -> bool:
    """Whether the clause of a number says nothing else."""
    clause = next(one for one in sentence.clauses if one.holds(measure.start + sentence.start))
    return says_only_numbers(clause, lexicon)


def hours_summed(part: Part, measures: Sequence[Measure], lexicon: Lexicon) -> Measure | None:
    """`2 hours for me and 3 for Ana`, or hours that stand beside people: whose they are is not clear."""
    timed = [each for each in measures if each.unit == "hours"]
    if timed and len(measures) == 2 and measures[0].unit == "hours" and are_added(part, measures, lexicon):
        return replace(timed[0], value=sum(each.value for each in measures), end=measures[1].end)
    behind = part.masked[timed[0].end :] if len(timed) == 1 else ""
    is_more = lexicon.team.adds.search(behind) and lexicon.hours.periods["day"].search(part.masked)
    is_shared = is_more or any(each.unit == "people" for each in measures)
    return timed[0] if len(timed) == 1 and is_shared else None


def are_added(part: Part, measures: Sequence[Measure], lexicon: Lexicon) -> bool:
    """`7 mechanics and 2 in the office`: what is counted in several groups."""
    between = [part.masked[one.end : other.start] for one, other in pairwise(measures)]
    adds = lexicon.team.adds
    return any(len(text.split()) <= _MOST_WORDS_BETWEEN and adds.search(text) for text in between)


def may_count(part: Part, measure: Measure) -> bool:
    """Whether the one number of a short sentence may be the answer: `120 across the team`, `30 blokes`."""
    is_short = len(part.raw.split()) <= _MOST_WORDS_ASKED_BACK
    return is_short and 1 < measure.value < _LEAST_OF_A_CODE and measure.value % 1 == 0


def is_last_right(part: Part, last: Measure, lexicon: Lexicon) -> bool:
    """Whether a word right before the last number says that it counts and no other."""
    before = part.masked[: last.start].rpartition(NUMBER)[2]
    words = lexicon.numbers
    ends = [match.end() for one in (words.instead, words.totals) for match in one.all_in(before)]
    return bool(ends) and len(before[max(ends) :].split()) <= _MOST_WORDS_OF_A_LEAD


def says_only_numbers(part: Part, lexicon: Lexicon) -> bool:
    """Whether nothing but numbers, their units and fillers are said."""
    numbers, hours = lexicon.numbers, lexicon.hours
    words = (
        numbers.fillers, numbers.past, numbers.instead, numbers.present, lexicon.team.people,
        lexicon.team.staff, hours.hour, hours.minute, hours.days, *hours.periods.values(), *lexicon.polite,
        lexicon.intents["skip"],
    )  # fmt: skip
    return bool(part.figures) and is_only(part.masked, words, ignored=NUMBER)
