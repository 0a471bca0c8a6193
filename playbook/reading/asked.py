"""Which sentences of a message ask what no fact answers."""

import re
from collections.abc import Sequence
from typing import Final

from playbook.claims import pieces
from playbook.lines import questions_in
from playbook.reading.meaning import UNKNOWN_QUESTION
from playbook.reading.reader import understand
from playbook.reading.talk import Message, Talk
from playbook.whole import Playbook

_SENTENCE: Final = re.compile(r"(?<=[.!?\u061f])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_SHORT: Final = 4


def unanswered_in(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> str:
    """The questions without those that a fact answers; the whole messages where no sentence is a question.

    One that is too short to say what it asks, "Could that be done?", is kept with the sentence before it.
    """
    sentences = [
        message.model_copy(update={"text": part.strip()})
        for message in messages
        for part in pieces(message.text, _SENTENCE)
    ]
    asked = [sentence for sentence in sentences if questions_in(sentence.text)]
    left = [sentence for sentence in asked if not _is_answered(sentence, conversation, playbook)]
    return "\n".join(_with_what_it_means(one, sentences) for one in left) or "\n".join(
        one.text for one in asked or messages
    )


def _with_what_it_means(question: Message, sentences: Sequence[Message]) -> str:
    place = sentences.index(question)
    before = sentences[place - 1].text if place else "?"
    is_clear = len(question.text.split()) > _SHORT or questions_in(before)
    return question.text if is_clear else f"{before} {question.text}"


def _is_answered(sentence: Message, conversation: Talk, playbook: Playbook) -> bool:
    questions = understand((sentence,), conversation, playbook).questions
    return bool(questions) and UNKNOWN_QUESTION not in questions
