"""One WebSocket: who it is for, its turns, and the conversation it follows."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing, suppress
from random import uniform
from typing import Any, Final
from uuid import UUID

from fastapi import Request, WebSocket
from pydantic import ValidationError
from starlette.datastructures import MutableHeaders
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from chassis.problems import Problem, errors_of, invalid_request
from services.gateway.api.chat_turns import ChatTurns, TakenTurn
from services.gateway.api.credentials import credentials_of
from services.gateway.api.envelopes import Envelope, update_envelopes
from services.gateway.api.events import begin_following, last_sequence_of
from services.gateway.api.refusals import REFUSED, problem_of
from services.gateway.api.socket_frames import Authenticate, ClientFrame
from services.gateway.ports import ConversationReading

AUTHENTICATE_WITHIN_S: Final = 10.0
MOST_OPEN_TURNS: Final = 8
COME_BACK: Final = 1012
ERASED: Final = 4410


class SocketSession:
    """Serves one client.

    A message is the same request as POST /chat would be, with the headers that the client gave when it
    authenticated: it is checked, counted and refused by the same code.
    """

    def __init__(self, websocket: WebSocket, chats: ChatTurns) -> None:
        self._websocket = websocket
        self._chats = chats
        self._headers: dict[str, str] = {}
        self._conversation_id: UUID | None = None
        self._is_following = False
        self._open_turns = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._over: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def run(self) -> int:
        """Serve until it is over; the code to close with.

        Raises:
            WebSocketDisconnect: the client is gone.
            Problem, and what else `problem_of` takes: the client is refused.
        """
        age_s = self._chats.patience.events_max_age_s * uniform(0.8, 1.0)  # noqa: S311
        try:
            async with asyncio.timeout(age_s):
                self._start(self._serve())
                return await self._over
        except TimeoutError:
            return COME_BACK
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def tell_problem(self, problem: Problem, key: str | None = None) -> None:
        """Tell the client why something was refused."""
        with suppress(WebSocketDisconnect):
            await self._tell([Envelope("error", problem.text())], key)

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(AUTHENTICATE_WITHIN_S):
                frame = await self._next_frame()
        except TimeoutError as error:
            raise Problem(
                status=408,
                code="authentication-awaited",
                title="Authentication awaited",
                detail=f"The first frame has to come within {AUTHENTICATE_WITHIN_S:.0f} seconds.",
            ) from error
        await self._authenticate(frame)
        while True:
            frame = await self._next_frame()
            if frame.event != "say":
                raise _unexpected("After the first frame every frame is a `say`.")
            await self._say(frame)

    async def _next_frame(self) -> ClientFrame:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        try:
            return ClientFrame.model_validate_json(message.get("text") or b"")
        except ValidationError as error:
            raise Problem(
                status=400,
                code="malformed-frame",
                title="Malformed frame",
                errors=errors_of(error, where="frame"),
            ) from error

    async def _authenticate(self, frame: ClientFrame) -> None:
        if frame.event != "authenticate":
            raise _unexpected("The first frame is an `authenticate`.")
        try:
            who = Authenticate.model_validate(frame.data)
        except ValidationError as error:
            raise invalid_request(errors_of(error, where="data")) from error
        self._headers = who.headers()
        request = self._request({"last-event-id": frame.id})
        await self._chats.counter.count_read(request)
        if who.conversation_id is None:
            # Credentials that are wrong are refused now and not with the first message.
            self._chats.counter.access_control.authorise_opening(credentials_of(request.headers))
        else:
            await self._follow(who.conversation_id, request)
        ready = Envelope("ready", who.model_dump_json(include={"conversation_id"}))
        await self._tell([ready])

    async def _follow(self, conversation_id: UUID, request: Request) -> None:
        after = last_sequence_of(request.headers)
        reading = await begin_following(request, conversation_id, after, self._chats.counter)
        self._conversation_id, self._is_following = conversation_id, True
        self._start(self._relay_updates(reading))

    async def _relay_updates(self, reading: ConversationReading) -> None:
        code = COME_BACK
        try:
            async with aclosing(update_envelopes(reading, self._chats.patience)) as envelopes:
                async for batch in envelopes:
                    await self._tell(batch)
                    code = ERASED if any(each.event == "erased" for each in batch) else code
        finally:
            reading.close()
        if not self._over.done():
            self._over.set_result(code)

    async def _say(self, frame: ClientFrame) -> None:
        """Hand a message on before the next one is read, so that two of them open one conversation."""
        try:
            taken = await self._take(frame)
        except REFUSED as refusal:
            await self.tell_problem(problem_of(refusal), frame.key)
            return
        self._open_turns += 1
        self._start(self._relay_reply(taken, frame.key))
        if not self._is_following:
            await self._go_on_with(taken)

    async def _take(self, frame: ClientFrame) -> TakenTurn:
        if self._open_turns >= MOST_OPEN_TURNS:
            raise Problem(
                status=429,
                code="too-many-turns",
                title="Too many turns",
                detail=f"At most {MOST_OPEN_TURNS} messages may wait for their replies. Send it again later.",
            )
        if frame.key is None:
            raise _unexpected("A `say` needs a `key`, by which it is recognised when it is sent again.")
        named = {} if self._conversation_id is None else {"conversation_id": str(self._conversation_id)}
        headers = {"idempotency-key": frame.key, "last-event-id": frame.id}
        return await self._chats.take(self._request(headers, frame.data_with(named)))

    async def _go_on_with(self, taken: TakenTurn) -> None:
        """From now on the socket is for the conversation that was opened."""
        as_visitor = {}
        if taken.session_token is not None:
            self._headers["authorization"] = f"Bearer {taken.session_token}"
            # An API key may lack the scope to read, and finds only what is stored already.
            as_visitor = {"x-api-key": ""}
        await self._follow(taken.conversation_id, self._request(as_visitor))

    async def _relay_reply(self, taken: TakenTurn, key: str | None) -> None:
        try:
            async with aclosing(taken.envelopes()) as envelopes:
                await self._tell_all(envelopes, key)
        finally:
            self._open_turns -= 1
            taken.followed.close()

    async def _tell_all(self, envelopes: AsyncGenerator[Sequence[Envelope]], key: str | None) -> None:
        async for batch in envelopes:
            await self._tell(batch, key)

    async def _tell(self, batch: Sequence[Envelope], key: str | None = None) -> None:
        for envelope in batch:
            await self._websocket.send_text(envelope.as_json(key))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None or self._over.done():
            return
        self._over.set_exception(error)

    def _request(self, headers: dict[str, str], body: bytes = b"") -> Request:
        """The POST /chat that a frame stands for."""
        scope = {
            **self._websocket.scope,
            "type": "http",
            "method": "POST",
            "scheme": "https" if self._websocket.scope["scheme"] == "wss" else "http",
            "headers": list(self._websocket.scope["headers"]),
            "state": {},
        }
        given = MutableHeaders(scope=scope)
        for name in ("authorization", "x-api-key"):
            del given[name]
        given.update({"content-type": "application/json", "accept": "text/event-stream"})
        given.update(self._headers | headers)
        if site := self._websocket.query_params.get("site"):
            given["x-site-key"] = site

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return Request(scope, receive)


def _unexpected(detail: str) -> Problem:
    return Problem(status=400, code="unexpected-frame", title="Unexpected frame", detail=detail)
