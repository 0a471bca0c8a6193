"""Lists, page by page, newest conversation first; what begins meanwhile never shifts a page."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.values import Channel, LeadStatus, Stage, Value
from services.leadstore.domain.conversation import Conversation
from services.leadstore.errors import InvalidCursor

ItemT = TypeVar("ItemT")


class Page(Value, Generic[ItemT]):
    """Some items, and the cursor that asks for the next ones; None at the end."""

    items: tuple[ItemT, ...]
    next_cursor: str | None


class ConversationSummary(Value):
    """A conversation in a list."""

    conversation_id: UUID
    source: Channel
    stage: Stage
    status: LeadStatus
    started_at: AwareDatetime
    last_message_at: AwareDatetime | None
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: after the conversation that began then."""

    started_at: datetime
    conversation_id: UUID

    def to_cursor(self) -> str:
        """The position as opaque text."""
        text = f"{self.started_at.astimezone(UTC).isoformat()} {self.conversation_id}"
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @staticmethod
    def from_cursor(cursor: str) -> "Position":
        """Read what `to_cursor` wrote.

        Raises:
            InvalidCursor: it did not write this.
        """
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", cursor):
            raise InvalidCursor("the cursor has characters that none has")
        try:
            text, _, conversation_id = urlsafe_b64decode(cursor + "===").decode().partition(" ")
            started_at = datetime.fromisoformat(text)
            if started_at.utcoffset() != timedelta(0):
                raise InvalidCursor("the cursor is not in UTC")
            return Position(started_at, UUID(conversation_id))
        except (NotBase64, ValueError) as error:
            raise InvalidCursor("the cursor cannot be read") from error


def next_cursor(conversations: list[Conversation], limit: int) -> str | None:
    """The cursor behind the first `limit` of the conversations, None when there are no more."""
    if len(conversations) <= limit:
        return None
    last = conversations[limit - 1]
    assert last.started_at is not None
    return Position(last.started_at, last.id).to_cursor()


def summary_of(conversation: Conversation) -> ConversationSummary:
    """The conversation as a list shows it. It must have begun."""
    assert conversation.source is not None and conversation.started_at is not None
    return ConversationSummary(
        conversation_id=conversation.id,
        source=conversation.source,
        stage=conversation.stage,
        status=conversation.status,
        started_at=conversation.started_at,
        last_message_at=conversation.last_message_at,
        is_silent=conversation.is_silent,
    )
