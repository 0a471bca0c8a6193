"""What the APIs of calendars on loopback have in common: a token, and misbehaviour on request."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from aiohttp import web

Json = dict[str, Any]


def _made(status: int = 0, title: str = "", message: str = "", **always: bool) -> Any:
    """A constructor of a fault that is always the same."""
    return classmethod(lambda cls: cls(status, title, message, **always))


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to answer badly; `hangs` and `drips` never come to an end of their own."""

    status: int = 0
    title: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hangs: bool = False
    drips: bool = False
    drops: bool = False

    unauthenticated = _made(401, "Unauthenticated", "The access token is invalid")
    permission_denied = _made(403, "Permission Denied", "You do not have permission to access this resource.")
    hang = _made(hangs=True)
    drip = _made(drips=True)
    drop = _made(drops=True)

    @classmethod
    def too_many_requests(cls, retry_after_s: int | None = None) -> Fault:
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        return cls(429, "Too Many Requests", "Rate limit exceeded", headers)

    @classmethod
    def server_error(cls, status: int = 500) -> Fault:
        return cls(status, "Internal Server Error", "The server encountered an unexpected condition")

    @classmethod
    def answer(cls, body: bytes, status: int = 201) -> Fault:
        return cls(status, body=body)

    @classmethod
    def redirect(cls, location: str) -> Fault:
        return cls(302, "Found", "", {"Location": location})


class FakeCalendar:
    """A loopback server; `api_url` is known once it is entered. `asked` holds what it was asked, in order."""

    def __init__(self, token: str) -> None:
        self.api_url = ""
        self.asked: list[str] = []
        self._token = token
        self._faults: deque[Fault] = deque()
        self.app = web.Application(middlewares=[self._guard])
        self._runner = web.AppRunner(
            self.app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )

    def next(self, *faults: Fault) -> None:
        """Answer the next requests with these faults, one each; those after them are answered well."""
        self._faults.extend(faults)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.api_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def note(self, request: web.Request) -> None:
        """Note a request before it is answered, however that is."""
        self.asked.append(f"{request.method} {request.path}")

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        await self.note(request)
        if self._faults:
            return await self._misbehave(request, self._faults.popleft())
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return refusal(Fault.unauthenticated())
        return await handler(request)

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.hangs:
            await asyncio.Event().wait()
        if fault.drips:
            return await _drip(request)
        if fault.drops and request.transport is not None:
            request.transport.abort()
        return refusal(fault)


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=201, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


def refusal(fault: Fault) -> web.Response:
    """The answer that a fault is."""
    told = orjson.dumps({"title": fault.title, "message": fault.message})
    body, status = told if fault.body is None else fault.body, fault.status or 500
    return web.Response(status=status, body=body, content_type="application/json", headers=fault.headers)
