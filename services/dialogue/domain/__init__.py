"""The pure part of dialogue: what a message means, what is decided, and what is said."""

from services.dialogue.domain.conversation import (
    Awaiting,
    Conversation,
    Message,
    QuickReply,
    Reply,
    Utterance,
    with_booking_link,
    with_messages,
    with_proposal,
    with_reply,
)
from services.dialogue.domain.faithful import is_faithful
from services.dialogue.domain.guard import (
    AllowedClaims,
    Finding,
    GuardedReply,
    UnsureSentence,
    Verdict,
    Violation,
)
from services.dialogue.domain.language import lacks_words_for, opening_of, spoken, with_language
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.reader import seems_unfinished, understand
from services.dialogue.domain.results import (
    booking_text,
    failure_text,
    hand_over_text,
    holding_text,
    proposal_text,
)
from services.dialogue.domain.speech import question_text, speak_without_model
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from services.dialogue.domain.turn import DecidedTurn, Result, decide_turn
from services.dialogue.domain.understanding import Intent, SlotUpdate, Understanding

__all__ = [
    "ActionKind",
    "AllowedClaims",
    "Awaiting",
    "Conversation",
    "DecidedTurn",
    "Finding",
    "GuardedReply",
    "Intent",
    "Message",
    "NextAction",
    "QuickReply",
    "Reply",
    "Result",
    "SlotUpdate",
    "Understanding",
    "UnsureSentence",
    "Utterance",
    "Verdict",
    "Violation",
    "booking_text",
    "decide_turn",
    "failure_text",
    "hand_over_text",
    "holding_text",
    "is_faithful",
    "lacks_words_for",
    "opening_of",
    "proposal_text",
    "question_text",
    "quick_replies_for",
    "seems_unfinished",
    "speak_without_model",
    "spoken",
    "understand",
    "with_booking_link",
    "with_language",
    "with_messages",
    "with_proposal",
    "with_reply",
]
