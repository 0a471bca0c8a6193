"""POST /chat: one turn in, its reply out, at once or as it is written."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from opentelemetry.trace import get_current_span
from starlette.responses import Response

from chassis.problems import Problem
from contracts.reply_stream import Done
from services.gateway.api.chat_document import CHAT_DOCUMENT
from services.gateway.api.chat_request import (
    idempotency_key_of,
    last_position_of,
    read_chat_request,
    wants_stream,
)
from services.gateway.api.credentials import credentials_of
from services.gateway.api.disconnects import abandon_on_disconnect
from services.gateway.api.documents import Accepted, AnswerLater, ChatAnswer
from services.gateway.api.sse import StreamedReply
from services.gateway.domain import ApiKey, Doorkeeper, ProposalLinks, Scope, Turn, turn_of
from services.gateway.usecases import FollowedTurn, Ports, require_conversation, take_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a reply is waited for."""

    answer_timeout_s: float = 30.0
    stream_timeout_s: float = 120.0
    ping_interval_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Access:
    """What the visitor may open from now on; the link of the proposal is signed only when it is shown."""

    session_token: str
    proposal_url: Callable[[], str]


def chat_routes(ports: Ports, doorkeeper: Doorkeeper, links: ProposalLinks, patience: Patience) -> APIRouter:
    """The routes of a conversation's visitor."""
    router = APIRouter(tags=["chat"])

    # The request is read by hand: this is the one hot path, and a stream may only start once all is checked.
    @router.post("/chat", operation_id="chat", response_class=Response, **CHAT_DOCUMENT)
    async def chat(request: Request) -> Response:
        turn = await _admit_turn(request, ports, doorkeeper)
        followed = await take_turn(turn, ports)
        access = Access(
            session_token=doorkeeper.issue(turn.conversation_id),
            proposal_url=lambda: links.address(turn.conversation_id, str(request.base_url)),
        )
        if turn.only_the_end:
            return await _answer(request, followed, access, patience.answer_timeout_s)
        return StreamedReply(
            followed,
            accepted=_accepted(followed, access).model_dump_json(),
            end_of=lambda followed: _end(followed, access),
            ping_interval_s=patience.ping_interval_s,
            timeout_s=patience.stream_timeout_s,
        )

    return router


async def _admit_turn(request: Request, ports: Ports, doorkeeper: Doorkeeper) -> Turn:
    said = await read_chat_request(request)
    key = idempotency_key_of(request.headers)
    credentials = credentials_of(request.headers)
    conversation_id = said.conversation_id
    if conversation_id is not None:
        who = doorkeeper.admit(credentials, conversation_id, Scope.CHAT)
        if isinstance(who, ApiKey):
            await require_conversation(conversation_id, ports)
    elif key is not None:
        address = request.client.host if request.client else ""
        conversation_id = doorkeeper.opened_by(credentials, address, key)
    else:
        conversation_id = uuid4()
    turn_id = uuid4() if key is None else turn_of(conversation_id, key)
    _mark_span(conversation_id, turn_id)
    return Turn(
        conversation_id=conversation_id,
        turn_id=turn_id,
        message=said.message,
        source=said.source,
        is_repeatable=key is not None,
        read_until=last_position_of(request.headers),
        only_the_end=not wants_stream(request.headers),
    )


def _mark_span(conversation_id: UUID, turn_id: UUID) -> None:
    span = get_current_span()
    span.set_attribute("conversation_id", str(conversation_id))
    span.set_attribute("turn_id", str(turn_id))


async def _answer(request: Request, followed: FollowedTurn, access: Access, timeout_s: float) -> Response:
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + timeout_s
    try:
        async with abandon_on_disconnect(request.receive, followed):
            while followed.outcome is None and not followed.is_abandoned and loop.time() < deadline_s:
                await followed.next_frames(deadline_s - loop.time())
    finally:
        followed.close()
    if followed.outcome is None:
        return _answer_later(followed, access)
    if isinstance(followed.outcome, Done):
        return Response(_answer_of(followed.outcome, followed, access).model_dump_json(), media_type=_JSON)
    return _failure(followed, access).response()


def _answer_later(followed: FollowedTurn, access: Access) -> Response:
    read_at = f"/conversation/{followed.conversation_id}"
    later = AnswerLater(**_accepted(followed, access).model_dump(), read_at=read_at)
    return Response(later.model_dump_json(), 202, headers={"location": read_at}, media_type=_JSON)


def _end(followed: FollowedTurn, access: Access) -> str:
    if isinstance(followed.outcome, Done):
        return _answer_of(followed.outcome, followed, access).model_dump_json()
    return _failure(followed, access).text()


_JSON = "application/json"


def _accepted(followed: FollowedTurn, access: Access) -> Accepted:
    return Accepted(
        conversation_id=followed.conversation_id, turn_id=followed.turn_id, session_token=access.session_token
    )


def _answer_of(done: Done, followed: FollowedTurn, access: Access) -> ChatAnswer:
    # The ids are those of this request: a reply to a burst is one for several turns.
    return ChatAnswer(
        conversation_id=followed.conversation_id,
        turn_id=followed.turn_id,
        session_token=access.session_token,
        response=done.response,
        stage=done.stage,
        calendly_shown=done.calendly_shown,
        degraded=done.degraded,
        sequence=done.sequence,
        proposal_url=access.proposal_url() if done.proposal_shown else None,
    )


def _failure(followed: FollowedTurn, access: Access) -> Problem:
    assert followed.outcome is not None
    return Problem(
        status=502,
        code="turn-failed",
        title="Turn failed",
        # The read model does not know in which words the visitor was told.
        detail=followed.outcome.response or "The message could not be answered. Please say it another way.",
        members=_accepted(followed, access).model_dump(mode="json"),
    )
