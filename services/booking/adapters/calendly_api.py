"""Calendly's API v2 over HTTP: one client, one pause for all who ask, errors of ours.

https://developer.calendly.com/api-docs
"""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Self, TypeVar

import httpx2
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from chassis.telemetry import tracer
from services.booking.errors import CalendarBusy, CalendarRefused

MAX_PAUSE_S = 300.0
_TOO_MANY_REQUESTS = 429

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class CalendlyApi:
    """Asks Calendly. One per process; use it as a context manager.

    Every method raises CalendarBusy (no answer in time, an error of theirs, or a pause they asked for, before
    the end of which nothing is sent) and CalendarRefused (the token or the request is refused, or the answer
    is not what it should be).
    """

    def __init__(
        self, api_url: str, *, token: str, timeout_s: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._url = api_url.rstrip("/")
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

    async def post(self, path: str, body: BaseModel, answer: type[AnswerT]) -> AnswerT:
        """Make something."""
        content = body.model_dump_json(exclude_none=True)
        return _read(await self._ask("POST", self._url + path, content=content), answer)

    async def get(self, path: str, query: Mapping[str, str], answer: type[AnswerT]) -> AnswerT:
        """Read something; `path` may be the URI of a resource, which names the API's public host."""
        return _read(await self._ask("GET", self._url + _path_of(path), params=query), answer)

    async def delete(self, uri: str) -> None:
        """Delete a resource; one that is gone is deleted."""
        await self._ask(
            "DELETE", f"{self._url}/{uri.partition('://')[2].partition('/')[2]}", may_be_gone=True
        )

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        content: str | None = None,
        params: Mapping[str, str] | None = None,
        may_be_gone: bool = False,
    ) -> httpx2.Response:
        if self._clock() < self._paused_until_s:
            raise CalendarBusy("calendly asked for a pause that is not over")
        with tracer.start_as_current_span(f"calendly {method}", kind=SpanKind.CLIENT) as span:
            try:
                # The client's own timeout is for each read; this one bounds the whole request.
                async with asyncio.timeout(self._timeout_s):
                    response = await self._http.request(method, url, content=content, params=params)
            except (httpx2.TimeoutException, TimeoutError) as error:
                raise CalendarBusy(f"calendly gave no answer within {self._timeout_s}s") from error
            except httpx2.HTTPError as error:
                raise CalendarBusy(f"calendly cannot be reached: {type(error).__name__}") from error
            span.set_attribute("http.response.status_code", response.status_code)
        if not (may_be_gone and response.status_code == httpx2.codes.NOT_FOUND):
            self._check(response)
        return response

    def _check(self, response: httpx2.Response) -> None:
        if response.status_code == _TOO_MANY_REQUESTS:
            self._paused_until_s = self._clock() + _pause_s(response)
            raise CalendarBusy("calendly answered 429")
        if response.is_server_error:
            raise CalendarBusy(f"calendly answered {response.status_code}")
        if not response.is_success:
            raise CalendarRefused(
                f"calendly answered {response.status_code}: check CALENDLY_API_TOKEN and the event type"
            )


def _path_of(uri: str) -> str:
    """The path of a resource below the API, whatever host its URI names."""
    return uri if uri.startswith("/") else "/" + uri.partition("://")[2].partition("/")[2]


def _read(response: httpx2.Response, answer: type[AnswerT]) -> AnswerT:
    try:
        return answer.model_validate_json(response.content)
    except ValidationError as error:
        fields = {str(fault["loc"][-1]) for fault in error.errors() if fault["loc"]}
        lacking = ", ".join(sorted(fields)) or "no valid JSON"
        raise CalendarRefused(f"calendly's answer cannot be read: {lacking}") from None


def _pause_s(response: httpx2.Response) -> float:
    """The pause that Calendly asks for, in whole seconds; none where it gives a date or nothing."""
    wanted = response.headers.get("Retry-After", "")
    return min(float(wanted), MAX_PAUSE_S) if wanted.isdecimal() else 0.0
