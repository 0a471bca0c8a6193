"""The pure part of dialogue: what is understood, decided and said, turn by turn."""

from services.dialogue.domain.conversation import (
    Awaiting,
    Conversation,
    Said,
    Utterance,
    with_booking_link,
    with_proposal,
    with_reply,
)
from services.dialogue.domain.extraction import Extraction, ToldSlot
from services.dialogue.domain.faithful import is_faithful
from services.dialogue.domain.goals import Aim, Goal, Plan
from services.dialogue.domain.language import lacks_words_for
from services.dialogue.domain.plan import apply_extraction, join_waiting, plan_turn
from services.dialogue.domain.prompt import prompt_for
from services.dialogue.domain.results import say_booking, say_failure, say_holding, say_proposal
from services.dialogue.domain.signals import Signal

__all__ = [
    "Aim",
    "Awaiting",
    "Conversation",
    "Extraction",
    "Goal",
    "Plan",
    "Said",
    "Signal",
    "ToldSlot",
    "Utterance",
    "apply_extraction",
    "is_faithful",
    "join_waiting",
    "lacks_words_for",
    "plan_turn",
    "prompt_for",
    "say_booking",
    "say_failure",
    "say_holding",
    "say_proposal",
    "with_booking_link",
    "with_proposal",
    "with_reply",
]
