"""What a visitor means by a message, apart from the facts in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from contracts.values import Stage
from playbook import Answer, Playbook, folded
from services.dialogue.domain.conversation import CHANGE, CONCERN, PROPOSAL, TIER, Conversation
from services.dialogue.domain.language import lacks_words_for
from services.dialogue.domain.opinions import (
    asks_to_go_on,
    has_doubts,
    is_plain_yes,
    is_presumably_yes,
    puts_off,
    says_yes,
    says_yes_and_asks,
    wants_change,
    wants_demo,
)
from services.dialogue.domain.phrasebook import Phrasebook, phrasebook_of
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
    """A signal, what it is about, and the sentences that are said to us rather than about the visitor.

    `asks` tells that a yes came with a question; `is_presumed` that no listed phrase says what is meant.
    """

    signal: Signal
    subject: Answer | None = None
    asides: tuple[Span, ...] = ()
    asks: bool = False
    is_presumed: bool = False


# Where the last reply put a question to be answered by yes or no.
_YES_OR_NO = {Stage.PROPOSE: PROPOSAL, Stage.RECOMMEND: TIER}


def hear(text: str, conversation: Conversation, playbook: Playbook) -> Heard:
    """The signal of a message, as it is to be understood at this point of the conversation."""
    plain, book = folded(text), phrasebook_of(playbook)
    counts = conversation.open_question in NUMBERS
    asides = tuple(
        span
        for span in sentences(plain)
        if _is_aside(span.of(plain), playbook, book) or (counts and book.commands.search(span.of(plain)))
    )
    return replace(_meaning(plain, conversation, playbook, book), asides=asides)


def presumed(heard: Heard, text: str, conversation: Conversation, playbook: Playbook) -> Heard:
    """What words of no known meaning say right after a question that wants a yes or a no.

    A few words with nothing against them are a yes: what it leads to harms nobody. Any doubt is one.
    """
    is_asked = _YES_OR_NO.get(conversation.stage) == conversation.open_question
    plain, book = folded(text), phrasebook_of(playbook)
    if not is_asked or conversation.closed or lacks_words_for(conversation, playbook):
        return heard
    if "?" in plain or book.opens_a_question.search(plain):
        return heard
    if has_doubts(plain, book):
        return replace(heard, signal=Signal.RELUCTANCE, is_presumed=True)
    is_for_good = conversation.stage is Stage.RECOMMEND and conversation.times_asked(TIER) <= 1
    # Thanks may be meant either way.
    is_yes = heard.signal is not Signal.THANKS and is_presumably_yes(plain, book, is_for_good=is_for_good)
    return replace(heard, signal=Signal.ACCEPT, is_presumed=True) if is_yes else heard


def _meaning(text: str, conversation: Conversation, playbook: Playbook, book: Phrasebook) -> Heard:
    first_of_all = (
        (Signal.DECLINE, book.declines),
        (Signal.QUESTION_HUMAN, book.asks_for_a_person),
        (Signal.QUESTION_BOT, book.asks_whether_a_bot),
    )
    for signal, said in first_of_all:
        if said.search(text):
            return Heard(signal)
    has_something_to_judge = conversation.proposal is not None or conversation.closed
    if has_something_to_judge and (reaction := _reaction(text, conversation, playbook, book)):
        return reaction
    if wants_demo(text, book):
        return Heard(Signal.WANTS_DEMO)
    return _question(text, playbook, book) or Heard(_courtesy(text, book))


def _reaction(text: str, conversation: Conversation, playbook: Playbook, book: Phrasebook) -> Heard | None:
    """What the visitor makes of what was shown: a worry outranks a wish, a wish outranks a yes."""
    if objection := _about(playbook.lines.objections, text):
        return Heard(Signal.OBJECTION, objection)
    plain = (
        (Signal.WANTS_DEMO, wants_demo),
        (Signal.CHANGE, wants_change),
        (Signal.RELUCTANCE, puts_off),
        (Signal.ACCEPT, asks_to_go_on),
    )
    if said := next((signal for signal, says in plain if says(text, book)), None):
        return Heard(said)
    question = _question(text, playbook, book)
    # The step after a proposal names the price anyway.
    is_price = question is not None and question.signal is Signal.QUESTION_PRICE
    if question and not (is_price and conversation.stage is Stage.PROPOSE):
        is_yes = not is_price and not conversation.closed and says_yes_and_asks(text, book)
        return Heard(Signal.ACCEPT, question.subject, asks=True) if is_yes else question
    opinion = _opinion(text, conversation, book)
    return Heard(opinion) if opinion else question


def _opinion(text: str, conversation: Conversation, book: Phrasebook) -> Signal | None:
    if book.bare_no.fullmatch(text):
        is_open = conversation.stage is Stage.PROPOSE and conversation.open_question not in {CHANGE, CONCERN}
        return Signal.RELUCTANCE if is_open else Signal.DECLINE
    # After a goodbye "ok" says no more than that; it takes a plain yes to go on.
    if says_yes(text, book) and not (conversation.closed and not is_plain_yes(text, book)):
        return Signal.ACCEPT
    return Signal.RELUCTANCE if book.reluctant.search(text) else None


def _question(text: str, playbook: Playbook, book: Phrasebook) -> Heard | None:
    if book.asks_for_the_price.search(text):
        return Heard(Signal.QUESTION_PRICE)
    if book.greets.match(text):
        return None
    asked = [said for span in sentences(text) if _is_question(said := span.of(text), book)]
    known = next((answer for said in asked if (answer := _about(playbook.lines.answers, said))), None)
    if known:
        return Heard(Signal.QUESTION_KNOWN, known)
    # A number or a single word with a question mark is an unsure answer.
    is_meant = any("?" in said and len(said.split()) > 2 for said in asked)
    return Heard(Signal.QUESTION_OTHER) if is_meant else None


def _is_question(sentence: str, book: Phrasebook) -> bool:
    return sentence.rstrip().endswith("?") or book.opens_a_question.search(sentence) is not None


def _courtesy(text: str, book: Phrasebook) -> Signal:
    if book.greets.match(text):
        return Signal.GREETING
    return Signal.THANKS if book.thanks.search(text) and len(text.split()) <= 8 else Signal.NONE


def _is_aside(sentence: str, playbook: Playbook, book: Phrasebook) -> bool:
    """Whether a sentence is said to us: no answer to a question stands in it."""
    patterns = (
        book.declines,
        book.asks_for_a_person,
        book.asks_whether_a_bot,
        book.asks_for_the_price,
        book.wants_demo,
    )
    if any(pattern.search(sentence) for pattern in patterns):
        return True
    is_about_us = book.speaks_about_us.search(sentence) is not None
    return is_about_us and _about(playbook.lines.objections, sentence) is not None


def _about(answers: Iterable[Answer], text: str) -> Answer | None:
    return next((answer for answer in answers if _any_of(answer.words).search(text)), None)


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return any_of(*map(_word, words))


def _word(word: str) -> str:
    text = r"\s+".join(map(re.escape, folded(word).removesuffix("*").split()))
    return rf"\b{text}" if word.endswith("*") else rf"\b{text}\b"
