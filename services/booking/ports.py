"""The ports of booking: the calendar, and the links already issued."""

from typing import Protocol
from uuid import UUID

from services.booking.domain import Link


class Calendar(Protocol):
    """Where demos are booked."""

    async def single_use_link(self) -> Link:
        """Make a link under which exactly one demo can be booked. Not idempotent: each call makes another.

        Raises:
            CalendarBusy: no answer within seconds; the next call may succeed.
            CalendarRefused: no call will succeed until the settings change.
        """
        ...


class IssuedLinks(Protocol):
    """The links already issued, one for each conversation. They may be lost at any time."""

    async def find(self, conversation_id: UUID) -> Link | None:
        """The link that this conversation got, None when there is none.

        Raises:
            IssuedLinksUnavailable: it cannot be read now.
        """
        ...

    async def save(self, conversation_id: UUID, link: Link) -> None:
        """Save a link until it expires; a later one replaces it.

        Raises:
            IssuedLinksUnavailable: it was not saved.
        """
        ...
