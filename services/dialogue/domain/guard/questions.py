"""Judges the questions of a reply: one at most, and nothing that is known or was asked before."""

import re
from functools import lru_cache

from playbook import Playbook, Question
from playbook.claims import folded
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.goals import Aim, Plan
from services.dialogue.domain.reading.patterns import any_of
from services.dialogue.domain.stages import MOST_TIMES_ASKED

_ASKS_NOTHING = frozenset({Aim.PROPOSE, Aim.REDRAFT, Aim.RECONSIDER_TIER, Aim.BOOK, Aim.REMIND, Aim.CLOSE})
_MARK = re.compile(r"[?\uff1f\u061f\u037e]")
_A_QUESTION = re.compile(r"[^.!?\n]*\?")
_WORD = re.compile(r"\w+")
_SAME = 0.75


def is_question(sentence: str) -> bool:
    """Whether a sentence asks something."""
    return _MARK.search(sentence) is not None


class Asking:
    """Which questions the reply to one turn may ask."""

    def __init__(self, plan: Plan, playbook: Playbook) -> None:
        self._plan = plan
        self._questions = [question for script in playbook.stages.values() for question in script.questions]
        self._asked_before = [
            words
            for utterance in plan.before.history
            if utterance.role == "bot"
            for words in _asked_in(utterance.text)
        ]

    @property
    def is_wanted(self) -> bool:
        """Whether this reply is to ask anything."""
        return self._plan.goal.aim not in _ASKS_NOTHING

    def is_known(self, sentence: str) -> bool:
        """Whether the answer is known already, was refused, or the same was asked before."""
        words = _words(sentence)
        if any(_overlap(words, asked) >= _SAME for asked in self._asked_before):
            return True
        slots = self._slots(sentence)
        is_planned = self._plan.goal.slot in slots
        return not is_planned and any(_is_closed(slot, self._plan.conversation) for slot in slots)

    def is_recognised(self, sentence: str) -> bool:
        """Whether it is plain what is asked for, and that this may be asked now."""
        return bool(self._slots(sentence)) or self._plan.goal.aim is not Aim.ASK

    def _slots(self, sentence: str) -> frozenset[str]:
        words, plain = _words(sentence), folded(sentence)
        return frozenset(question.slot for question in self._questions if _asks_for(question, words, plain))


def _is_closed(slot: str, conversation: Conversation) -> bool:
    is_known = getattr(conversation.profile, slot) is not None
    return is_known or slot in conversation.skipped or conversation.times_asked(slot) >= MOST_TIMES_ASKED


def _asks_for(question: Question, words: frozenset[str], plain: str) -> bool:
    asks = (question.ask, question.again, question.both or question.ask)
    if any(_overlap(words, _words(ask)) >= _SAME for ask in asks):
        return True
    return bool(question.topics) and _topics(question.topics).search(plain) is not None


@lru_cache(maxsize=1024)
def _asked_in(text: str) -> tuple[frozenset[str], ...]:
    """The words of each question in a text; the last replies are looked at in turn after turn."""
    return tuple(map(_words, _A_QUESTION.findall(text)))


@lru_cache(maxsize=256)
def _topics(topics: tuple[str, ...]) -> re.Pattern[str]:
    return any_of(*map(_topic, topics))


def _topic(topic: str) -> str:
    text = r"\s+".join(re.escape(folded(word)) for word in topic.removesuffix("*").split())
    return rf"\b{text}" if topic.endswith("*") else rf"\b{text}\b"


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(folded(text)))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
