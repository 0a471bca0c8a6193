"""How the task goes today, step by step, and what is to stay with people."""

import re

from services.dialogue.domain.reading.text import MOST_ITEMS, Found, phrase, sentences

_FEWEST_WORDS_OF_ONE_STEP = 4
_I = re.IGNORECASE
_SEQUENCE = re.compile(
    r"\b(?:and then|then|after that|afterwards|finally|first(?:ly)?,|next,|step \w+)(?=\W)|->|\u2192"
    r"|\n\s*(?:[-*\u2022]|[0-9]{1,2}[.)])",
    _I,
)
_PEOPLE = (
    r"(?:patients?|customers?|clients?|guests?|leads?|callers?|tenants?|suppliers?|students?|visitors?"
    r"|buyers?"
    r"|candidates?|applicants?|members?|parents?|receptionist|office manager|assistant|manager)"
)
_ACTOR = re.compile(
    rf"\b(?:we|i|they|he|she|it|somebody|someone|(?:(?:an?|the|our|my|new) )?{_PEOPLE})\s+"
    r"(?!(?:are|am|is|was|were|have|has|had|use|uses|run|own|need|want|would|like|should|must|sell|spend"
    r"|spends"
    r"|lose|think|do|and|or|about|for|with|in|on|to|who|service|questions?|data|support)\b)[a-z]+",
    _I,
)
_JOINT = re.compile(
    r"\s*(?:;|->|\u2192|\n)\s*|[.!]+(?=\s|$)\s*|,\s+(?:and\s+)?(?:then\s+)?|\s+and then\s+|\s+then\s+"
    r"|\s+(?:after that|afterwards),?\s+",
    _I,
)
_AND = re.compile(r"\s+and\s+", _I)
_LEAD = re.compile(
    r"^(?:(?:[0-9]{1,2}[.)]|[-*\u2022]|step \w+:?|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|finally|lastly"
    r"|after that|afterwards|then|and|so|well|ok|okay"
    r"|usually|normally|basically|today|sure|yes|it goes like this|it works like this|it's simple|simple"
    r"|like this|now|at the end|in the end)\b[ ,:.]*)+",
    _I,
)
_WE = re.compile(r"^(?:we|i)(?:'ll| will| have to| need to| just| usually| manually)*\s+(?=[a-z])", _I)
_KEPT_OUT = tuple(
    re.compile(pattern, _I)
    for pattern in (
        r"\b(?:(?:should|must|may|can|shall|would)(?: not|n't)|cannot|(?:don't|do not|doesn't"
        r"|wouldn't) (?:want|let|need) (?:it|the agent|the bot|you|this)"
        r"(?: to)?|it (?:never|doesn't)|must never|should never"
        r"|never)\s+(?:ever )?(?:be allowed to )?(?P<what>[^.;!?\n]{3,120})",
        r"(?:^|[.,;!?\n]\s*|\b(?:but|and|while|only"
        r"|except)\s+)(?:the )?(?P<what>[^.,;!?\n]{3,60}?)\s+(?:should |must |has to |have to |needs to "
        r"|will |can )?"
        r"(?:stays?|remains?|be left|be kept|is left|are left)\s+(?:with|to|in) (?:us|me|our|my|a|the|people"
        r"|humans?)\b",
        r"\b(?:leave|keep)\s+(?P<what>[^.,;!?\n]{3,60}?)\s+(?:to|with|for) (?:us|me|our|my|a (?:person|human)"
        r"|the (?:team|staff)|people|humans?)\b",
        r"\b(?:everything |anything )?(?:except(?: for)?|apart from|other than|but not|not the"
        r"|hands off(?: the)?|stay away from|keep out of)\s+"
        r"(?P<what>[^.,;!?\n]{3,60})",
    )
)
_TOUCHING = re.compile(
    r"^(?:touch|handle|handling|deal with|do|doing|cover|include|get involved (?:in|with)|be involved (?:in"
    r"|with)|go near|mess with|take on|take over"
    r"|do anything (?:with|about)|the agent to)\s+",
    _I,
)
_LITTLE = re.compile(
    r"^(?:any|anything (?:about|to do with|around)|the|our|my|with|about|but|and|it|to)\s+", _I
)
_OR = re.compile(r"\s*,\s*(?:or |and )?|\s+(?:or|nor|and)\s+", _I)
_SEPARATORS = " .,;!?\n"
_TOO_LITTLE = frozenset(("it", "that", "this", "them", "everything", "anything", "us", "me", ""))


def find_steps(text: str) -> Found[tuple[str, ...]] | None:
    """The steps where the visitor tells a course of action."""
    spans = sentences(text)
    told = [span for span in spans if _tells_a_course(span.of(text))]
    if not told:
        return None
    start, end = told[0].start, told[-1].end
    steps = _split(_without_kept_out(text[start:end]))
    return Found(steps, start, end) if len(steps) > 2 else None


def steps_answered(text: str) -> Found[tuple[str, ...]] | None:
    """The steps when they were just asked: everything told, but what is to be left out."""
    body = _without_kept_out(text)
    steps = _split(body)
    if len(steps) == 1:
        steps = tuple(step for part in _AND.split(body) for step in _split(part))
    is_course = len(steps) > 1 or any(len(step.split()) >= _FEWEST_WORDS_OF_ONE_STEP for step in steps)
    return Found(steps, 0, len(text)) if is_course else None


def find_out_of_scope(text: str) -> Found[tuple[str, ...]] | None:
    """What the agent is to leave alone: "It should not touch insurance questions."."""
    for pattern in _KEPT_OUT:
        if match := pattern.search(text):
            items = tuple(
                dict.fromkeys(item for part in _OR.split(match["what"]) if (item := _left_alone(part)))
            )
            if items:
                ahead = len(match.group()) - len(match.group().lstrip(_SEPARATORS))
                return Found(items[:MOST_ITEMS], match.start() + ahead, match.end())
    return None


def _tells_a_course(sentence: str) -> bool:
    is_question = sentence.rstrip().endswith("?")
    return not is_question and bool(_SEQUENCE.search(sentence) or len(_ACTOR.findall(sentence)) > 1)


def _without_kept_out(text: str) -> str:
    kept = [span.of(text) for span in sentences(text) if find_out_of_scope(span.of(text)) is None]
    return " ".join(kept)


def _split(text: str) -> tuple[str, ...]:
    steps = (_step(part) for part in _JOINT.split(text))
    return tuple(dict.fromkeys(step for step in steps if step))[:MOST_ITEMS]


def _step(part: str) -> str:
    step = phrase(_WE.sub("", phrase(_LEAD.sub("", part.strip()))))
    if len(step) <= 2:
        return ""
    first = step.split(" ", 1)[0]
    is_name = any(letter.isupper() for letter in first[1:])
    return step if is_name else f"{step[0].lower()}{step[1:]}"


def _left_alone(part: str) -> str:
    item = phrase(_TOUCHING.sub("", phrase(part)))
    while (shorter := phrase(_LITTLE.sub("", item))) != item:
        item = shorter
    return "" if item.casefold() in _TOO_LITTLE else item
