"""What the gateway needs of booking."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from contracts.unmatched_bookings import UnmatchedBooking


class Bookings(Protocol):
    """Bookings of which nobody knows whose they are. Everything raises BookingUnavailable: no answer."""

    async def unmatched(self, *, limit: int) -> Sequence[UnmatchedBooking]:
        """Those to come first."""
        ...

    async def assign(self, demo_id: UUID, conversation_id: UUID) -> None:
        """Let one belong to a conversation. Safe to repeat.

        Raises:
            BookingRefused: there is no such booking or conversation, or it belongs to another one.
            ConversationErased: the conversation was erased.
        """
        ...

    async def dismiss(self, demo_id: UUID) -> None:
        """List one no more. Safe to repeat.

        Raises:
            BookingRefused: there is no such booking, or it belongs to a conversation.
        """
        ...
