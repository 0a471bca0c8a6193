"""Looks after what webhooks tell, through Calendly's API v2: what they missed, and whether they come at all.

Scopes `users:read`, `scheduled_events:read`, `webhooks:read`, `webhooks:write`. Calendly disables a
subscription whose deliveries fail for a day, and says so to nobody.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from services.booking.adapters import calendly_notices as notices
from services.booking.adapters.calendar_api import CalendarApi, readable
from services.booking.domain import CalendarName, Notice

logger = structlog.get_logger()

_PAGE = "100"
_MOST_PAGES = 50


class _User(BaseModel):
    current_organization: str


class _Me(BaseModel):
    resource: _User


class _Pagination(BaseModel):
    next_page_token: str | None = None


class _Scheduled(notices.ScheduledEvent):
    uri: str
    updated_at: AwareDatetime


class _ScheduledPage(BaseModel):
    collection: tuple[JsonValue, ...]
    pagination: _Pagination = _Pagination()


class _InviteePage(BaseModel):
    collection: tuple[JsonValue, ...]
    pagination: _Pagination = _Pagination()


class _Subscription(BaseModel):
    uri: str
    callback_url: str
    state: str
    events: tuple[str, ...] = ()


class _Subscriptions(BaseModel):
    collection: tuple[_Subscription, ...]
    pagination: _Pagination = _Pagination()


class _NewSubscription(BaseModel):
    url: str
    events: tuple[str, ...] = notices.EVENTS
    organization: str
    scope: str = "organization"
    signing_key: str = Field(repr=False)


class _Made(BaseModel):
    resource: _Subscription


class CalendlyRecords:
    """The CalendarRecords port on Calendly. Every method raises as `CalendarApi` does.

    Args:
        webhook_url: where Calendly is to tell; None leaves subscriptions alone.
        signing_key: what it is to sign with.
    """

    def __init__(self, api: CalendarApi, *, webhook_url: str | None, signing_key: str | None) -> None:
        self._api = api
        self._webhook_url = webhook_url
        self._signing_key = signing_key
        self._organization = ""

    @property
    def name(self) -> CalendarName:
        return notices.NAME

    async def notices(self, starting_after: datetime, changed_after: datetime) -> AsyncIterator[Notice]:
        """What every invitee says of meetings that start after one time and changed after the other."""
        query = {"organization": await self._own(), "min_start_time": f"{starting_after:%Y-%m-%dT%H:%M:%SZ}"}
        token: str | None = ""
        for _ in range(_MOST_PAGES):
            paged = query | {"count": _PAGE} | ({"page_token": token} if token else {})
            page = await self._api.get("/scheduled_events", paged, _ScheduledPage)
            for scheduled in readable(page.collection, _Scheduled.model_validate):
                if scheduled.updated_at >= changed_after:
                    for notice in await self._of(scheduled):
                        yield notice
            token = page.pagination.next_page_token
            if not token:
                return
        logger.warning("calendar_not_read_to_its_end", pages=_MOST_PAGES)

    async def ensure_webhook(self) -> bool:
        """Whether webhooks come, made anew where they were disabled; True where nobody wants them."""
        if self._webhook_url is None or self._signing_key is None:
            return True
        query = {"organization": await self._own(), "scope": "organization", "count": _PAGE}
        found = await self._api.get("/webhook_subscriptions", query, _Subscriptions)
        own = [each for each in found.collection if _is_same(each.callback_url, self._webhook_url)]
        wanted = set(notices.EVENTS)
        if any(each.state == "active" and wanted <= {*each.events} for each in own):
            return True
        for disabled in own:
            await self._api.delete(disabled.uri)
        new = _NewSubscription(
            url=self._webhook_url, organization=await self._own(), signing_key=self._signing_key
        )
        made = await self._api.post("/webhook_subscriptions", new, _Made)
        logger.warning("calendar_webhook_made", replaced=len(own), state=made.resource.state)
        return made.resource.state == "active"

    async def _own(self) -> str:
        if not self._organization:
            me = await self._api.get("/users/me", {}, _Me)
            self._organization = me.resource.current_organization
        return self._organization

    async def _of(self, scheduled: _Scheduled) -> Sequence[Notice]:
        page = await self._api.get(f"{scheduled.uri}/invitees", {"count": _PAGE}, _InviteePage)
        read = readable(page.collection, lambda record: _notices_of(record, scheduled))
        return [notice for of_invitee in read for notice in of_invitee]


def _notices_of(record: JsonValue, scheduled: _Scheduled) -> list[Notice]:
    invitee = notices.Invitee.model_validate(record)
    told = [notices.notice_of(invitee, scheduled)]
    if invitee.no_show is not None and (said_at := invitee.no_show.created_at) is not None:
        missed = Notice(kind="no_show", provider=notices.NAME, provider_id=invitee.uri, said_at=said_at)
        told.append(missed)
    return told


def _is_same(one: str, other: str) -> bool:
    return urlsplit(one)._replace(query="").geturl().rstrip("/") == other.rstrip("/")
