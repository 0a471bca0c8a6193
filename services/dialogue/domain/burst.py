"""Several messages in a row that get one reply: what they mean together, and whether one more follows."""

import re
from collections.abc import Sequence

from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.goals import Plan
from services.dialogue.domain.signals import Heard, Signal

_MOST_WORDS = 5
# Where words are not divided by blanks, their number says nothing.
_MOST_LETTERS = 40
_ENDS = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\W_]*$")
_SAYS_LITTLE = frozenset({Signal.NONE, Signal.GREETING, Signal.THANKS})


def seems_unfinished(plan: Plan) -> bool:
    """Whether more is likely to follow at once: a few words, no end to them, nothing answered by them.

    Who has said several things in a row already may well add another, even to an answer.
    """
    if not _is_fragment(plan.messages[-1].text):
        return False
    return len(plan.messages) > 1 or not _answers(plan)


def weightiest(heard: Sequence[Heard]) -> Heard:
    """The signal that a reply to all must react to: the last that is more than a courtesy."""
    telling = [one for one in heard if one.signal not in _SAYS_LITTLE and not one.is_presumed]
    return telling[-1] if telling else heard[-1]


def without_answered_question(conversation: Conversation) -> Conversation:
    """The conversation with its question closed where it was answered or passed over."""
    slot = conversation.open_question
    is_settled = slot in conversation.skipped or slot in conversation.profile.known()
    return conversation.model_copy(update={"open_question": None}) if is_settled else conversation


def _is_fragment(text: str) -> bool:
    words = text.split()
    return len(words) <= _MOST_WORDS and len(text.strip()) <= _MOST_LETTERS and not _ENDS.search(text)


def _answers(plan: Plan) -> bool:
    was_asked = plan.before.open_question is not None
    return was_asked and (bool(plan.changed) or plan.signal not in _SAYS_LITTLE)
