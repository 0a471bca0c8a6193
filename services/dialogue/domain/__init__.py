"""The pure part of dialogue: what is understood, decided and said, turn by turn."""

from services.dialogue.domain.burst import seems_unfinished
from services.dialogue.domain.conversation import (
    Awaiting,
    Conversation,
    Message,
    Said,
    Utterance,
    with_booking_link,
    with_proposal,
    with_reply,
)
from services.dialogue.domain.extraction import Extraction, ToldSlot
from services.dialogue.domain.faithful import is_faithful
from services.dialogue.domain.goals import Aim, Goal, Plan
from services.dialogue.domain.guard import Refusal, Review, guarded_facts, with_step
from services.dialogue.domain.language import following_language, lacks_words_for
from services.dialogue.domain.plan import apply_extraction, join_waiting, plan_burst, plan_turn
from services.dialogue.domain.prompt import opening_of, prompt_for
from services.dialogue.domain.results import say_booking, say_failure, say_holding, say_proposal
from services.dialogue.domain.signals import Signal

__all__ = [
    "Aim",
    "Awaiting",
    "Conversation",
    "Extraction",
    "Goal",
    "Message",
    "Plan",
    "Refusal",
    "Review",
    "Said",
    "Signal",
    "ToldSlot",
    "Utterance",
    "apply_extraction",
    "following_language",
    "guarded_facts",
    "is_faithful",
    "join_waiting",
    "lacks_words_for",
    "opening_of",
    "plan_burst",
    "plan_turn",
    "prompt_for",
    "say_booking",
    "say_failure",
    "say_holding",
    "say_proposal",
    "seems_unfinished",
    "with_booking_link",
    "with_proposal",
    "with_reply",
    "with_step",
]
