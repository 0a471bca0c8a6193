"""The one task the visitor would hand over first."""

import re
from collections.abc import Sequence

from services.dialogue.domain.reading.pains import as_clause
from services.dialogue.domain.reading.patterns import any_of, each_of, either
from services.dialogue.domain.reading.text import Found, found, phrase

MOST_WORDS = 10
_WHAT = r"(?P<what>[^.,;!?\n]{3,80}?)"
_STOP = (
    r"(?=\s+(?:first|from|off|please|right away|because|since|for now|to start|if|so|and then|as)\b"
    r"|\s*(?:[.,;!?\n]|$))"
)
_AGENT = either("an? (?:ai |first )?(?:agent|bot|assistant), software, ai")
_IS = r"(?:is|are|would be|has to be|should be)"
_WORST = either("worst, first, biggest, one, most, main, number one, top, obvious, real")
# "I want to automate ...".
_WANTED = each_of(
    rf"\b(?:automate|hand (?:over|off)|offload|delegate|outsource|get rid of|take over)\s+{_WHAT}{_STOP}",
    rf"\b(?:start|begin) with\s+{_WHAT}{_STOP}",
    rf"\b{_AGENT}\s+(?:with|for|to(?: do| handle| take over)?|that (?:does|handles))\s+{_WHAT}{_STOP}",
    r"\b(?:help|something|someone)\s+"
    rf"(?:with|for|to (?:do|handle|take over)|that (?:does|handles)|handling)\s+{_WHAT}{_STOP}",
)
# "... is the worst of it", "I'd pick ...".
_RANKED = each_of(
    rf"(?:^|[.,;!?\n]\s*){_WHAT}\s+(?:{_IS}|'s)\s+(?:by far\s+|probably\s+|definitely\s+|easily\s+)?"
    rf"(?:the|our|my)\s+(?:very\s+)?{_WORST}\b",
    r"\b(?:the|our|my)?\s*(?:worst|first|biggest|main|top|number one|most \w+)(?: \w+){0,4}? "
    rf"{_IS}\s+{_WHAT}{_STOP}",
    rf"\b(?:pick|choose|go (?:with|for)|say|tackle|do)\s+{_WHAT}{_STOP}",
    rf"(?:^|[.;!?\n]\s*){_WHAT}\s+(?:first|for sure|definitely|please)\b",
)
# Words that point at something named before.
_POINTING = any_of(
    "^"
    + either(
        "it, that, this, these, those, them, that one, this one, the one, one, same(?: thing)?,"
        "the same(?: thing)?,"
        "the one (?:i|we) .*, (?:that|this|it) (?:part|task), all(?: of (?:it|that|them|this))?,"
        "everything, anything,"
        "something, what (?:i|we) .*, (?:just )?like (?:i|we) said, as (?:i|we) said, any(?: of them)?,"
        "(?:an?|the) (?:demo|call|meeting)"
    )
    + "$"
)
_ORDINALS = {
    "first": 0,
    "1st": 0,
    "former": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "last": -1,
    "latter": -1,
}
_ORDINAL = any_of(rf"^(?:the )?(?P<n>{'|'.join(_ORDINALS)})(?: one| of (?:them|those))?$")
_LITTLE = any_of(
    "^(?:"
    + either(
        "well, so, honestly, probably, perhaps, maybe, i think, i guess, i suppose, i reckon,"
        "(?:it|that)(?:'d| would|'ll| will)? (?:have to|has to|must|should|might) be,"
        "i'd say, i would say, we'd say,"
        "i'd, i would, we'd,"
        "we would, definitely, certainly, it'd be, it would be, that would be, it's, that's, the, our,"
        "my, all the,"
        "all of the, all our, just, automating, doing, do, handling, dealing with, yes, ok, sure, hmm,"
        "um, oh, i want to,"
        "we want to, want, (?:i'd|we'd|i would|we would) like to, actually, sorry, (?:no )?i meant,"
        "let's (?:do|say|take|start with), have it, someone to"
    )
    + r"\b[, ]*)+"
)
_ENDS = either(
    "because, since, first, as (?:it|that|this), so, for sure, definitely, i think, i guess, please,"
    "if possible,"
    "would be.*, for now, to start"
)
_REST = re.compile(rf"\s+{_ENDS}\b.*", re.IGNORECASE | re.DOTALL)


def find_task(text: str) -> Found[str] | None:
    """The task where the visitor asks for it to be taken over."""
    return _first(_WANTED, text)


def task_answered(text: str, named_before: Sequence[str]) -> Found[str] | None:
    """The task when it was just asked.

    `named_before` are the activities the visitor blamed: "the second one" or "rescheduling" points at one.
    """
    task = find_task(text) or _first(_RANKED, text)
    if task is None:
        told = _LITTLE.sub("", text.strip(" .,!"))
        task = Found(_tidy(re.split(r"[.;!?\n]|,\s| - ", told, maxsplit=1)[0]), 0, len(text))
    name = _pointed_at(task.value, named_before)
    return Found(name, task.start, task.end) if name and len(name.split()) <= MOST_WORDS else None


def _first(patterns: Sequence[re.Pattern[str]], text: str) -> Found[str] | None:
    for pattern in patterns:
        for match in pattern.finditer(text):
            name = _tidy(match["what"])
            if name and not _POINTING.match(name) and len(name.split()) <= MOST_WORDS:
                return found(name, match)
    return None


def _tidy(text: str) -> str:
    name = phrase(text)
    while (shorter := phrase(_LITTLE.sub("", name))) != name:
        name = shorter
    name = phrase(_REST.sub("", name))
    return as_clause(name) if name else ""


def _pointed_at(name: str, named_before: Sequence[str]) -> str:
    """The activity meant by "the second one", "that" or a part of its name."""
    if ordinal := _ORDINAL.match(name):
        position = _ORDINALS[ordinal["n"].casefold()]
        return named_before[position] if -len(named_before) <= position < len(named_before) else ""
    if not name or _POINTING.match(name):
        return named_before[0] if len(named_before) == 1 else ""
    words = set(name.casefold().split())
    longer = (item for item in named_before if words < set(item.casefold().split()))
    return next(longer, name)
