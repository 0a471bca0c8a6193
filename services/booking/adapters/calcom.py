"""Makes single-use booking links through Cal.com's API v2: private links of an event type.

`POST /v2/event-types/{id}/private-links`, which makes a link for one booking unless it is told otherwise;
https://cal.com/docs/api-reference/v2/event-types-private-links/create-a-private-link-for-an-event-type
"""

from typing import Literal

from pydantic import BaseModel, Field

from contracts.text import CleanText
from services.booking.adapters.calendar_api import CalendarApi
from services.booking.domain import Link

# From this version on an answer has the whole address of the link.
_VERSION = "2024-09-04"


class _NewLink(BaseModel):
    max_usage_count: Literal[1] = Field(default=1, serialization_alias="maxUsageCount")


class _PrivateLink(BaseModel):
    booking_url: CleanText = Field(alias="bookingUrl")


class _Created(BaseModel):
    data: _PrivateLink


class Calcom:
    """The Calendar port on Cal.com."""

    def __init__(self, api: CalendarApi, *, event_type: str) -> None:
        self._api = api
        self._path = f"/v2/event-types/{event_type}/private-links"

    async def single_use_link(self) -> Link:
        """Make a link; raises as `CalendarApi` does."""
        created = await self._api.post(self._path, _NewLink(), _Created, version=_VERSION)
        return Link(url=created.data.booking_url, single_use=True)
