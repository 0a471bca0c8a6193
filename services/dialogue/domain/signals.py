"""What a visitor means by a message, apart from the facts in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from contracts.playbook import Answer, Playbook
from contracts.values import Stage
from services.dialogue.domain import phrases
from services.dialogue.domain.conversation import CHANGE, CONCERN, Conversation
from services.dialogue.domain.reading import Span, sentences
from services.dialogue.domain.reading.patterns import any_of
from services.dialogue.domain.reading.readers import NUMBERS


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


_FIRST_OF_ALL = (
    (Signal.DECLINE, phrases.DECLINES),
    (Signal.QUESTION_HUMAN, phrases.ASKS_FOR_A_PERSON),
    (Signal.QUESTION_BOT, phrases.ASKS_WHETHER_A_BOT),
)


def hear(text: str, conversation: Conversation, playbook: Playbook) -> Heard:
    """The signal of a message, as it is to be understood at this point of the conversation."""
    counts = conversation.open_question in NUMBERS
    asides = tuple(
        span
        for span in sentences(text)
        if _is_aside(span.of(text), playbook) or (counts and phrases.COMMANDS.search(span.of(text)))
    )
    return replace(_meaning(text, conversation, playbook), asides=asides)


def _meaning(text: str, conversation: Conversation, playbook: Playbook) -> Heard:
    for signal, said in _FIRST_OF_ALL:
        if said.search(text):
            return Heard(signal)
    has_something_to_judge = conversation.proposal is not None or conversation.closed
    if has_something_to_judge and (reaction := _reaction(text, conversation, playbook)):
        return reaction
    if phrases.WANTS_DEMO.search(text):
        return Heard(Signal.WANTS_DEMO)
    return _question(text, playbook) or Heard(_courtesy(text))


def _reaction(text: str, conversation: Conversation, playbook: Playbook) -> Heard | None:
    """What the visitor makes of what was shown: a worry outranks a wish, a wish outranks a yes."""
    if objection := _about(playbook.lines.objections, text):
        return Heard(Signal.OBJECTION, objection)
    if phrases.WANTS_DEMO.search(text):
        return Heard(Signal.WANTS_DEMO)
    if _wants_change(text):
        return Heard(Signal.CHANGE)
    if phrases.ASKS_TO_GO_ON.search(text):
        return Heard(Signal.ACCEPT)
    question = _question(text, playbook)
    # The step after a proposal names the price anyway.
    is_price = question is not None and question.signal is Signal.QUESTION_PRICE
    if question and not (is_price and conversation.stage is Stage.PROPOSE):
        return question
    opinion = _opinion(text, conversation)
    return Heard(opinion) if opinion else question


def _opinion(text: str, conversation: Conversation) -> Signal | None:
    if phrases.BARE_NO.fullmatch(text):
        is_open = conversation.stage is Stage.PROPOSE and conversation.open_question not in {CHANGE, CONCERN}
        return Signal.RELUCTANCE if is_open else Signal.DECLINE
    # After a goodbye "ok" says no more than that; it takes a plain yes to go on.
    if _says_yes(text) and not (conversation.closed and not _is_plain_yes(text)):
        return Signal.ACCEPT
    return Signal.RELUCTANCE if phrases.RELUCTANT.search(text) else None


def _wants_change(text: str) -> bool:
    return phrases.WISHES.search(phrases.NO_CHANGE.sub(" ", text)) is not None


def _says_yes(text: str) -> bool:
    if phrases.NO_CHANGE.search(text):
        return True
    return _is_plain_yes(text) or (
        phrases.WEAK_YES.search(text) is not None and not phrases.RELUCTANT.search(text)
    )


def _is_plain_yes(text: str) -> bool:
    return any(
        not phrases.NEGATION_BEFORE.search(text[: match.start()])
        for match in phrases.PLAIN_YES.finditer(text)
    )


def _question(text: str, playbook: Playbook) -> Heard | None:
    if phrases.ASKS_FOR_THE_PRICE.search(text):
        return Heard(Signal.QUESTION_PRICE)
    asked = [said for span in sentences(text) if _is_question(said := span.of(text))]
    known = next((answer for said in asked if (answer := _about(playbook.lines.answers, said))), None)
    if known:
        return Heard(Signal.QUESTION_KNOWN, known)
    # A number or a single word with a question mark is an unsure answer.
    is_meant = any("?" in said and len(said.split()) > 2 for said in asked)
    return Heard(Signal.QUESTION_OTHER) if is_meant else None


def _is_question(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or phrases.OPENS_A_QUESTION.search(sentence) is not None


def _courtesy(text: str) -> Signal:
    if phrases.GREETS.match(text):
        return Signal.GREETING
    return Signal.THANKS if phrases.THANKS.search(text) and len(text.split()) <= 8 else Signal.NONE


def _is_aside(sentence: str, playbook: Playbook) -> bool:
    """Whether a sentence is said to us: no answer to a question stands in it."""
    patterns = (
        phrases.DECLINES,
        phrases.ASKS_FOR_A_PERSON,
        phrases.ASKS_WHETHER_A_BOT,
        phrases.ASKS_FOR_THE_PRICE,
        phrases.WANTS_DEMO,
    )
    if any(pattern.search(sentence) for pattern in patterns):
        return True
    is_about_us = phrases.SPEAKS_ABOUT_US.search(sentence) is not None
    return is_about_us and _about(playbook.lines.objections, sentence) is not None


def _about(answers: Iterable[Answer], text: str) -> Answer | None:
    return next((answer for answer in answers if _any_of(answer.words).search(text)), None)


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return any_of(*map(_word, words))


def _word(word: str) -> str:
    text = r"\s+".join(map(re.escape, word.removesuffix("*").split()))
    return rf"\b{text}" if word.endswith("*") else rf"\b{text}\b"
