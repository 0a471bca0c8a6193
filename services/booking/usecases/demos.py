"""Follows demos: takes what a calendar tells, finds out whose demo it is, and tells everybody."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from chassis import metrics
from chassis.clock import Clock
from chassis.errors import describe
from contracts.booking_token import proven_conversation
from contracts.cloudevent import CloudEvent, Event
from contracts.events import CalendarNotified, DemoBooked
from services.booking.domain import (
    Demo,
    Invitation,
    Notice,
    applied,
    assigned,
    demo_id_of,
    events_of,
    matched,
)
from services.booking.errors import (
    CalendarUnknown,
    ConversationUnknown,
    DemoBelongsToAnother,
    DemoUnknown,
    IssuedLinksUnavailable,
)
from services.booking.ports import Announcer, DemoBook, DemoStore, IssuedLinks, NoticeReader

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDependencies:
    """What demos are followed with. `event_types` are the meetings that are demos; None: all are."""

    store: DemoStore
    issued: IssuedLinks
    announcer: Announcer
    readers: Mapping[str, NoticeReader]
    secret: bytes
    clock: Clock
    event_types: frozenset[str] | None = None


async def take_notification(event: CloudEvent[CalendarNotified], dependencies: DemoDependencies) -> None:
    """Take what a calendar told. Safe to repeat.

    Raises:
        NotificationUnreadable: it is not what this calendar sends.
        CalendarUnknown: no such calendar.
        TransientError: nothing was stored; take it again.
    """
    reader = dependencies.readers.get(event.data.provider)
    if reader is None:
        raise CalendarUnknown(f"there is no calendar {event.data.provider!r}")
    notice = reader.read(event.data.notification)
    if notice is not None:
        await note_told(notice, event.id, dependencies)


async def note_told(notice: Notice, cause: UUID, dependencies: DemoDependencies) -> bool:
    """Store what a notice changes, and publish what follows from it; whether that is new. Safe to repeat.

    Raises:
        TransientError: nothing was stored; do it again.
    """
    proven = proven_conversation(notice.conversation, notice.token, dependencies.secret)
    demo_id = demo_id_of(notice.provider, notice.provider_id)
    named = [demo_id, *_others_named(notice)]
    async with dependencies.store.opened() as book:
        known = await book.related(named)
        if not known and proven is None and not _is_ours(notice, dependencies):
            return False
        if await book.is_forgotten(demo_id):
            return False
        after = matched(applied(known, notice), demo_id, proven, "tracking")
        if after[demo_id].conversation_id is None:
            found = await _by_address(after[demo_id], book, dependencies)
            if found is not None:
                after = matched(after, demo_id, found.conversation_id, found.by)
        events = await _save(known, after, book, dependencies, cause=cause)
    await _forget_used_links(events, dependencies)
    await dependencies.announcer.publish(events)
    whose = "unmatched" if after[demo_id].conversation_id is None else after[demo_id].matched_by
    metrics.CALENDAR_NOTICES.labels(notice.kind, whose).inc()
    return bool(events) or after != known


async def assign_demo(demo_id: UUID, conversation_id: UUID, dependencies: DemoDependencies) -> None:
    """Let a demo that belongs to nobody belong to a conversation. Safe to repeat.

    Raises:
        DemoUnknown: there is none.
        ConversationUnknown: nothing was ever said there.
        DemoBelongsToAnother: it is matched already.
        TransientError: nothing was stored; do it again.
    """
    async with dependencies.store.opened() as book:
        known = await book.related([demo_id])
        if demo_id not in known:
            raise DemoUnknown(f"there is no booking {str(demo_id)!r}")
        if not await book.is_conversation(conversation_id):
            raise ConversationUnknown(f"there is no conversation {str(conversation_id)!r}")
        after = assigned(known, demo_id, conversation_id)
        if after[demo_id].conversation_id != conversation_id:
            raise DemoBelongsToAnother(f"booking {str(demo_id)!r} belongs to another conversation")
        events = await _save(known, after, book, dependencies, cause=demo_id)
    await dependencies.announcer.publish(events)


async def dismiss_demo(demo_id: UUID, dependencies: DemoDependencies) -> None:
    """List a demo that belongs to nobody no more: it is no demo. Safe to repeat.

    Raises:
        DemoUnknown: there is none.
        DemoBelongsToAnother: it is matched already.
        TransientError: nothing was stored; do it again.
    """
    async with dependencies.store.opened() as book:
        demo = (await book.related([demo_id])).get(demo_id)
        if demo is None:
            raise DemoUnknown(f"there is no booking {str(demo_id)!r}")
        if demo.conversation_id is not None:
            raise DemoBelongsToAnother(f"booking {str(demo_id)!r} belongs to a conversation")
        if demo.dismissed_at is None:
            dismissed = demo.model_copy(update={"dismissed_at": dependencies.clock()})
            await book.save([dismissed], _digests([dismissed], dependencies), [])


async def note_address(
    conversation_id: UUID, address: str, dependencies: DemoDependencies, *, is_verified: bool = False
) -> None:
    """Note which address a visitor gave, as a keyed hash, and match what was booked with it before.

    Args:
        is_verified: their website has signed that it is theirs.

    Raises:
        TransientError: nothing was stored; do it again.
    """
    digest = address_digest(address, dependencies.secret)
    async with dependencies.store.opened() as book:
        invited = Invitation(conversation_id=conversation_id, is_verified=is_verified)
        if not await book.invite(invited, digest, dependencies.clock()):
            return
        events: list[CloudEvent[Event]] = []
        for demo_id in await book.unmatched_with(digest):
            known = await book.related([demo_id])
            after = matched(known, demo_id, conversation_id, invited.by)
            events += await _save(known, after, book, dependencies, cause=demo_id)
    await dependencies.announcer.publish(events)


def address_digest(address: str, secret: bytes) -> bytes:
    """What an address is found by: nobody without the secret learns the address from it."""
    normal = address.strip().casefold()
    return hmac.digest(secret, f"invitation address|{normal}".encode(), hashlib.sha256)


async def _save(
    known: Mapping[UUID, Demo],
    after: Mapping[UUID, Demo],
    book: DemoBook,
    dependencies: DemoDependencies,
    *,
    cause: UUID,
) -> Sequence[CloudEvent[Event]]:
    told, events = events_of(after, cause=cause, now=dependencies.clock())
    changed = [demo for demo in told.values() if demo != known.get(demo.demo_id)]
    await book.save(changed, _digests(changed, dependencies), events)
    return events


def _digests(demos: Sequence[Demo], dependencies: DemoDependencies) -> Mapping[UUID, bytes]:
    return {demo.demo_id: address_digest(demo.email, dependencies.secret) for demo in demos if demo.email}


async def _by_address(demo: Demo, book: DemoBook, dependencies: DemoDependencies) -> Invitation | None:
    if not demo.email:
        return None
    return await book.invited(address_digest(demo.email, dependencies.secret))


async def _forget_used_links(events: Sequence[CloudEvent[Event]], dependencies: DemoDependencies) -> None:
    """A link that booked a demo books no other: who asks again gets a new one."""
    for event in events:
        if isinstance(event.data, DemoBooked):
            try:
                await dependencies.issued.forget(event.data.conversation_id)
            except IssuedLinksUnavailable as error:
                logger.warning("used_link_not_forgotten", reason=describe(error))


def _others_named(notice: Notice) -> list[UUID]:
    return [demo_id_of(notice.provider, each) for each in (notice.previous_id, notice.next_id) if each]


def _is_ours(notice: Notice, dependencies: DemoDependencies) -> bool:
    """Whether a booking may be a demo: a calendar tells of every meeting of the company.

    A no-show tells no type; that of another meeting names a booking of which nothing else is ever known.
    """
    wanted = dependencies.event_types
    return wanted is None or notice.kind == "no_show" or notice.event_type in wanted
