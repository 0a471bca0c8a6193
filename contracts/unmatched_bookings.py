"""Bookings of which nobody knows whose they are, as booking tells operators of them over HTTP."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter

from contracts.values import Value


class UnmatchedBooking(Value):
    """A booking, and what an operator recognises it by: what was typed at the calendar."""

    demo_id: UUID
    provider: Literal["calendly", "calcom"]
    starts_at: AwareDatetime | None
    email: str | None
    name: str | None
    is_canceled: bool


UNMATCHED_BOOKINGS = TypeAdapter(tuple[UnmatchedBooking, ...])
"""Those to come first, then those that are over."""


class Assignment(Value):
    """Whose a booking is."""

    conversation_id: UUID
