"""Booking's store of demos in memory, and booking as the gateway asks it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.unmatched_bookings import UnmatchedBooking
from services.booking.domain import Demo, Invitation


class InMemoryDemoStore:
    """The ports DemoStore, DemoBook and Announcer; `events` is the stream that readers see."""

    def __init__(self) -> None:
        self.demos: dict[UUID, Demo] = {}
        self.digests: dict[UUID, bytes] = {}
        self.invitations: dict[tuple[bytes, UUID], Invitation] = {}
        self.events: list[CloudEvent[Event]] = []
        self.forgotten: set[UUID] = set()
        self.unknown: set[UUID] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["InMemoryDemoStore"]:
        yield self

    async def related(self, demo_ids: Sequence[UUID]) -> dict[UUID, Demo]:
        wanted, size = set(demo_ids), 0
        while len(wanted) > size:
            size = len(wanted)
            for demo in self.demos.values():
                named = {demo.demo_id, demo.previous_id, demo.next_id} - {None}
                wanted |= named if named & wanted else set()
        return {demo_id: self.demos[demo_id] for demo_id in wanted if demo_id in self.demos}

    @asynccontextmanager
    async def only_one(self, _name: str) -> AsyncIterator[bool]:
        yield True

    async def is_conversation(self, conversation_id: UUID) -> bool:
        return conversation_id not in self.unknown

    async def is_forgotten(self, demo_id: UUID) -> bool:
        return demo_id in self.forgotten

    async def invited(self, digest: bytes) -> Invitation | None:
        found = [one for (each, _), one in self.invitations.items() if each == digest]
        return next((one for one in (*found[::-1],) if one.is_verified), found[-1] if found else None)

    async def invite(self, invitation: Invitation, digest: bytes, _at: datetime) -> bool:
        key = digest, invitation.conversation_id
        known = self.invitations.get(key)
        is_new = known is None or (invitation.is_verified and not known.is_verified)
        self.invitations |= {key: invitation} if is_new else {}
        return is_new

    async def unmatched_with(self, digest: bytes) -> Sequence[UUID]:
        return [each for each, known in self.digests.items() if known == digest and self._is_unmatched(each)]

    async def save(
        self, demos: Sequence[Demo], digests: Mapping[UUID, bytes], events: Sequence[CloudEvent[Event]]
    ) -> None:
        self.demos |= {demo.demo_id: demo for demo in demos}
        self.digests |= digests
        known = {event.id for event in self.events}
        self.events += [event for event in events if event.id not in known]

    async def unmatched(self, limit: int) -> Sequence[Demo]:
        found = [demo for demo in self.demos.values() if self._is_unmatched(demo.demo_id)]
        return [demo for demo in found if demo.dismissed_at is None][:limit]

    async def erase(self, conversation_ids: Sequence[UUID], _secret: bytes) -> int:
        gone = [each for each in self.demos.values() if each.conversation_id in conversation_ids]
        for demo in gone:
            del self.demos[demo.demo_id]
            self.forgotten.add(demo.demo_id)
        for key in [key for key in self.invitations if key[1] in conversation_ids]:
            del self.invitations[key]
        return len(gone)

    async def forget_unmatched(self, before: datetime, _secret: bytes) -> int:
        never = datetime.max.replace(tzinfo=UTC)
        old = [
            each
            for each in self.demos.values()
            if self._is_unmatched(each.demo_id) and (each.starts_at or never) < before
        ]
        for demo in old:
            del self.demos[demo.demo_id]
        return len(old)

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """They are in `events` already."""

    def _is_unmatched(self, demo_id: UUID) -> bool:
        demo = self.demos[demo_id]
        return demo.conversation_id is None and demo.starts_at is not None


class FakeBookings:
    """The gateway's port Bookings. `done` is what operators did, in order."""

    def __init__(self) -> None:
        self.listed: list[UnmatchedBooking] = []
        self.done: list[tuple[str, UUID, UUID | None]] = []
        self.refusal: Exception | None = None

    async def unmatched(self, *, limit: int) -> Sequence[UnmatchedBooking]:
        self._answer()
        return self.listed[:limit]

    async def assign(self, demo_id: UUID, conversation_id: UUID) -> None:
        self._answer()
        self.done.append(("assigned", demo_id, conversation_id))

    async def dismiss(self, demo_id: UUID) -> None:
        self._answer()
        self.done.append(("dismissed", demo_id, None))

    def _answer(self) -> None:
        if self.refusal is not None:
            raise self.refusal
