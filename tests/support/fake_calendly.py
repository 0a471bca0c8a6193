"""Calendly's API on loopback, for tests.

It speaks what booking uses of API v2, checks token and bodies as the real one does, makes another link each
time, shows `meetings` page by page, keeps webhook subscriptions, and misbehaves on request:

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
USER: Final = "https://api.calendly.com/users/AAAAAAAAAAAAAAAA"
ORGANIZATION: Final = "https://api.calendly.com/organizations/AAAAAAAAAAAAAAAA"
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
        self.meetings: list[Json] = []
        """Invitees as webhooks show them, each with its `scheduled_event`."""
        self.subscriptions: list[Json] = []
        self.asked: list[str] = []
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/scheduling_links", self._create)
        app.router.add_get("/users/me", self._me)
        app.router.add_get("/scheduled_events", self._scheduled)
        app.router.add_get("/scheduled_events/{event}/invitees", self._invitees)
        app.router.add_get("/webhook_subscriptions", self._subscribed)
        app.router.add_post("/webhook_subscriptions", self._subscribe)
        app.router.add_delete("/webhook_subscriptions/{id}", self._unsubscribe)
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

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.path == "/scheduling_links":
            self.requests.append(orjson.loads(await request.read()))
        if self._faults:
            return await self._misbehave(request, self._faults.popleft())
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return _refusal(Fault.unauthenticated())
        return await handler(request)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        if (fault := self._fault_in(request, body)) is not None:
            return _refusal(fault)
        url = f"https://calendly.com/d/{len(self.made):04d}-abc-xyz/discovery-demo"
        self.made.append(url)
        created = {"booking_url": url, "owner": self._event_type, "owner_type": "EventType"}
        return web.json_response({"resource": created}, status=201)

    async def _me(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"resource": {"uri": USER, "current_organization": ORGANIZATION}})

    async def _scheduled(self, request: web.Request) -> web.StreamResponse:
        """Meetings that start late enough, two a page."""
        if request.query.get("organization") != ORGANIZATION:
            return _refusal(Fault.permission_denied())
        after = request.query.get("min_start_time", "")
        all_ = {meeting["scheduled_event"]["uri"]: meeting["scheduled_event"] for meeting in self.meetings}
        shown = [each for each in all_.values() if each["start_time"] >= after]
        first = int(request.query.get("page_token", "0"))
        token = str(first + 2) if first + 2 < len(shown) else None
        page = {"collection": shown[first : first + 2], "pagination": {"next_page_token": token}}
        return web.json_response(page)

    async def _invitees(self, request: web.Request) -> web.StreamResponse:
        uri = f"https://api.calendly.com/scheduled_events/{request.match_info['event']}"
        own = [meeting for meeting in self.meetings if meeting["scheduled_event"]["uri"] == uri]
        invitees = [
            {name: value for name, value in each.items() if name != "scheduled_event"} for each in own
        ]
        return web.json_response({"collection": invitees, "pagination": {"next_page_token": None}})

    async def _subscribed(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"collection": self.subscriptions, "pagination": {}})

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        if any(each["callback_url"] == body["url"] for each in self.subscriptions):
            return _refusal(Fault(409, "Already Exists", "Hook with this url already exists"))
        uri = f"https://api.calendly.com/webhook_subscriptions/{len(self.asked)}"
        made = {"uri": uri, "callback_url": body["url"], "state": "active", "events": body["events"]}
        self.subscriptions.append(made)
        return web.json_response({"resource": made}, status=201)

    async def _unsubscribe(self, request: web.Request) -> web.StreamResponse:
        kept = [
            each for each in self.subscriptions if not each["uri"].endswith(f"/{request.match_info['id']}")
        ]
        if len(kept) == len(self.subscriptions):
            return _refusal(Fault(404, "Resource Not Found", "No such webhook"))
        self.subscriptions = kept
        return web.Response(status=204)

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
