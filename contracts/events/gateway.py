"""What the gateway publishes."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.cloudevent import Event
from contracts.text import CleanDocument, CleanText
from contracts.values import Channel, Payers


class TurnReceived(Event):
    """A visitor said something, and it was accepted at the edge.

    Without `payers` an API key or an exempt network vouched for it.
    """

    topic: ClassVar[str] = "conversation.turns.v1"

    turn_id: UUID
    message: CleanText = Field(min_length=1, max_length=8_000)
    source: Channel
    payers: Payers | None = None


class CalendarNotified(Event):
    """The calendar provider told us something about a booking, and its signature was right."""

    topic: ClassVar[str] = "booking.requests.v1"

    provider: CleanText
    notification: CleanDocument
