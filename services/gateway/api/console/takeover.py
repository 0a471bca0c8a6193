"""Following a conversation in the console as it goes on, and speaking in it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from services.gateway.api.chat_request import idempotency_key_of
from services.gateway.api.console.responses import Console
from services.gateway.api.envelopes import update_envelopes
from services.gateway.api.events import last_sequence_of
from services.gateway.api.sse import EventStream
from services.gateway.api.takeover import (
    FenceQuery,
    MessageSaid,
    PersonMessage,
    Takeover,
    TakeoverClaim,
    TakeoverRenewal,
)
from services.gateway.domain import Holder, Operator, Scope, Words
from services.gateway.usecases import hand_back, require_conversation, speak, stay, take_over


def takeover_page_routes(console: Console) -> APIRouter:
    """What the script of a lead's page calls; the API has the same for other programs."""
    router = console.router()
    ports = console.ports

    @router.get("/leads/{conversation_id}/events")
    async def events(
        conversation_id: UUID, request: Request, after: Annotated[int, Query(ge=0, le=2**31)] = 0
    ) -> Response:
        console.access.operator(request)
        await require_conversation(conversation_id, ports)
        # The browser names the last event when it comes back; at first the page says what it shows.
        place = max(after, last_sequence_of(request.headers))
        reading = await ports.conversation_events.follow(conversation_id, place, is_visitor=False)
        return EventStream(reading, update_envelopes(reading, console.patience))

    @router.post("/leads/{conversation_id}/takeover")
    async def claim(conversation_id: UUID, claim: TakeoverClaim, request: Request) -> Takeover:
        operator = console.access.writer(request, Scope.SPEAK)
        lease = await take_over(conversation_id, Holder(_account(operator), claim.name), ports)
        return Takeover.of(conversation_id, lease.fence, lasts_s=lease.lasts_s)

    @router.put("/leads/{conversation_id}/takeover")
    async def renew(conversation_id: UUID, renewal: TakeoverRenewal, request: Request) -> Response:
        operator = console.access.writer(request, Scope.SPEAK)
        await stay(conversation_id, renewal.fence, _account(operator), ports)
        renewed = Takeover.of(conversation_id, renewal.fence, lasts_s=ports.leases.lasts_s)
        response = JSONResponse(renewed.model_dump(mode="json"))
        # Whoever speaks is there, whatever else they do.
        console.access.keep(response, operator, request)
        return response

    @router.delete("/leads/{conversation_id}/takeover")
    async def end(conversation_id: UUID, request: Request, fence: FenceQuery) -> Response:
        console.access.writer(request, Scope.SPEAK)
        await hand_back(conversation_id, fence, ports)
        return Response(status_code=204)

    @router.post("/leads/{conversation_id}/messages")
    async def say(conversation_id: UUID, message: PersonMessage, request: Request) -> MessageSaid:
        account = _account(console.access.writer(request, Scope.SPEAK))
        words = Words(message.fence, message.text, idempotency_key_of(request.headers))
        said = await speak(conversation_id, words, account, ports)
        return MessageSaid(message_id=said.message_id, sequence=said.sequence)

    return router


def _account(operator: Operator) -> str:
    """Two tabs of one browser are one person, two browsers are two."""
    return operator.session_id
