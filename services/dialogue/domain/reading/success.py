"""How the visitor would tell that it worked."""

from services.dialogue.domain.reading.pains import as_clause
from services.dialogue.domain.reading.patterns import each_of, either
from services.dialogue.domain.reading.text import Found, found

_WHAT = r"(?P<what>[^.!?\n]{3,160})"
_PAYS_OFF = either(
    "work(?:s|ed)?, paid off, pays off, (?:be|is) a (?:success|win), be worth it, be great, be good,"
    "be perfect,"
    "be amazing, (?:be|is) successful"
)
_CONTENT = either(
    "know, be (?:happy|thrilled|delighted|glad|satisfied), call it a (?:success|win),"
    "consider it a success,"
    "say it worked"
)
_LESS = either(
    "under, below, less than, fewer than, half, zero, within, down to, no more, never, gone, faster"
)
_MEASURES = each_of(
    # "It works if ..."
    rf"\b(?:it|this|that)(?:'d| would|'ll| will)?\s+(?:have\s+)?{_PAYS_OFF}\s+(?:if|when|once)\s+{_WHAT}",
    # "Success would be ..."
    rf"\b(?:success|a win|good|done)\s+(?:for us )?(?:is|means|would be|would mean|looks like)\s+{_WHAT}",
    # "We'd be happy with ..."
    rf"\b(?:i|we)(?:'d| would|'ll| will)\s+{_CONTENT}"
    r"(?:\s+(?:it|that)(?:'s)? (?:work(?:s|ed)|is working|pays off))?"
    rf"\s+(?:if|when|once|with)\s+{_WHAT}",
    rf"\b(?:our|my|the)\s+(?:goal|target|aim|measure)\s+(?:is|would be)\s+{_WHAT}",
    rf"\b(?:measured|judge it|tell)\s+by\s+{_WHAT}",
    # "... if it goes down to 2 hours"
    rf"\b(?:if|when|once)\s+(?P<what>(?:it|that|this|we|i|they|the)\s+[^.,!?\n]{{3,120}}\b{_LESS}\b[^.!?\n]{{0,60}})",
    # "cutting it in half"
    r"\b(?P<what>(?:getting|get|bring(?:ing)?|cut(?:ting)?|reduc(?:e|ing)|keep(?:ing)?|drop(?:ping)?)\s+"
    r"(?:it|that|this|them|those|[\w ]{3,40}?)\s+(?:under|below|down to|to (?=[0-9]|zero|half|less|a )"
    r"|by|in half)\b[^.!?\n]{0,60})",
    # "under 5 would be great"
    r"(?:^|[.!?\n,]\s*)(?P<what>(?:under|below|less than|fewer than|no more than)\s+[^.!?\n]{1,80}?)\s+"
    r"(?:would|will)\s+(?:be|do)\b",
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
