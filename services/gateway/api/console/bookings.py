"""Bookings of which nobody knows whose they are: listed, given to a conversation, or dismissed."""

import re
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.api.console.responses import Console
from services.gateway.api.console.sign_in import form_fields
from services.gateway.domain import Scope
from services.gateway.errors import BookingRefused

logger = structlog.get_logger()

_MOST_LISTED = 200
_LONGEST_ADDRESS = 2_000
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def booking_routes(console: Console) -> APIRouter:
    """The page of the bookings, and its forms."""
    router = console.router()
    bookings = console.ports.bookings

    @router.get("/bookings")
    async def unmatched(request: Request) -> Response:
        operator = console.access.operator(request)
        found = await bookings.unmatched(limit=_MOST_LISTED)
        return console.page(request, operator, "bookings.html", bookings=found, most=_MOST_LISTED)

    @router.post("/bookings/{demo_id}/assign")
    async def assign(demo_id: UUID, request: Request) -> Response:
        operator = console.access.writer(request, Scope.MANAGE)
        conversation_id = conversation_in((await form_fields(request)).get("conversation", ""))
        if conversation_id is None:
            raise BookingRefused("That names no lead. Copy the address of the lead's page, or its id.")
        await bookings.assign(demo_id, conversation_id)
        logger.info(
            "booking_assigned",
            operator=operator.name,
            demo_id=str(demo_id),
            conversation_id=str(conversation_id),
        )
        return console.go(f"/leads/{conversation_id}")

    @router.post("/bookings/{demo_id}/dismiss")
    async def dismiss(demo_id: UUID, request: Request) -> Response:
        operator = console.access.writer(request, Scope.MANAGE)
        await bookings.dismiss(demo_id)
        logger.info("booking_dismissed", operator=operator.name, demo_id=str(demo_id))
        return console.go("/bookings")

    return router


def conversation_in(text: str) -> UUID | None:
    """The conversation that a text names, by its id or its page's address; None where it is not clear."""
    named = {found.casefold() for found in _ID.findall(text[:_LONGEST_ADDRESS])}
    return UUID(named.pop()) if len(named) == 1 else None
