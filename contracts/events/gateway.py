"""What the gateway publishes."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.cloudevent import Event
from contracts.text import CleanDocument, CleanText
from contracts.values import Channel, ErasureReason, Payers


class TurnReceived(Event):
    """A visitor said something, and it was accepted at the edge.

    Without `payers` an API key or an exempt network vouched for it.
    """

    topic: ClassVar[str] = "conversation.turns.v1"

    turn_id: UUID
    message: CleanText = Field(min_length=1, max_length=8_000)
    source: Channel
    payers: Payers | None = None


class ErasureRequested(Event):
    """Somebody who may ask for it wants everything of this conversation deleted."""

    topic: ClassVar[str] = "conversation.turns.v1"
    # It holds no words, and may come when there is no key any more.
    is_sealed: ClassVar[bool] = False

    reason: ErasureReason


class CalendarNotified(Event):
    """The calendar provider told us something about a booking, and its signature was right."""

    topic: ClassVar[str] = "booking.requests.v1"

    provider: CleanText
    notification: CleanDocument
