"""Makes single-use scheduling links through Calendly's API v2.

`POST /scheduling_links`, scope `scheduling_links:write`; https://developer.calendly.com/api-docs
"""

from typing import Literal

from pydantic import BaseModel

from contracts.text import CleanText
from services.booking.adapters.calendar_api import CalendarApi
from services.booking.domain import Link


class _NewLink(BaseModel):
    max_event_count: Literal[1] = 1
    owner: str
    owner_type: Literal["EventType"] = "EventType"


class _Resource(BaseModel):
    booking_url: CleanText


class _Created(BaseModel):
    resource: _Resource


class Calendly:
    """The Calendar port on Calendly."""

    def __init__(self, api: CalendarApi, *, event_type: str) -> None:
        self._api = api
        self._event_type = event_type

    async def single_use_link(self) -> Link:
        """Make a link; raises as `CalendarApi` does."""
        created = await self._api.post("/scheduling_links", _NewLink(owner=self._event_type), _Created)
        return Link(url=created.resource.booking_url, single_use=True)
