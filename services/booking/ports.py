"""The ports of booking: the calendar, the links already issued, and the demos."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import JsonValue

from contracts.cloudevent import CloudEvent, Event
from services.booking.domain import CalendarName, Demo, Invitation, Link, Notice


class Calendar(Protocol):
    """Where demos are booked."""

    async def single_use_link(self) -> Link:
        """Make a link under which exactly one demo can be booked. Not idempotent: each call makes another.

        Raises:
            CalendarBusy: no answer within seconds; the next call may succeed.
            CalendarRefused: no call will succeed until the settings change.
        """
        ...


class CalendarRecords(Protocol):
    """The calendar's own records, beside what its webhooks tell. Everything raises as Calendar does."""

    @property
    def name(self) -> CalendarName:
        """Which calendar it is."""
        ...

    def notices(self, starting_after: datetime, changed_after: datetime) -> AsyncIterator[Notice]:
        """What is known there of meetings that start after one time and were changed after the other."""
        ...

    async def ensure_webhook(self) -> bool:
        """Make sure that webhooks come; whether they do. Safe to repeat."""
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

    async def forget(self, conversation_id: UUID) -> None:
        """Forget the link of a conversation: it was used.

        Raises:
            IssuedLinksUnavailable: it may be found again until it expires.
        """
        ...


class NoticeReader(Protocol):
    """Reads what one calendar tells."""

    def read(self, notification: Mapping[str, JsonValue]) -> Notice | None:
        """What a notification says of a booking; None where it is about something else.

        Raises:
            NotificationUnreadable: it lacks what this calendar always tells.
        """
        ...


class DemoBook(Protocol):
    """The demos while one transaction holds them: nobody else changes any of them meanwhile."""

    async def related(self, demo_ids: Sequence[UUID]) -> dict[UUID, Demo]:
        """Those of these demos that are known, and all that they moved from and to."""
        ...

    async def is_conversation(self, conversation_id: UUID) -> bool:
        """Whether anything was ever said in it."""
        ...

    async def is_forgotten(self, demo_id: UUID) -> bool:
        """Whether the demo was erased: nothing that is told of it is stored again."""
        ...

    async def invited(self, digest: bytes) -> Invitation | None:
        """The newest conversation in which the address with this digest was verified, else given."""
        ...

    async def invite(self, invitation: Invitation, digest: bytes, at: datetime) -> bool:
        """Note that an address was given in a conversation, or verified there; whether that is new."""
        ...

    async def unmatched_with(self, digest: bytes) -> Sequence[UUID]:
        """The demos of this address that belong to no conversation."""
        ...

    async def save(
        self, demos: Sequence[Demo], digests: Mapping[UUID, bytes], events: Sequence[CloudEvent[Event]]
    ) -> None:
        """Store demos, the digests of their addresses, and what is to be published of them."""
        ...


class DemoStore(Protocol):
    """Demos and invitations, kept for good. Everything raises DatabaseUnavailable: try again."""

    def opened(self) -> AbstractAsyncContextManager[DemoBook]:
        """One transaction at a time in all processes: stored at the end of the block, or nothing of it."""
        ...

    def only_one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process alone may do some work, for as long as the block runs."""
        ...

    async def unmatched(self, limit: int) -> Sequence[Demo]:
        """Demos that belong to no conversation and were not dismissed, those to come first."""
        ...

    async def erase(self, conversation_ids: Sequence[UUID], secret: bytes) -> int:
        """Delete everything of these conversations; how many rows there were. Safe to repeat.

        With `secret` the stand-ins are found under which notifications came, whose data keys are destroyed.
        """
        ...

    async def forget_unmatched(self, before: datetime, secret: bytes) -> int:
        """Delete demos of nobody that were over before then; how many there were."""
        ...


class Announcer(Protocol):
    """Sends events that are already stored."""

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """Send now; what fails is sent later by a sweeper."""
        ...
