"""Bookings of which nobody knows whose they are, over booking's HTTP API."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from pydantic import ValidationError

from contracts.unmatched_bookings import UNMATCHED_BOOKINGS, Assignment, UnmatchedBooking
from services.gateway.adapters.service_api import ServiceApi
from services.gateway.errors import BookingRefused, BookingUnavailable, ConversationErased


class BookingClient(ServiceApi):
    """The port Bookings. Enter it before use; one pool of connections."""

    def __init__(self, url: str) -> None:
        super().__init__("booking", url, BookingUnavailable)

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
        status, content = await self.ask(method, path, query, body=body)
        if status in {200, 204}:
            return content
        if status == 410:
            raise ConversationErased("This conversation was erased.")
        if status in {404, 409}:
            raise BookingRefused(_reason(content))
        raise BookingUnavailable(f"booking: status {status}")


def _reason(content: bytes) -> str:
    """What booking says of it."""
    try:
        problem = orjson.loads(content)
    except orjson.JSONDecodeError:
        problem = {}
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return f"{detail}." if isinstance(detail, str) and detail else "There is no such booking."
