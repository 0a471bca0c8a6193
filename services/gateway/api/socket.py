"""WS /ws: turns, and what comes unasked, over one WebSocket. The protocol: docs/websocket.md."""

from contextlib import suppress

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from chassis.problems import Problem
from services.gateway.api.chat_turns import ChatTurns
from services.gateway.api.counted import RequestCounter
from services.gateway.api.refusals import REFUSED, problem_of
from services.gateway.api.socket_session import SocketSession
from services.gateway.errors import SiteUnknown

_CODE_OF_STATUS_0 = 4000


def socket_routes(chats: ChatTurns) -> APIRouter:
    """The route of clients that keep one connection."""
    router = APIRouter()

    @router.websocket("/ws")
    async def socket(websocket: WebSocket) -> None:
        try:
            check_origin(websocket, chats.counter)
        except (Problem, SiteUnknown) as refusal:
            await websocket.send_denial_response(problem_of(refusal).response())
            return
        await websocket.accept()
        session = SocketSession(websocket, chats)
        try:
            code = await session.run()
        except WebSocketDisconnect:
            return
        except REFUSED as refusal:
            problem = problem_of(refusal)
            await session.tell_problem(problem)
            code = _CODE_OF_STATUS_0 + problem.status
        with suppress(WebSocketDisconnect):
            await websocket.close(code)

    return router


def check_origin(websocket: WebSocket, counter: RequestCounter) -> None:
    """A page of a site may connect, and so may a program, which sends no `Origin`.

    Raises:
        Problem: the page is of no such site. A browser does not ask before it connects.
        SiteUnknown: no site has the key that was named.
    """
    headers = websocket.headers
    site = counter.sites.find(websocket.query_params.get("site") or headers.get("x-site-key"))
    origin = headers.get("origin")
    if origin is not None and not site.allows(origin, host=headers.get("host")):
        raise Problem(
            status=403,
            code="origin-not-allowed",
            title="Origin not allowed",
            detail="Pages of this origin may not connect. Name your site: /ws?site=pk_...",
        )
