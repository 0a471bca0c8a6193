"""A WebSocket on an ASGI application, without a network."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message


class Socket:
    """A client's side: `closed_with` is the server's code, `denied` its answer where it did not accept."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[Message] = asyncio.Queue()
        self.closed_with: int | None = None
        self.denied: tuple[int, Any] | None = None
        self._received: asyncio.Queue[Message] = asyncio.Queue()
        self._received.put_nowait({"type": "websocket.connect"})

    def say(self, **frame: Any) -> None:
        self.say_text(json.dumps(frame))

    def say_text(self, text: str) -> None:
        self._received.put_nowait({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        """The next frame of the server."""
        message = await asyncio.wait_for(self.sent.get(), 5)
        assert message["type"] == "websocket.send", message
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def hear_until(self, event: str) -> list[dict[str, Any]]:
        """The next frames, the last of which is of this event."""
        frames = [await self.hear()]
        while frames[-1]["event"] != event:
            frames.append(await self.hear())
        return frames

    async def receive(self) -> Message:
        return await self._received.get()

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.close":
                self.closed_with = message["code"]
            case "websocket.http.response.start":
                self.denied = (message["status"], None)
            case "websocket.http.response.body":
                assert self.denied is not None
                self.denied = (self.denied[0], json.loads(message["body"]))
            case "websocket.send":
                self.sent.put_nowait(message)

    def leave(self) -> None:
        self._received.put_nowait({"type": "websocket.disconnect", "code": 1000})


@asynccontextmanager
async def connected(app: ASGIApp, path: str = "/ws", **headers: str) -> AsyncIterator[Socket]:
    """A socket at this path; the server has ended when this does."""
    socket, (path, _, query) = Socket(), path.partition("?")
    given: Mapping[str, str] = {"host": "gateway", **headers}
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "scheme": "ws",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("192.0.2.7", 50_000),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
        "state": {},
    }
    served = asyncio.create_task(app(scope, socket.receive, socket.send))
    try:
        yield socket
    finally:
        socket.leave()
        await asyncio.wait_for(served, 5)
