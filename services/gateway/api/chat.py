"""POST /chat: takes a turn, and answers with the whole reply or a stream of it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from services.gateway.api.chat_document import CHAT_DOCUMENT, KEY_IGNORED
from services.gateway.api.chat_turns import ChatTurns, TakenTurn
from services.gateway.api.documents import AnswerLater
from services.gateway.api.sse import EventStream

_JSON = "application/json"


def chat_routes(chats: ChatTurns) -> APIRouter:
    """The routes of a conversation's visitor."""
    router = APIRouter(tags=["chat"])

    # The request is read by hand: this is the one hot path, and a stream may only start once all is checked.
    @router.post("/chat", operation_id="chat", response_class=Response, **CHAT_DOCUMENT)
    async def chat(request: Request) -> Response:
        taken = await chats.take(request)
        if taken.only_the_end:
            response = await _answer(request, taken)
        else:
            response = EventStream(taken.followed, taken.envelopes())
        if taken.is_key_ignored:
            response.headers[KEY_IGNORED] = "guessable"
        return response

    return router


async def _answer(request: Request, taken: TakenTurn) -> Response:
    outcome = await taken.outcome(request.receive)
    if isinstance(outcome, Problem):
        return outcome.response()
    if outcome is not None:
        return Response(outcome.model_dump_json(), media_type=_JSON)
    read_at = f"/conversation/{taken.conversation_id}"
    later = AnswerLater(**taken.accepted.model_dump(), read_at=read_at)
    return Response(later.model_dump_json(), 202, headers={"location": read_at}, media_type=_JSON)
