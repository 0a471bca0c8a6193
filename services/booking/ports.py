"""What booking needs from outside."""

from typing import Protocol
from uuid import UUID

from services.booking.domain import Link


class Calendar(Protocol):
    """Where demos are booked."""

    async def single_use_link(self) -> Link:
        """Make a link under which exactly one demo can be booked. Each call makes another one.

        Raises:
            CalendarBusy: no answer within seconds; the next call may succeed.
            CalendarRefused: no call will succeed as things are set.
        """
        ...


class IssuedLinks(Protocol):
    """The links already given out, one a conversation. They may vanish at any time."""

    async def find(self, conversation_id: UUID) -> Link | None:
        """The link this conversation was given.

        Raises:
            LinksUnreachable: nobody knows.
        """
        ...

    async def keep(self, conversation_id: UUID, link: Link) -> None:
        """Keep a link for a while; a later one replaces it.

        Raises:
            LinksUnreachable: it is not kept.
        """
        ...
