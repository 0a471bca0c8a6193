"""Calendly's API on loopback, for tests.

It speaks what booking uses of API v2, checks token and bodies as the real one does, makes another link each
time, shows `meetings` page by page, keeps webhook subscriptions, and misbehaves on request:

    async with FakeCalendly() as calendly:
        calendly.next(Fault.too_many_requests(retry_after_s=30))
        ...  # a client of calendly.api_url is refused once, then answered
"""

from __future__ import annotations

from typing import Final

import orjson
from aiohttp import web

from tests.support.fake_calendar import FakeCalendar, Fault, Json, refusal

TOKEN: Final = "calendly-test-token"
USER: Final = "https://api.calendly.com/users/AAAAAAAAAAAAAAAA"
ORGANIZATION: Final = "https://api.calendly.com/organizations/AAAAAAAAAAAAAAAA"
EVENT_TYPE: Final = "https://api.calendly.com/event_types/AAAAAAAAAAAAAAAA"


class FakeCalendly(FakeCalendar):
    """Calendly."""

    def __init__(self, *, token: str = TOKEN, event_type: str = EVENT_TYPE) -> None:
        super().__init__(token)
        self.requests: list[Json] = []
        self.made: list[str] = []
        self._event_type = event_type
        self.meetings: list[Json] = []
        """Invitees as webhooks show them, each with its `scheduled_event`."""
        self.subscriptions: list[Json] = []
        routes = self.app.router
        routes.add_post("/scheduling_links", self._create)
        routes.add_get("/users/me", self._me)
        routes.add_get("/scheduled_events", self._scheduled)
        routes.add_get("/scheduled_events/{event}/invitees", self._invitees)
        routes.add_get("/webhook_subscriptions", self._subscribed)
        routes.add_post("/webhook_subscriptions", self._subscribe)
        routes.add_delete("/webhook_subscriptions/{id}", self._unsubscribe)

    async def note(self, request: web.Request) -> None:
        await super().note(request)
        if request.path == "/scheduling_links":
            self.requests.append(orjson.loads(await request.read()))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        if (fault := self._fault_in(request, body)) is not None:
            return refusal(fault)
        url = f"https://calendly.com/d/{len(self.made):04d}-abc-xyz/discovery-demo"
        self.made.append(url)
        created = {"booking_url": url, "owner": self._event_type, "owner_type": "EventType"}
        return web.json_response({"resource": created}, status=201)

    async def _me(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"resource": {"uri": USER, "current_organization": ORGANIZATION}})

    async def _scheduled(self, request: web.Request) -> web.StreamResponse:
        """Meetings that start late enough, two a page."""
        if request.query.get("organization") != ORGANIZATION:
            return refusal(Fault.permission_denied())
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
            return refusal(Fault(409, "Already Exists", "Hook with this url already exists"))
        uri = f"https://api.calendly.com/webhook_subscriptions/{len(self.asked)}"
        made = {"uri": uri, "callback_url": body["url"], "state": "active", "events": body["events"]}
        self.subscriptions.append(made)
        return web.json_response({"resource": made}, status=201)

    async def _unsubscribe(self, request: web.Request) -> web.StreamResponse:
        kept = [
            each for each in self.subscriptions if not each["uri"].endswith(f"/{request.match_info['id']}")
        ]
        if len(kept) == len(self.subscriptions):
            return refusal(Fault(404, "Resource Not Found", "No such webhook"))
        self.subscriptions = kept
        return web.Response(status=204)

    def _fault_in(self, request: web.Request, body: Json) -> Fault | None:
        is_valid = body.get("max_event_count") == 1 and body.get("owner_type") == "EventType"
        if request.content_type != "application/json" or not is_valid:
            return Fault(400, "Invalid Argument", "The supplied parameters are invalid.")
        if body.get("owner") != self._event_type:
            return Fault(404, "Resource Not Found", "The server could not find the requested resource.")
        return None
