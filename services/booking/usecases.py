"""What the service does: issue a booking link."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from chassis.clock import Clock
from chassis.errors import describe
from contracts.cloudevent import CloudEvent, caused_by, derive_id
from contracts.events import BookingLinkIssued, BookingRequested
from playbook import Booking
from services.booking.domain import Link, addressed
from services.booking.errors import CalendarBusy, CalendarRefused, LinksUnreachable
from services.booking.ports import Calendar, IssuedLinks

logger = structlog.get_logger()

# The visitor got a holding reply long ago; a history of requests is worth no call of the calendar's.
_LINK_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """What links are issued from. Without a calendar the playbook's public link is the only one."""

    booking: Booking
    secret: bytes
    calendar: Calendar | None
    issued: IssuedLinks


async def issue_link(
    event: CloudEvent[BookingRequested], desk: Desk, *, clock: Clock
) -> CloudEvent[BookingLinkIssued]:
    """Issue the link that was requested. The same conversation is given the same link again."""
    request = event.data
    is_late = clock() - event.time > _LINK_WITHIN
    link = await _link_for(request.conversation_id, desk, is_late=is_late)
    issued = BookingLinkIssued(
        conversation_id=request.conversation_id,
        booking_id=derive_id(event.id, "booking"),
        turn_id=request.turn_id,
        url=addressed(link, request, desk.secret),
        single_use=link.single_use,
    )
    return caused_by(event.id, issued, source="booking", time=clock())


async def _link_for(conversation_id: UUID, desk: Desk, *, is_late: bool) -> Link:
    if desk.calendar is None:
        return _public_link(desk)
    found = await _issued(conversation_id, desk)
    # The playbook may have changed since the link was kept.
    if found is not None and desk.booking.allows_issued(found.url):
        return found
    if is_late:
        return _public_link(desk)
    link = await _new_link(desk.calendar, desk)
    await _keep(conversation_id, link, desk)
    return link


async def _issued(conversation_id: UUID, desk: Desk) -> Link | None:
    try:
        return await desk.issued.find(conversation_id)
    except LinksUnreachable as error:
        logger.warning("issued_links_unreachable", reason=describe(error))
        return None


def _public_link(desk: Desk) -> Link:
    return Link(url=desk.booking.public_link, single_use=False)


async def _new_link(calendar: Calendar, desk: Desk) -> Link:
    """A single-use link, or the public one at once: a visitor who wants a demo gets a link."""
    try:
        link = await calendar.single_use_link()
    except CalendarBusy as error:
        logger.warning("calendar_busy", reason=describe(error))
        return _public_link(desk)
    except CalendarRefused as error:
        logger.error("calendar_refused", reason=describe(error))  # noqa: TRY400 - the reason says it, a stack does not
        return _public_link(desk)
    if desk.booking.allows_issued(link.url):
        return link
    logger.error("calendar_link_not_allowed", allowed_links=desk.booking.allowed_links)
    return _public_link(desk)


async def _keep(conversation_id: UUID, link: Link, desk: Desk) -> None:
    try:
        await desk.issued.keep(conversation_id, link)
    except LinksUnreachable as error:
        logger.warning("issued_links_unreachable", reason=describe(error))
