"""Bookings of which nobody knows whose they are, over booking's HTTP API."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self
from uuid import UUID

import aiohttp
import orjson
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import ValidationError
from yarl import URL

from contracts.unmatched_bookings import UNMATCHED_BOOKINGS, Assignment, UnmatchedBooking
from services.gateway.errors import BookingRefused, BookingUnavailable, ConversationErased

_TIMEOUT = aiohttp.ClientTimeout(total=6.0, connect=1.0)
_propagator = TraceContextTextMapPropagator()


class BookingClient:
    """The port Bookings. Enter it before use; one pool of connections."""

    def __init__(self, url: str) -> None:
        self._url = URL(url)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def unmatched(self, *, limit: int) -> Sequence[UnmatchedBooking]:
        found = await self._send("GET", "bookings/unmatched", query={"limit": str(limit)})
        try:
            return UNMATCHED_BOOKINGS.validate_json(found)
        except ValidationError as error:
            raise BookingUnavailable("booking: answers as another version does") from error

    async def assign(self, demo_id: UUID, conversation_id: UUID) -> None:
        body = Assignment(conversation_id=conversation_id).model_dump_json().encode()
        await self._send("PUT", f"bookings/{demo_id}/conversation", body=body)

    async def dismiss(self, demo_id: UUID) -> None:
        await self._send("PUT", f"bookings/{demo_id}/dismissal")

    async def _send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        assert self._session is not None, "enter the client first"
        headers = {} if body is None else {"content-type": "application/json"}
        _propagator.inject(headers)
        try:
            async with self._session.request(
                method, self._url / path, params=query, headers=headers, data=body
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BookingUnavailable(f"booking: {type(error).__name__}") from error
        if answer.status in {200, 204}:
            return content
        if answer.status == 410:
            raise ConversationErased("This conversation was erased.")
        if answer.status in {404, 409}:
            raise BookingRefused(_reason(content))
        raise BookingUnavailable(f"booking: status {answer.status}")


def _reason(content: bytes) -> str:
    """What booking says of it."""
    try:
        problem = orjson.loads(content)
    except orjson.JSONDecodeError:
        problem = {}
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return f"{detail}." if isinstance(detail, str) and detail else "There is no such booking."
