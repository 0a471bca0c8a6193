"""How the visitor would tell that it worked."""

import re

from services.dialogue.domain.reading.pains import as_clause
from services.dialogue.domain.reading.text import Found, found

_I = re.IGNORECASE
_WHAT = r"(?P<what>[^.!?\n]{3,160})"
_MEASURES = tuple(
    re.compile(pattern, _I)
    for pattern in (
        rf"\b(?:it|this|that)(?:'d| would|'ll| will)?\s+(?:have\s+)?(?:work(?:s|ed)?|paid off|pays off"
        rf"|be a (?:success|win)|is a (?:success|win)|be worth it"
        rf"|be great|be good|be perfect|be amazing|be successful|is successful)\s+(?:if|when|once)\s+{_WHAT}",
        rf"\b(?:success|a win|good|done)\s+(?:is|means|would be|would mean|looks like|for us (?:is|means"
        rf"|would be))\s+{_WHAT}",
        rf"\b(?:i|we)(?:'d| would|'ll| will)\s+(?:know|be (?:happy|thrilled|delighted|glad|satisfied)"
        rf"|call it a (?:success|win)|consider it a success|say it worked)"
        rf"(?:\s+(?:it|that)(?:'s)? (?:work(?:s|ed)|is working|pays off))?\s+(?:if|when|once|with)\s+{_WHAT}",
        rf"\b(?:our|my|the)\s+(?:goal|target|aim|measure)\s+(?:is|would be)\s+{_WHAT}",
        rf"\b(?:measured|judge it|tell)\s+by\s+{_WHAT}",
        r"\b(?:if|when|once)\s+(?P<what>(?:it|that|this|we|i|they|the)\s+[^.,!?\n]{3,120}\b(?:under|below"
        r"|less than|fewer than|half|zero|within|down to|no more|never|gone"
        r"|faster)\b[^.!?\n]{0,60})",
        r"\b(?P<what>(?:getting|get|bring(?:ing)?|cut(?:ting)?|reduc(?:e|ing)|keep(?:ing)?"
        r"|drop(?:ping)?)\s+(?:it|that|this|them|those|[\w ]{3,40}?)\s+"
        r"(?:under|below|to|down to|by|in half)\b[^.!?\n]{0,60})",
        r"(?:^|[.!?\n,]\s*)(?P<what>(?:under|below|less than|fewer than"
        r"|no more than)\s+[^.!?\n]{1,80}?)\s+(?:would|will)\s+(?:be|do)\b",
    )
)


def find_success_measure(text: str) -> Found[str] | None:
    """The measure where the visitor names one: "It works if we get that under 5"."""
    for pattern in _MEASURES:
        if match := pattern.search(text):
            measure = as_clause(match["what"])
            if len(measure) > 2:
                return found(measure, match)
    return None


def success_measure_answered(text: str) -> Found[str] | None:
    """The measure when it was just asked: the answer is it."""
    if plain := find_success_measure(text):
        return plain
    measure = as_clause(" ".join(text.split()))
    return Found(measure, 0, len(text)) if len(measure) > 2 else None
