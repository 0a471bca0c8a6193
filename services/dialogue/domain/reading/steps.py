"""How the task goes today, step by step, and what is to stay with people."""

from services.dialogue.domain.reading.patterns import any_of, each_of, either
from services.dialogue.domain.reading.text import MOST_ITEMS, Found, phrase, sentences

_FEWEST_WORDS_OF_ONE_STEP = 4
_NOWADAYS = rf"\b{either('today, currently, usually, normally, right now, at the moment')}"
# "I would automate the forms first: today we ..." names the task before it tells the steps.
_ANNOUNCED = any_of(rf"^[^.!?\n:]{{3,80}}:\s+(?={_NOWADAYS}|(?:first|we|i)\b)")
_SEQUENCE = any_of(
    r"\b(?:and then|then|after that|afterwards|finally|first(?:ly)?,|next,|step \w+)(?=\W)",
    rf"{_NOWADAYS},?\s+(?:we|i|they|somebody|someone)\s+[a-z]+[^.!?\n]*,[^.!?\n]*",
    r"->|\u2192",
    r"\n\s*(?:[-*\u2022]|[0-9]{1,2}[.)])",
)
_SOMEBODY = either(
    "patients?, customers?, clients?, guests?, leads?, callers?, tenants?, suppliers?, students?,"
    "visitors?, buyers?,"
    "candidates?, applicants?, members?, parents?, receptionist, office manager, assistant, manager"
)
_NO_DEED = either(
    "are, am, is, was, were, have, has, had, use, uses, run, own, need, want, would, like, should, must,"
    "sell, spend,"
    "spends, lose, think, do, and, or, about, for, with, in, on, to, who, services?, questions?, data,"
    "support"
)
# "We look", "a patient calls": somebody does something.
_DEED = any_of(
    rf"\b(?:we|i|they|he|she|it|somebody|someone|(?:(?:an?|the|our|my|new) )?{_SOMEBODY})\s+"
    rf"(?!{_NO_DEED}\b)[a-z]+"
)
# How things came to be is no course of action.
_PAST = any_of(r"\b(?:used to|ago|since|back in|last year|(?:19|20)[0-9]{2})\b")
_JOINT = any_of(
    r"\s*(?:;|->|\u2192|\n)\s*",
    r"[.!]+(?=\s|$)\s*",
    r",\s+(?:and\s+)?(?:then\s+)?",
    r"\s+(?:and )?then\s+",
    r"\s+(?:after that|afterwards),?\s+",
)
_AND = any_of(r"\s+and\s+")
_LEAD = any_of(
    "^(?:"
    + either(
        "[0-9]+[.)], [-*\u2022], step \\w+:?, first(?:ly)?, second(?:ly)?, third(?:ly)?,"
        "next, finally,"
        "lastly, after that, afterwards, then, and, so, well, ok, okay, usually, normally, basically,"
        "today, sure, yes,"
        "it goes like this, it works like this, it's simple, simple, like this, now, at the end, in the end"
    )
    + r"\b[ ,:.]*)+"
)
_WE = any_of(r"^(?:we|i)(?:'ll| will| have to| need to| just| usually| manually)*\s+(?=[a-z])")
_US = either("us, me, our, my, an?, the, people, humans?")
_IT = either(
    "it, this, that, you, ai, they, (?:the|an?|this|your) (?:ai )?(?:agent|bot|assistant|tool|system)"
)
_NO_SCOPE = either("be, cost, ask, take, have, need, require, break, fail, become, feel, look")
# What the agent is to leave alone.
_KEPT_OUT = each_of(
    # "It should not touch ..."
    rf"(?:\b{_IT} |^\W*|[.;!?\n,]\s*|\b(?:but|and) )"
    r"(?:(?:should|must|may|shall)(?: not|n't| never)|is not to)\s+"
    rf"(?:ever )?(?:be allowed to )?(?!{_NO_SCOPE}\b)(?P<what>[^.;!?\n]{{3,120}})",
    # "I don't want it to touch ..."
    rf"\b(?:don't|do not|wouldn't) (?:(?:want|need|like) {_IT} to|let {_IT})\s+(?P<what>[^.;!?\n]{{3,120}})",
    # "Never touch ..."
    r"(?:^\W*|[.;!?\n]\s*|\b(?:but|please) )never\s+(?P<what>[^.;!?\n]{3,120})",
    # "Refunds stay with us."
    r"(?:^|[.,;!?\n]\s*|\b(?:but|and|while|only|except)\s+)(?:the )?(?P<what>[^.,;!?\n]{3,60}?)\s+"
    r"(?:should |must |has to |have to |needs to |will |can )?"
    r"(?:stays?|remains?|be left|be kept|is left|are left)\s+"
    rf"(?:(?:with|to) (?:{_US}|[a-z]+s)|human|manual|ours)\b",
    # "Leave refunds to us."
    rf"\b(?:leave|keep)\s+(?P<what>[^.,;!?\n]{{3,60}}?)\s+(?:to|with|for) {_US}\b",
    # "Everything except refunds."
    r"\b(?:everything|anything|all) (?:except(?: for)?|apart from|other than)\s+"
    r"(?P<what>[^.,;!?\n]{3,60})",
    r"\b(?:but not|hands off(?: the)?|stay away from|keep out of)\s+(?P<what>[^.,;!?\n]{3,60})",
)
_TOUCHING = any_of(
    "^"
    + either(
        "touch, handle, handling, deal with, do, doing, cover, include, get involved (?:in|with),"
        "be involved (?:in|with), go near, mess with, take on, take over, do anything (?:with|about),"
        "the agent to"
    )
    + r"\s+"
)
_LITTLE = any_of(r"^(?:any|anything (?:about|to do with|around)|the|our|my|with|about|but|and|it|to)\s+")
_OR = any_of(r"\s*,\s*(?:or |and )?", r"\s+(?:or|nor|and)\s+")
_SEPARATORS = " .,;!?\n"
_TOO_LITTLE = frozenset(("it", "that", "this", "them", "everything", "anything", "us", "me", ""))


def find_steps(text: str) -> Found[tuple[str, ...]] | None:
    """The steps where the visitor tells a course of action."""
    spans = sentences(text)
    told = [span for span in spans if _tells_a_course(span.of(text))]
    if not told:
        return None
    start, end = told[0].start, told[-1].end
    steps = _split(_without_kept_out(_ANNOUNCED.sub("", text[start:end].lstrip())))
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
    return (
        not is_question
        and not _PAST.search(sentence)
        and bool(_SEQUENCE.search(sentence) or len(_DEED.findall(sentence)) > 1)
    )


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
