"""An incoming webhook of a chat on loopback, as Slack answers."""

from __future__ import annotations

from collections import deque

import orjson
from aiohttp import web

from tests.support.receiving import Loopback

PATH = "/services/T000/B000/of-the-tests"


class FakeSlack(Loopback):
    """Keeps what was posted; `faults` are answered first, one a request."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.faults: deque[web.Response] = deque()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path != PATH:
            return web.Response(status=404, text="no_service")
        if self.faults:
            return self.faults.popleft()
        try:
            message = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            return web.Response(status=400, text="invalid_payload")
        if not message.get("text"):
            return web.Response(status=400, text="no_text")
        self.texts.append(message["text"])
        return web.Response(text="ok")
