"""What is won when the visitor's own measure is met; said only where their words are hours of this task.

"Under 5" of 25 hours is 20 hours a week. "Replies within an hour" is no number of hours won, and neither is
"half as many no-shows": then nothing is claimed.
"""

import re

from contracts.values import Profile
from playbook import Listening
from services.proposal.domain.saving_in_words import won_in_words

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_VALUES = {"a": 1.0, "an": 1.0, **{word: float(value) for value, word in enumerate(_WORDS, start=1)}}
_NUMBER = rf"[0-9]+(?:[.,][0-9]+)?|an?|{'|'.join(_WORDS)}"
_HOURS = r"(?:hours?|hrs?|h)"
_WEEKLY = r"(?:\s*(?:(?:an?|per|each|every|in a)\s+week|/\s*week|weekly))"
_ABOUT = r"(?:(?:about|around|roughly|some)\s+)?"
# Words that may stand around the number without making it a number of something else.
_LEAD = (
    r"(?:(?:if|when|once|it|that|this|we|i|they|the|whole|thing|task|time|hours|would|will|could|can|only|just|get"
    r"|gets|getting|got|bring|bringing|cut|cutting|keep|keeping|reduce|reducing|drop|drops|dropping|take|takes"
    r"|took|spend|spends|spent|spending|go|goes|went|is|was|were|be|falls|fall|need|needs|needed|on)\s+)*"
)
_LESS = (
    r"(?:under|below|less than|fewer than|down to|to under|to below|to less than|to|at most|no more than"
    r"|not more than|maximum|max)"
)
_TARGETS = (
    re.compile(
        rf"{_LEAD}{_LESS}\s+{_ABOUT}(?P<n>{_NUMBER})(?:\s*{_HOURS}{_WEEKLY}?|{_WEEKLY})?(?:\s+on it)?"
    ),
    re.compile(
        rf"{_LEAD}from\s+[0-9.,]+\s*{_HOURS}?{_WEEKLY}?\s+(?:down )?to\s+{_ABOUT}(?P<n>{_NUMBER})"
        rf"\s*{_HOURS}?{_WEEKLY}?"
    ),
)
_SAVINGS = (
    re.compile(
        rf"(?:(?:if|when|once|it|that|we|i|this)\s+)*(?:saves?|saving|saved|frees?|freed|freeing)"
        rf"(?:\s+(?:us|me|up))*\s+{_ABOUT}(?P<n>{_NUMBER})\s*{_HOURS}{_WEEKLY}?"
    ),
    re.compile(
        rf"(?:(?:if|when|once|we|i|get|getting|got|win|winning)\s+)*{_ABOUT}(?P<n>{_NUMBER})"
        rf"\s*{_HOURS}{_WEEKLY}?\s+(?:less|fewer|saved|back)"
    ),
)
_BARE = re.compile(rf"\b(?:{_NUMBER})$")
_HALF = re.compile(
    rf"{_LEAD}(?:in )?half (?:of )?(?:the|that|this|our) (?:time|hours){_WEEKLY}?"
    rf"|{_LEAD}(?:cut|cutting|bring|bringing|reduce|reducing)\s+(?:the|that|our|those) (?:time|hours)"
    rf"(?: down)?(?: in| by| to)? half|(?:halve|halving)\s+(?:the|that|our|those) (?:time|hours)"
)


def hours_saved(profile: Profile, listening: Listening | None = None) -> float | None:
    """Hours a week won by the visitor's own measure, None when their words do not tell.

    `listening` has the phrases of their language, None for English.
    """
    if profile.hours_per_week is None or profile.success_measure is None:
        return None
    now, measure = profile.hours_per_week.value, profile.success_measure.value
    if listening is None:
        saved = _saved(now, " ".join(measure.casefold().split()).strip(" .!,;"))
    else:
        won = won_in_words(now, measure, listening)
        saved = won.hours if won else None
    return round(saved, 2) if saved is not None and 0 < saved <= now else None


def with_unit(measure: str, unit: str, listening: Listening | None = None) -> str:
    """A measure of hours as one reads it without the question before it: `under 5` with its `unit`."""
    if listening is None:
        return _BARE.sub(lambda bare: unit.format(hours=bare[0]), measure)
    won = won_in_words(0, measure, listening)
    if won is None or won.bare is None:
        return measure
    start, end = won.bare
    return measure[:start] + unit.format(hours=measure[start:end]) + measure[end:]


def _saved(now: float, measure: str) -> float | None:
    for pattern in _SAVINGS:
        if match := pattern.fullmatch(measure):
            return _value(match["n"])
    for pattern in _TARGETS:
        if match := pattern.fullmatch(measure):
            return now - _value(match["n"])
    return now / 2 if _HALF.fullmatch(measure) else None


def _value(text: str) -> float:
    return _VALUES[text] if text in _VALUES else float(text.replace(",", "."))
