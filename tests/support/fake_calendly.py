"""Calendly's scheduling-link API on loopback, for tests.

It speaks `POST /scheduling_links` of API v2, checks token and body as the real one does, makes another link
each time, and misbehaves on request:

    async with FakeCalendly() as calendly:
        calendly.next(Fault.too_many_requests(retry_after_s=30))
        ...  # a client of calendly.api_url is refused once, then answered
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import orjson
from aiohttp import web

Json = dict[str, Any]

TOKEN: Final = "calendly-test-token"
EVENT_TYPE: Final = "https://api.calendly.com/event_types/AAAAAAAAAAAAAAAA"


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


class FakeCalendly:
    """A loopback server; `api_url` is known once it is entered."""

    def __init__(self, *, token: str = TOKEN, event_type: str = EVENT_TYPE) -> None:
        self.api_url = ""
        self.requests: list[Json] = []
        self.made: list[str] = []
        self._token = token
        self._event_type = event_type
        self._faults: deque[Fault] = deque()
        app = web.Application()
        app.router.add_post("/scheduling_links", self._create)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)

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

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        self.requests.append(body)
        if self._faults:
            return await self._misbehave(request, self._faults.popleft())
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return _refusal(Fault.unauthenticated())
        if (fault := self._fault_in(request, body)) is not None:
            return _refusal(fault)
        url = f"https://calendly.com/d/{len(self.made):04d}-abc-xyz/discovery-demo"
        self.made.append(url)
        created = {"booking_url": url, "owner": self._event_type, "owner_type": "EventType"}
        return web.json_response({"resource": created}, status=201)

    def _fault_in(self, request: web.Request, body: Json) -> Fault | None:
        is_valid = body.get("max_event_count") == 1 and body.get("owner_type") == "EventType"
        if request.content_type != "application/json" or not is_valid:
            return Fault(400, "Invalid Argument", "The supplied parameters are invalid.")
        if body.get("owner") != self._event_type:
            return Fault(404, "Resource Not Found", "The server could not find the requested resource.")
        return None

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.hangs:
            await asyncio.Event().wait()
        if fault.drips:
            return await _drip(request)
        if fault.drops and request.transport is not None:
            request.transport.abort()
        return _refusal(fault)


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=201, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


def _refusal(fault: Fault) -> web.Response:
    told = orjson.dumps({"title": fault.title, "message": fault.message})
    body, status = told if fault.body is None else fault.body, fault.status or 500
    return web.Response(status=status, body=body, content_type="application/json", headers=fault.headers)
