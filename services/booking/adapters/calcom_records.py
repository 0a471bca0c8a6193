"""Looks after what webhooks tell, through Cal.com's API v2: what they missed, and whether they come at all.

https://cal.com/docs/api-reference/v2/bookings/get-all-bookings
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote

import structlog
from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from services.booking.adapters.calcom_notices import NAME, TRIGGERS, Metadata, MetadataOrNone, Person
from services.booking.adapters.calendar_api import CalendarApi, readable
from services.booking.domain import CalendarName, Notice

logger = structlog.get_logger()

_VERSION: Final = "2024-08-13"
_PAGE: Final = 100
_MOST_PAGES: Final = 50


class _Attendee(Person):
    absent: bool = False


class _EventType(BaseModel):
    id: int


class _Booking(BaseModel):
    uid: str = Field(min_length=1)
    status: Literal["accepted", "cancelled", "rejected", "pending"]
    start: AwareDatetime
    end: AwareDatetime
    created_at: AwareDatetime = Field(alias="createdAt")
    updated_at: AwareDatetime | None = Field(default=None, alias="updatedAt")
    event_type: _EventType | None = Field(default=None, alias="eventType")
    attendees: tuple[_Attendee, ...] = ()
    hosts: tuple[Person, ...] = ()
    metadata: MetadataOrNone = None
    moved_from: str | None = Field(default=None, alias="rescheduledFromUid")
    moved_to: str | None = Field(default=None, alias="rescheduledToUid")
    cancellation_reason: str | None = Field(default=None, alias="cancellationReason")
    canceled_by: str | None = Field(default=None, alias="cancelledByEmail")

    @property
    def changed_at(self) -> datetime:
        """When it was last changed there."""
        return self.updated_at or self.created_at

    @property
    def is_missed(self) -> bool:
        """Whether somebody who booked did not come."""
        return any(each.absent for each in self.attendees)


class _Pagination(BaseModel):
    has_next_page: bool = Field(default=False, alias="hasNextPage")


class _Page(BaseModel):
    data: tuple[JsonValue, ...]
    pagination: _Pagination = _Pagination()


class _Webhook(BaseModel):
    id: str
    subscriber_url: str = Field(alias="subscriberUrl")
    triggers: tuple[str, ...] = ()
    active: bool = False


class _Webhooks(BaseModel):
    data: tuple[_Webhook, ...]


class _NewWebhook(BaseModel):
    subscriber_url: str = Field(serialization_alias="subscriberUrl")
    triggers: tuple[str, ...] = TRIGGERS
    active: Literal[True] = True
    secret: str = Field(repr=False)


class _Made(BaseModel):
    data: _Webhook


class CalcomRecords:
    """The CalendarRecords port on Cal.com. Every method raises as `CalendarApi` does.

    Args:
        webhook_url: where Cal.com is to tell; None leaves webhooks alone.
        secret: what it is to sign with.
    """

    def __init__(self, api: CalendarApi, *, webhook_url: str | None, secret: str | None) -> None:
        self._api = api
        self._webhook_url = webhook_url
        self._secret = secret

    @property
    def name(self) -> CalendarName:
        return NAME

    async def notices(self, starting_after: datetime, changed_after: datetime) -> AsyncIterator[Notice]:
        """What every booking says that starts after one time and changed after the other.

        A no-show does not count as a change there, so every meeting that is over is read for one.
        """
        # In the order they were made, so that a booking that changes meanwhile moves no other off its page.
        query = {
            "afterStart": f"{starting_after:%Y-%m-%dT%H:%M:%SZ}",
            "sortCreated": "asc",
            "take": str(_PAGE),
        }
        seen = 0
        for _ in range(_MOST_PAGES):
            paged = query | {"skip": str(seen)}
            page = await self._api.get("/v2/bookings", paged, _Page, version=_VERSION)
            for told in readable(page.data, lambda record: _notices_of(record, changed_after)):
                for notice in told:
                    yield notice
            seen += len(page.data)
            if not page.data or not page.pagination.has_next_page:
                return
        logger.warning("calendar_not_read_to_its_end", pages=_MOST_PAGES)

    async def ensure_webhook(self) -> bool:
        """Whether webhooks come, made or mended where they do not; True where nobody wants them."""
        if self._webhook_url is None or self._secret is None:
            return True
        found = await self._api.get("/v2/webhooks", {"take": "250"}, _Webhooks)
        own = [each for each in found.data if each.subscriber_url.rstrip("/") == self._webhook_url]
        if any(each.active and {*TRIGGERS} <= {*each.triggers} for each in own):
            return True
        wanted = _NewWebhook(subscriber_url=self._webhook_url, secret=self._secret)
        if own:
            made = await self._api.patch(f"/v2/webhooks/{quote(own[0].id, safe='')}", wanted, _Made)
        else:
            made = await self._api.post("/v2/webhooks", wanted, _Made)
        logger.warning("calendar_webhook_made", replaced=len(own[:1]), active=made.data.active)
        return made.data.active


def _notices_of(record: JsonValue, changed_after: datetime) -> list[Notice]:
    booking = _Booking.model_validate(record)
    told: list[Notice] = []
    # Of a booking that a host has not confirmed nobody is to be told.
    if booking.changed_at >= changed_after and booking.status != "pending":
        told.append(_notice_of(booking))
    if booking.is_missed:
        # Cal.com does not say when it was noted; at the end of the meeting it was true.
        missed = Notice(kind="no_show", provider=NAME, provider_id=booking.uid, said_at=booking.end)
        told.append(missed)
    return told


def _notice_of(booking: _Booking) -> Notice:
    is_canceled = booking.status in {"cancelled", "rejected"}
    invitee = booking.attendees[0] if booking.attendees else Person()
    metadata = booking.metadata or Metadata()
    hosts = {host.email for host in booking.hosts if host.email}
    by_host = booking.status == "rejected" or booking.canceled_by in hosts
    return Notice(
        kind="canceled" if is_canceled else "booked",
        provider=NAME,
        provider_id=booking.uid,
        said_at=booking.changed_at,
        booked_at=booking.created_at,
        starts_at=booking.start,
        ends_at=booking.end,
        email=invitee.email,
        name=invitee.name,
        timezone=invitee.timezone,
        previous_id=booking.moved_from,
        next_id=booking.moved_to if is_canceled else None,
        is_moved=is_canceled and booking.moved_to is not None,
        canceled_by=("host" if by_host else "invitee") if is_canceled else None,
        reason=booking.cancellation_reason if is_canceled else None,
        event_type=None if booking.event_type is None else str(booking.event_type.id),
        conversation=metadata.conversation_id,
        token=metadata.conversation_token,
    )
