"""Whether more of a message is likely to follow at once."""

import re
from collections.abc import Sequence
from typing import Final

from contracts.mail import unsigned
from playbook.reading.meaning import Intent, Understanding
from playbook.reading.talk import Message

_MOST_WORDS: Final = 5
# Where words are not divided by blanks, their number says nothing.
_MOST_LETTERS: Final = 40
_ENDS: Final = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\W_]*$")
_SAYS_LITTLE: Final = frozenset({Intent.OTHER, Intent.GREET, Intent.THANK})


def seems_unfinished(messages: Sequence[Message], understanding: Understanding) -> bool:
    """Whether the last message is a few words without an end, and nothing is answered or wanted by them.

    Who has sent several messages in a row may well add another, even to an answer.
    """
    text = unsigned(messages[-1].text)
    is_fragment = (
        len(text.split()) <= _MOST_WORDS and len(text.strip()) <= _MOST_LETTERS and not _ENDS.search(text)
    )
    says_something = (
        bool(understanding.updates or understanding.candidates)
        or not set(understanding.intents) <= _SAYS_LITTLE
    )
    return is_fragment and (len(messages) > 1 or not says_something)
