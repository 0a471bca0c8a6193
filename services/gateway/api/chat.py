"""POST /chat: takes a turn, and answers with the whole reply or a stream of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from contracts.reply_stream import Done, Failed
from services.gateway.api.admission import Admitted, admit_turn
from services.gateway.api.chat_document import CHAT_DOCUMENT, KEY_IGNORED
from services.gateway.api.counted import RequestCounter
from services.gateway.api.disconnects import abandon_on_disconnect
from services.gateway.api.documents import Accepted, AnswerLater, ChatAnswer
from services.gateway.api.envelopes import Patience, reply_envelopes
from services.gateway.api.sse import EventStream
from services.gateway.domain import ProposalLinks
from services.gateway.usecases import FollowedTurn, take_turn


@dataclass(frozen=True, slots=True)
class Access:
    """What the visitor may open from now on; the link of the proposal is signed only when it is shown."""

    session_token: str | None
    proposal_url: Callable[[], str]


def chat_routes(counter: RequestCounter, links: ProposalLinks, patience: Patience) -> APIRouter:
    """The routes of a conversation's visitor."""
    ports, access_control = counter.ports, counter.access_control
    router = APIRouter(tags=["chat"])

    # The request is read by hand: this is the one hot path, and a stream may only start once all is checked.
    @router.post("/chat", operation_id="chat", response_class=Response, **CHAT_DOCUMENT)
    async def chat(request: Request) -> Response:
        admitted = await admit_turn(request, counter)
        response = await reply_to(request, admitted)
        if admitted.is_key_ignored:
            response.headers[KEY_IGNORED] = "guessable"
        return response

    async def reply_to(request: Request, admitted: Admitted) -> Response:
        turn, visitor = admitted.turn, admitted.visitor
        followed = await take_turn(turn, ports)
        access = Access(
            session_token=access_control.issue(visitor) if visitor else None,
            proposal_url=lambda: links.address(turn.conversation_id, str(request.base_url)),
        )
        if turn.only_the_end:
            return await _answer(request, followed, access, patience.answer_timeout_s)
        accepted = _accepted(followed, access).model_dump_json()
        envelopes = reply_envelopes(followed, accepted, lambda followed: _end(followed, access), patience)
        return EventStream(followed, envelopes)

    return router


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
        written_by=done.written_by,
        suggestions=list(done.suggestions),
    )


def _failure(followed: FollowedTurn, access: Access) -> Problem:
    assert isinstance(followed.outcome, Failed)
    if followed.outcome.is_erased:
        return Problem(status=410, code="conversation-erased", title="Conversation erased")
    return Problem(
        status=502,
        code="turn-failed",
        title="Turn failed",
        # The read model does not know the words of the reply stream.
        detail=followed.outcome.response or "The message could not be answered. Please say it another way.",
        members=_accepted(followed, access).model_dump(mode="json"),
    )
