"""The API of a calendar over HTTP: one client, one pause for all who ask, errors of ours.

https://developer.calendly.com/api-docs, https://cal.com/docs/api-reference/v2/introduction
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final, Self, TypeVar

import httpx2
import structlog
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, JsonValue, ValidationError

from chassis.telemetry import tracer
from services.booking.errors import CalendarBusy, CalendarRefused

MAX_PAUSE_S = 300.0
_TOO_MANY_REQUESTS = 429

AnswerT = TypeVar("AnswerT", bound=BaseModel)
ReadT = TypeVar("ReadT")

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Provider:
    """Whose API it is, and how long it wants to be left alone where its 429 does not say so."""

    name: str
    token_setting: str
    pause_s: float = 0.0


CALENDLY: Final = Provider("calendly", "CALENDLY_API_TOKEN")
# It counts by the minute.
CALCOM: Final = Provider("cal.com", "CALCOM_API_KEY", pause_s=60.0)


class CalendarApi:
    """Asks a calendar. One per process; use it as a context manager.

    Every method raises CalendarBusy (no answer in time, an error of theirs, or a pause they asked for, before
    the end of which nothing is sent) and CalendarRefused (the token or the request is refused, or the answer
    is not what it should be).
    """

    def __init__(
        self,
        api_url: str,
        provider: Provider,
        *,
        token: str,
        timeout_s: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._url = api_url.rstrip("/")
        self._provider = provider
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

    async def post(
        self, path: str, body: BaseModel, answer: type[AnswerT], *, version: str | None = None
    ) -> AnswerT:
        """Make something."""
        return await self._send("POST", path, body, answer, version=version)

    async def patch(
        self, path: str, body: BaseModel, answer: type[AnswerT], *, version: str | None = None
    ) -> AnswerT:
        """Change something."""
        return await self._send("PATCH", path, body, answer, version=version)

    async def get(
        self, path: str, query: Mapping[str, str], answer: type[AnswerT], *, version: str | None = None
    ) -> AnswerT:
        """Read something; `path` may be the URI of a resource, which names the API's public host."""
        url = self._url + _path_of(path)
        return self._read(await self._ask("GET", url, params=query, version=version), answer)

    async def _send(
        self, method: str, path: str, body: BaseModel, answer: type[AnswerT], *, version: str | None
    ) -> AnswerT:
        content = body.model_dump_json(exclude_none=True, by_alias=True)
        return self._read(await self._ask(method, self._url + path, content=content, version=version), answer)

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
        version: str | None = None,
        may_be_gone: bool = False,
    ) -> httpx2.Response:
        name, headers = self._provider.name, {} if version is None else {"cal-api-version": version}
        if self._clock() < self._paused_until_s:
            raise CalendarBusy(f"{name} asked for a pause that is not over")
        with tracer.start_as_current_span(f"{name} {method}", kind=SpanKind.CLIENT) as span:
            try:
                # The client's own timeout is for each read; this one bounds the whole request.
                async with asyncio.timeout(self._timeout_s):
                    response = await self._http.request(
                        method, url, content=content, params=params, headers=headers
                    )
            except (httpx2.TimeoutException, TimeoutError) as error:
                raise CalendarBusy(f"{name} gave no answer within {self._timeout_s}s") from error
            except httpx2.HTTPError as error:
                raise CalendarBusy(f"{name} cannot be reached: {type(error).__name__}") from error
            span.set_attribute("http.response.status_code", response.status_code)
        if not (may_be_gone and response.status_code == httpx2.codes.NOT_FOUND):
            self._check(response)
        return response

    def _check(self, response: httpx2.Response) -> None:
        if response.status_code == _TOO_MANY_REQUESTS:
            self._paused_until_s = self._clock() + self._pause_s(response)
        answered = f"{self._provider.name} answered {response.status_code}"
        if response.status_code == _TOO_MANY_REQUESTS or response.is_server_error:
            raise CalendarBusy(answered)
        if not response.is_success:
            raise CalendarRefused(f"{answered}: check {self._provider.token_setting} and the event type")

    def _pause_s(self, response: httpx2.Response) -> float:
        """The pause that they ask for, in whole seconds; where they give a date or nothing, what is known."""
        wanted = response.headers.get("Retry-After", "")
        is_number = wanted.isascii() and wanted.isdecimal()
        return min(float(wanted), MAX_PAUSE_S) if is_number else self._provider.pause_s

    def _read(self, response: httpx2.Response, answer: type[AnswerT]) -> AnswerT:
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            fields = {str(fault["loc"][-1]) for fault in error.errors() if fault["loc"]}
            lacking = ", ".join(sorted(fields)) or "no valid JSON"
            raise CalendarRefused(f"{self._provider.name}'s answer cannot be read: {lacking}") from None


def readable(records: Iterable[JsonValue], read: Callable[[JsonValue], ReadT]) -> Iterator[ReadT]:
    """What can be read of these records: one that cannot is told of in the log, and keeps back no other."""
    for record in records:
        try:
            yield read(record)
        except ValidationError as error:
            fields = sorted({str(fault["loc"][-1]) for fault in error.errors() if fault["loc"]})
            logger.error("calendar_record_unreadable", fields=fields[:3])  # noqa: TRY400 - no visitor's words


def _path_of(uri: str) -> str:
    """The path of a resource below the API, whatever host its URI names."""
    return uri if uri.startswith("/") else "/" + uri.partition("://")[2].partition("/")[2]
