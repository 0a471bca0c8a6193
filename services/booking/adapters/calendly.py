"""Makes single-use scheduling links through Calendly's API v2.

`POST /scheduling_links`, scope `scheduling_links:write`; https://developer.calendly.com/api-docs
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Literal, Self

import httpx2
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from chassis.telemetry import tracer
from contracts.text import CleanText
from services.booking.domain import Link
from services.booking.errors import CalendarBusy, CalendarRefused

MAX_PAUSE_S = 300.0
_TOO_MANY_REQUESTS = 429


class _NewLink(BaseModel):
    max_event_count: Literal[1] = 1
    owner: str
    owner_type: Literal["EventType"] = "EventType"


class _Resource(BaseModel):
    booking_url: CleanText


class _Created(BaseModel):
    resource: _Resource


class Calendly:
    """The Calendar port on Calendly. One per process; use it as a context manager."""

    def __init__(
        self,
        api_url: str,
        *,
        token: str,
        event_type: str,
        timeout_s: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._url = f"{api_url.rstrip('/')}/scheduling_links"
        self._body = _NewLink(owner=event_type).model_dump_json()
        self._timeout_s = timeout_s
        self._clock = clock
        self._paused_until_s = 0.0
        self._http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=timeout_s,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def single_use_link(self) -> Link:
        """Make a link. No request is sent before the end of a pause that Calendly has asked for.

        Raises:
            CalendarBusy: no answer in time, an error of theirs, or a pause they asked for.
            CalendarRefused: the token or the event type is refused, or the answer has no link.
        """
        if self._clock() < self._paused_until_s:
            raise CalendarBusy("calendly asked for a pause that is not over")
        with tracer.start_as_current_span("calendly create scheduling link", kind=SpanKind.CLIENT) as span:
            response = await self._post()
            span.set_attribute("http.response.status_code", response.status_code)
        return self._read(response)

    async def _post(self) -> httpx2.Response:
        try:
            # The client's own timeout is for each read; this one bounds the whole request.
            async with asyncio.timeout(self._timeout_s):
                return await self._http.post(self._url, content=self._body)
        except (httpx2.TimeoutException, TimeoutError) as error:
            raise CalendarBusy(f"calendly gave no answer within {self._timeout_s}s") from error
        except httpx2.HTTPError as error:
            raise CalendarBusy(f"calendly cannot be reached: {type(error).__name__}") from error

    def _read(self, response: httpx2.Response) -> Link:
        if response.status_code == _TOO_MANY_REQUESTS:
            self._paused_until_s = self._clock() + _pause_s(response)
            raise CalendarBusy("calendly answered 429")
        if response.is_server_error:
            raise CalendarBusy(f"calendly answered {response.status_code}")
        if not response.is_success:
            raise CalendarRefused(
                f"calendly answered {response.status_code}: check CALENDLY_API_TOKEN and the event type"
            )
        try:
            created = _Created.model_validate_json(response.content)
        except ValidationError as error:
            raise CalendarRefused("calendly's answer has no booking_url") from error
        return Link(url=created.resource.booking_url, single_use=True)


def _pause_s(response: httpx2.Response) -> float:
    """The pause that Calendly asks for, in whole seconds; none where it gives a date or nothing."""
    wanted = response.headers.get("Retry-After", "")
    return min(float(wanted), MAX_PAUSE_S) if wanted.isdecimal() else 0.0
