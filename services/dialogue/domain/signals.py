"""What a visitor means by a message, apart from the facts in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from contracts.playbook import Answer, Playbook
from contracts.values import Stage
from services.dialogue.domain.conversation import CHANGE, CONCERN, Conversation
from services.dialogue.domain.reading import Span, sentences


class Signal(StrEnum):
    """The one thing a reply must react to."""

    DECLINE = "decline"
    OBJECTION = "objection"
    CHANGE = "change"
    RELUCTANCE = "reluctance"
    WANTS_DEMO = "wants_demo"
    ACCEPT = "accept"
    SKIP = "skip"
    QUESTION_PRICE = "question_price"
    QUESTION_BOT = "question_bot"
    QUESTION_HUMAN = "question_human"
    QUESTION_KNOWN = "question_known"
    QUESTION_OTHER = "question_other"
    THANKS = "thanks"
    GREETING = "greeting"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal, what it is about, and the sentences that are said to us rather than about the visitor."""

    signal: Signal
    subject: Answer | None = None
    asides: tuple[Span, ...] = ()


_I = re.IGNORECASE
_DEMO = r"(?:demo|calendly|booking link|(?:the|a|your|that) link|link please)"
_DECLINE = re.compile(
    r"\bnot interested\b(?! in )|\bno longer interested\b|\bno,? thank(?:s| you)\b|\b(?:i|we)(?:'ll"
    r"| will) pass\b"
    r"|\bnot for (?:us|me)\b|\bleave me alone\b|\bstop (?:messaging|contacting|writing|emailing|texting"
    r"|bothering)\b"
    r"|\bunsubscribe\b|\b(?:bye|goodbye|good bye)\b\W*$|\bforget (?:it|about it|this)\b|^\W*(?:stop|quit|bye"
    r"|goodbye|good bye|bye bye"
    r"|go away)\W*$"
    r"|\bdon't (?:contact|write|email|bother|message)\b"
    r"|\b(?:don't|do not) (?:want|need) (?:this|it|any of this|your \w+|an? (?:ai|agent|bot|demo|call)"
    r"|any(?: more)?)\s*(?:[.!,]|$)"
    r"|\bnot (?:going|moving) (?:forward|ahead)\b|\blet's (?:leave it|stop|not)\b|\brather not (?:continue|go"
    r"|do)\b",
    _I,
)
_HUMAN = re.compile(
    r"\b(?:talk|speak|chat|connect me|put me through|get through) (?:to|with) (?:an? |some)?(?:real |actual "
    r"|live )?"
    r"(?:human|person|someone|somebody|people|representative|agent|colleague|sales\w*)\b"
    r"|\b(?:real|actual|live) (?:human|person) please\b|\bcan (?:someone|somebody|you) call (?:me|us)\b"
    r"|\bplease call (?:me|us)\b",
    _I,
)
_BOT = re.compile(
    r"\b(?:are|r) (?:you|u) (?:an? )?(?:real\b|human|bot|robot|ai\b|person|machine|chat ?bot|chatgpt"
    r"|automated)"
    r"|\bis this (?:an? )?(?:bot|robot|ai\b|automated|human|real person|chat ?bot)"
    r"|\bam i (?:talking|chatting|speaking|writing) (?:to|with)\b|\b(?:you're|you are) (?:just )?an? (?:bot"
    r"|robot|ai|machine)\b",
    _I,
)
_PRICE = re.compile(
    r"\bhow much\b(?! (?:time|of|work|effort|longer|more|detail|does (?:it take|that take)))|\bpric(?:ing"
    r"|e list|e range)\b"
    r"|\b(?:what|which)\b[^.!\n]{0,40}\b(?:costs?|prices?|charges?|fees?|rates?)\b|\byour (?:prices?|rates?"
    r"|fees?)\b"
    r"|\b(?:tell|give|send|show) (?:me|us) [^.!?\n]{0,20}\b(?:prices?|costs?|quote)\b|^\W*(?:the )?(?:prices?"
    r"|costs?|quote)\W*$",
    _I,
)
_WANTS_DEMO = re.compile(
    rf"\b(?:book|schedule|set up|arrange|reserve|send|see|get|want|like|have|give|share"
    rf"|start with)\b[^.!?\n]{{0,30}}\b{_DEMO}\b"
    rf"|\bsign (?:me|us) up\b|\bwhere do (?:i|we) sign\b|^\W*(?:{_DEMO}|demo|link)(?: please)?\W*$"
    r"|\b(?:book|schedule|set up|arrange) (?:a|the) (?:call|meeting|time|slot|appointment) with you\b",
    _I,
)
_NO_CHANGE = re.compile(
    r"\b(?:no|without|not? any|any) (?:more |further )?(?:changes?|adjustments?|tweaks?)\b|\bnothing (?:to"
    r"|i'd|i would|we'd) (?:change|add)\b"
    r"|\b(?:wouldn't|would not|don't|do not) (?:need to |have to |want to )?change (?:a thing|anything|it)\b"
    r"|\bchange nothing\b",
    _I,
)
_CHANGE = re.compile(
    r"\b(?:change|adjust|tweak|modify|revise|edit|rework|redo|swap|replace|rename|reword)\b|\binstead\b"
    r"|\brather (?!not\b)\w+"
    r"|\b(?:can|could|should|must|would|will|does|shall) (?:it|you|we|this|that|the (?:agent|bot"
    r"|proposal)) (?:also|only|not|just|please)\b"
    r"|\b(?:add|include|remove|drop|leave out|take out|leave off|exclude|leave \w+ out)\b"
    r"|\bwithout\b(?! (?:a )?doubt)"
    r"|\b(?:should|must|needs? to|has to|have it) (?:also|only|not)\b|\b(?:shouldn't|mustn't)\b"
    r"|\balso (?:needs?|should|has to|handle|want|do|cover)\b"
    r"|\b(?:is|are|it's|there's|something's) missing\b|\bmissing (?:is|are|the)\b|\byou (?:forgot|missed"
    r"|left out)\b|\bmake (?:it|that|this|sure)\b"
    r"|\bexcept\b|\bone (?:change|thing|more thing)\b|\bcan (?:it|you|we) (?:also|use|work|connect|include"
    r"|handle)\b"
    r"|\b(?:don't|do not) (?:want|need) (?:it|the|that|this)\b",
    _I,
)
_RELUCTANCE = re.compile(
    r"\bnot (?:really|quite|convinced|sure|there yet|what|right|good|great|helpful|useful|exactly|a fit"
    r"|happy)\b"
    r"|\b(?:don't|do not) (?:like|love|think so|see)\b|\b(?:doesn't|does not|isn't|is not|won't"
    r"|will not) (?:fit|work|help|look|sound|right|it|what|for)\b"
    r"|^\W*(?:no|nope|nah|hmm+,? no|not yet|meh)\b\W*(?:$|[.,!;])",
    _I,
)
_STRONG_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|absolutely|definitely|certainly|of course|agreed|deal|please do|go ahead"
    r"|go for it|do it|why not|count me in|exactly"
    r"|(?:sounds?|looks?|seems?|that's|it's|that is|it is|this is|all|very) (?:really |very |pretty |just "
    r"|about |quite )?(?:good|great|fine|right|perfect|fair"
    r"|reasonable|like a plan|like it|excellent|awesome|amazing|spot on|nice|correct|ok|okay|lovely|wonderful"
    r"|brilliant|promising)"
    r"|let's (?:go|do|start|book|proceed|move|talk|try|get)|works (?:for|well)|that works|i'm in|we're in"
    r"|(?:i|we) (?:really )?(?:like|love|agree|accept)"
    r"|makes sense|fits|happy with|ready to|i'd love|i would love|we'd love|next step|good to go|move forward"
    r"|love it|like it|interested)\b"
    r"|[\U0001f44d\U0001f44c\u2705\U0001f64c]",
    _I,
)
_WEAK_YES = re.compile(
    r"(?:^|[.!,]\s*)\W*(?:sure(?: thing)?|ok|okay|k|great|good|perfect|excellent|awesome|fantastic|wonderful"
    r"|lovely|brilliant|nice|cool|fine|correct"
    r"|right|all right|alright|ya|aye|yess+|super|amazing|got it|impressive)\b",
    _I,
)
_BARE_NO = re.compile(r"\W*(?:no|nope|nah|no no|no way|never|absolutely not|no i don't)\W*", _I)
_NEGATED = re.compile(r"(?:\bnot|n't|\bnever|\bno|\bhardly|\bnothing|\bif|\bcannot)\s+(?:\w+\s+){0,2}$", _I)
_THANKS = re.compile(r"\b(?:thanks|thank you|thx|cheers|appreciate|much obliged)\b", _I)
_GREETING = re.compile(
    r"^\W*(?:hi|hey|hello|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))(?: there| ada| all"
    r"| team)?\W*$",
    _I,
)
_ASKS = re.compile(
    r"^\W*(?:what|how|who|why|do you|does it|can you|can it|is it|are you|is there|will it|would it)\b", _I
)
_FIRST_OF_ALL = ((Signal.DECLINE, _DECLINE), (Signal.QUESTION_HUMAN, _HUMAN), (Signal.QUESTION_BOT, _BOT))


def hear(text: str, conversation: Conversation, playbook: Playbook) -> Heard:
    """The signal of a message, as it is to be understood at this point of the conversation."""
    spans = sentences(text)
    asides = tuple(span for span in spans if _is_aside(span.of(text), playbook))
    for signal, pattern in _FIRST_OF_ALL:
        if pattern.search(text):
            return Heard(signal, None, asides)
    has_reacted = conversation.proposal is not None or conversation.closed
    if has_reacted and (heard := _reaction(text, conversation, playbook)):
        return Heard(heard.signal, heard.subject, asides)
    if _WANTS_DEMO.search(text):
        return Heard(Signal.WANTS_DEMO, None, asides)
    question = _question(text, playbook)
    return (
        Heard(question.signal, question.subject, asides) if question else Heard(_courtesy(text), None, asides)
    )


def _reaction(text: str, conversation: Conversation, playbook: Playbook) -> Heard | None:
    """What the visitor makes of what was shown: a worry outranks a wish, a wish outranks a yes."""
    if objection := _about(playbook.lines.objections, text):
        return Heard(Signal.OBJECTION, objection)
    if _WANTS_DEMO.search(text):
        return Heard(Signal.WANTS_DEMO)
    if _wants_change(text):
        return Heard(Signal.CHANGE)
    question = _question(text, playbook)
    # The step after a proposal names the price anyway.
    is_price = question is not None and question.signal is Signal.QUESTION_PRICE
    if question and not (is_price and conversation.stage is Stage.PROPOSE):
        return question
    opinion = _opinion(text, conversation)
    return Heard(opinion) if opinion else question


def _opinion(text: str, conversation: Conversation) -> Signal | None:
    if _BARE_NO.fullmatch(text):
        is_open = conversation.stage is Stage.PROPOSE and conversation.open_question not in {CHANGE, CONCERN}
        return Signal.RELUCTANCE if is_open else Signal.DECLINE
    # After a goodbye "ok" says no more than that; it takes a plain yes to go on.
    if _says_yes(text) and not (conversation.closed and not _is_plain_yes(text)):
        return Signal.ACCEPT
    return Signal.RELUCTANCE if _RELUCTANCE.search(text) else None


def _wants_change(text: str) -> bool:
    return _CHANGE.search(_NO_CHANGE.sub(" ", text)) is not None


def _says_yes(text: str) -> bool:
    if _NO_CHANGE.search(text):
        return True
    return _is_plain_yes(text) or (_WEAK_YES.search(text) is not None and not _RELUCTANCE.search(text))


def _is_plain_yes(text: str) -> bool:
    return any(not _NEGATED.search(text[: match.start()]) for match in _STRONG_YES.finditer(text))


def _question(text: str, playbook: Playbook) -> Heard | None:
    if _PRICE.search(text):
        return Heard(Signal.QUESTION_PRICE)
    asked = [said for span in sentences(text) if _is_question(said := span.of(text))]
    known = next((answer for said in asked if (answer := _about(playbook.lines.answers, said))), None)
    if known:
        return Heard(Signal.QUESTION_KNOWN, known)
    # A number or a single word with a question mark is an unsure answer.
    return (
        Heard(Signal.QUESTION_OTHER) if any("?" in said and len(said.split()) > 2 for said in asked) else None
    )


def _is_question(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or _ASKS.search(sentence) is not None


def _courtesy(text: str) -> Signal:
    if _GREETING.match(text):
        return Signal.GREETING
    return Signal.THANKS if _THANKS.search(text) and len(text.split()) <= 8 else Signal.NONE


def _is_aside(sentence: str, playbook: Playbook) -> bool:
    """Whether a sentence is said to us: no answer to a question stands in it."""
    patterns = (_DECLINE, _HUMAN, _BOT, _PRICE, _WANTS_DEMO)
    if any(pattern.search(sentence) for pattern in patterns):
        return True
    is_about_us = re.search(r"\b(?:that's|that is|this is|you're|you are|your|sounds)\b", sentence, _I)
    return is_about_us is not None and _about(playbook.lines.objections, sentence) is not None


def _about(answers: Iterable[Answer], text: str) -> Answer | None:
    return next((answer for answer in answers if _any_of(answer.words).search(text)), None)


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_word, words)), _I)


def _word(word: str) -> str:
    text = r"\s+".join(map(re.escape, word.removesuffix("*").split()))
    return rf"\b{text}" if word.endswith("*") else rf"\b{text}\b"
