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
from services.booking.domain import Link, personalised_url
from services.booking.errors import CalendarBusy, CalendarRefused, IssuedLinksUnavailable
from services.booking.ports import Calendar, IssuedLinks

logger = structlog.get_logger()

# After so long the visitor has had a holding reply; a replayed request must not call the calendar.
_LINK_EXPECTED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LinkDependencies:
    """What a link is made from; without a calendar every visitor gets the playbook's public link."""

    booking: Booking
    secret: bytes
    calendar: Calendar | None
    issued: IssuedLinks


async def issue_link(
    event: CloudEvent[BookingRequested], dependencies: LinkDependencies, *, clock: Clock
) -> CloudEvent[BookingLinkIssued]:
    """Issue the link that was requested. The same conversation is given the same link again."""
    request = event.data
    is_late = clock() - event.time > _LINK_EXPECTED_WITHIN
    link = await _link_for(request.conversation_id, dependencies, is_late=is_late)
    issued = BookingLinkIssued(
        conversation_id=request.conversation_id,
        booking_id=derive_id(event.id, "booking"),
        turn_id=request.turn_id,
        url=personalised_url(link, request, dependencies.secret),
        single_use=link.single_use,
    )
    return caused_by(event.id, issued, source="booking", time=clock())


async def _link_for(conversation_id: UUID, dependencies: LinkDependencies, *, is_late: bool) -> Link:
    if dependencies.calendar is None:
        return _public_link(dependencies)
    found = await _issued(conversation_id, dependencies)
    # The playbook may have changed since the link was kept.
    if found is not None and dependencies.booking.allows_issued(found.url):
        return found
    if is_late:
        return _public_link(dependencies)
    link = await _new_link(dependencies.calendar, dependencies)
    await _save(conversation_id, link, dependencies)
    return link


async def _issued(conversation_id: UUID, dependencies: LinkDependencies) -> Link | None:
    try:
        return await dependencies.issued.find(conversation_id)
    except IssuedLinksUnavailable as error:
        logger.warning("issued_links_unavailable", reason=describe(error))
        return None


def _public_link(dependencies: LinkDependencies) -> Link:
    return Link(url=dependencies.booking.public_link, single_use=False)


async def _new_link(calendar: Calendar, dependencies: LinkDependencies) -> Link:
    """A single-use link, or the public one when the calendar fails: every visitor gets a link."""
    try:
        link = await calendar.single_use_link()
    except CalendarBusy as error:
        logger.warning("calendar_busy", reason=describe(error))
        return _public_link(dependencies)
    except CalendarRefused as error:
        logger.error("calendar_refused", reason=describe(error))  # noqa: TRY400 - the reason suffices, a traceback adds nothing
        return _public_link(dependencies)
    if dependencies.booking.allows_issued(link.url):
        return link
    logger.error("calendar_link_not_allowed", allowed_links=dependencies.booking.allowed_links)
    return _public_link(dependencies)


async def _save(conversation_id: UUID, link: Link, dependencies: LinkDependencies) -> None:
    try:
        await dependencies.issued.save(conversation_id, link)
    except IssuedLinksUnavailable as error:
        logger.warning("issued_links_unavailable", reason=describe(error))
