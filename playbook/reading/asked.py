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


def unanswered_in(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> str:
    """The questions without those that a fact answers; the whole messages where no sentence is a question."""
    sentences = [
        message.model_copy(update={"text": part.strip()})
        for message in messages
        for part in pieces(message.text, _SENTENCE)
    ]
    asked = [sentence for sentence in sentences if questions_in(sentence.text)]
    left = [sentence for sentence in asked if not _is_answered(sentence, conversation, playbook)]
    return "\n".join(sentence.text for sentence in left or asked or messages)


def _is_answered(sentence: Message, conversation: Talk, playbook: Playbook) -> bool:
    questions = understand((sentence,), conversation, playbook).questions
    return bool(questions) and UNKNOWN_QUESTION not in questions
