"""What changed in conversations: the notice that something did, and what leadstore then tells over HTTP."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.text import CleanText
from contracts.values import LeadStatus, Origin, Value

MOST_CONVERSATIONS = 500
MOST_REPLIES = 50
"""Of one conversation in one answer; the asker goes on behind them."""


def notice_channel(conversation_id: UUID) -> str:
    """The Redis channel on which leadstore gives notice that it stored something of a conversation."""
    return f"conversation:{{{conversation_id}}}"


class TranscriptMessage(Value):
    """A message as it is shown. `turn_id` is the visitor's turn it is or answers, None when nobody asked.

    `sequence` grows from reply to reply; a visitor's message has none. `answers` are all turns a reply
    answers, those of a burst in their order. `suggestions` are the labels of the quick replies that came with
    a reply. `name` is that of the person of ours who wrote it, if one did.
    """

    id: UUID
    role: Literal["visitor", "bot"]
    text: str
    at: AwareDatetime
    sequence: int | None
    turn_id: UUID | None
    answers: tuple[UUID, ...]
    written_by: Origin
    degraded: bool
    failed: bool
    suggestions: tuple[str, ...]
    name: str | None = None


def behind_sequence(messages: tuple[TranscriptMessage, ...], sequence: int) -> tuple[TranscriptMessage, ...]:
    """The messages behind the last reply up to this sequence."""
    places = [
        place
        for place, message in enumerate(messages)
        if message.sequence is not None and message.sequence <= sequence
    ]
    return messages[places[-1] + 1 :] if places else messages


class Speaker(Value):
    """Who speaks for the company now; a person may be named."""

    speaker: Literal["bot", "person"] = "bot"
    name: CleanText | None = None


class FollowedConversation(Value):
    """A conversation, and how much of it the asker has."""

    conversation_id: UUID
    version: int = Field(default=0, ge=0)
    after_sequence: int = Field(default=0, ge=0)


class FollowedConversations(Value):
    """Which conversations are asked about."""

    conversations: tuple[FollowedConversation, ...] = Field(max_length=MOST_CONVERSATIONS)


class ConversationChange(Value):
    """A conversation whose version is another than the asker's. An erased one has nothing but its version.

    `messages` are those behind `after_sequence`, in the order of the transcript: messages without a sequence
    come again until a reply stands behind them. With `has_more` there are further ones.
    With `demo_is_private`, `demo_at` is for the sales team alone.
    """

    conversation_id: UUID
    version: int
    is_erased: bool = False
    status: LeadStatus = LeadStatus.TALKING
    demo_at: AwareDatetime | None = None
    demo_is_private: bool = False
    demo_missed: bool = False
    speaker: Speaker = Speaker()
    messages: tuple[TranscriptMessage, ...] = ()
    has_more: bool = False


class ConversationChanges(Value):
    """Those of the conversations that changed; unknown ones are left out."""

    changes: tuple[ConversationChange, ...] = ()
