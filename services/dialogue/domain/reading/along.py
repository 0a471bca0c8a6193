"""Reads the measure of success out of an answer to a question for hours that asked for both."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from services.dialogue.domain.reading import hours, success
from services.dialogue.domain.reading.answers import is_skip
from services.dialogue.domain.reading.corrections import is_correction
from services.dialogue.domain.reading.numbers import numbers_in
from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.text import Found, Span, clauses, sentences

_SHORTEST_WORD = 5
# "More like 30" puts the number right: so short a phrase that ends in a number is one.
_A_NUMBER_AGAIN = re.compile(r"^\W*(?:[^\W\d]+\W+){0,2}[0-9]+\W*$")
_HOURS = r"\b(?:hours?|hrs?|minutes?|mins?) (?:(?:a|per|each|every) (?:day|week|month)|weekly|daily)\b"
_BY_THE_WEEK = any_of(r"\b(?:week|wk|weekly|day|daily|month)\b")
_FAMILY = either(
    "wife, husband, partner, son, daughter, sister, brother, mother, father, assistant, colleagues?,"
    "team, staff,"
    "people, secretary, boss"
)
# What goes on about the hours is no measure.
_ABOUT_THE_HOURS = any_of(
    r"^\W*(?:it|that|this|they) (?:varies|vary|depends?|changes?|differs?|can|could|might|adds?|was|were"
    r"|feels?"
    r"|is (?:more|less|hard|different|about|roughly|all|just|only|a)|takes?|comes?|goes|includes?)\b",
    r"^\W*(?:and |but |or |so )?"
    + either(
        "sometimes, mostly, mainly, usually, often, on average, in total, total, all (?:in|told|together),"
        "altogether, combined, overall, (?:per|each|every) (?:day|week|month|person), spread, split,"
        "across, between, at least, at most,"
        "more or less, give or take, maybe, perhaps, probably, roughly, about, around, easily,"
        "(?:i think|i guess|i'd say)(?! (?:if|when|once|no|less|fewer|success)\\b), not counting,"
        "including, plus, for (?:me|us|all|the|each), of which, depending,"
        "especially, more, less in, not sure, no idea, hard, difficult, too (?:much|many), way too, a lot,"
        "same, if (?:you|we|i) (?:count|include|add), when (?:it's|it is|we're|we are) (?:busy|quiet|slow),"
        "we (?:never|don't|haven't|spend|are|have|do), i (?:never|haven't|spend|am|have),"
        "(?:i|we) (?:don't|do not|dont) (?:count|know|measure|track),"
        "thanks, thank you, sorry, honestly, to be honest, you tell me, why"
    )
    + r"\b",
    rf"^\W*(?:my|our|the) {_FAMILY}\b",
    _HOURS,
)
# What is better by then; without such a word half a sentence is none.
_BETTER = any_of(
    r"\b"
    + either(
        "no(?! idea), nobody, no one, never, zero, less, fewer, under, below, within, faster, quicker, half,"
        "without, when, if, once, stops?, stopped, same day, on time, success\\w*, worked, happy, happier"
    )
    + r"\b"
)
_GOES_ON = any_of(r"^\W*(?:and|plus)\b")


@dataclass(frozen=True, slots=True)
class Ear:
    """How one language tells the number from the measure."""

    counts: Callable[[str], bool]
    is_plainly_hours: Callable[[str], bool]
    is_skip: Callable[[str], bool]
    may_be: Callable[[str], bool]
    may_be_half: Callable[[str], bool]
    may_stand_alone: Callable[[str], bool]
    measure: Callable[[str], str | None]


def measure_along(text: str, asides: tuple[Span, ...], ear: Ear) -> Found[str] | None:
    """The measure beside the number: a sentence of its own, or what follows the number in its sentence."""
    told = [span for span in sentences(text) if not any(span.overlaps(one.start, one.end) for one in asides)]
    number = next((span for span in told if ear.is_plainly_hours(span.of(text))), None) or next(
        (span for span in told if ear.counts(span.of(text))), None
    )
    others = [span for span in told if span is not number and _may_be(span.of(text), ear)]
    if number is None and not any(ear.is_skip(span.of(text)) for span in told):
        others = [span for span in others if ear.may_stand_alone(span.of(text))]
    for span in (*others, *(_behind_the_number(text, number, ear) if number else ())):
        measure = ear.measure(span.of(text))
        if not span.of(text).rstrip().endswith("?") and measure:
            return Found(measure, span.start, span.end)
    return None


def _may_be(text: str, ear: Ear) -> bool:
    return ear.may_be(text) and not _A_NUMBER_AGAIN.match(text)


def _behind_the_number(text: str, number: Span, ear: Ear) -> list[Span]:
    parts = [Span(number.start + one.start, number.start + one.end) for one in clauses(number.of(text))]
    counted = next((place for place, part in enumerate(parts) if ear.counts(part.of(text))), len(parts))
    return [
        Span(part.start, number.end)
        for part in parts[counted + 1 :]
        if _may_be(part.of(text), ear) and ear.may_be_half(part.of(text))
    ][:1]


def _measure(text: str) -> str | None:
    told = success.success_measure_answered(_GOES_ON.sub("", text).strip())
    is_one = told is not None and len(told.value) >= _SHORTEST_WORD
    return told.value if told and is_one else None


def _is_no_more_of_it(text: str) -> bool:
    return not (_ABOUT_THE_HOURS.search(text) or is_skip(text) or is_correction(text))


def _is_better(text: str) -> bool:
    return _BETTER.search(text) is not None or _GOES_ON.search(text) is not None


ENGLISH = Ear(
    counts=lambda text: bool(numbers_in(text) or hours.hours_answered(text)),
    is_plainly_hours=lambda text: bool(_BY_THE_WEEK.search(text) and hours.find_hours_per_week(text)),
    is_skip=is_skip,
    may_be=_is_no_more_of_it,
    may_be_half=_is_better,
    may_stand_alone=lambda text: _BETTER.search(text) is not None,
    measure=_measure,
)


def english_measure_along(text: str, asides: tuple[Span, ...]) -> Found[str] | None:
    """The measure in an English answer."""
    return measure_along(text, asides, ENGLISH)
