"""Cal.com's API v2 on loopback, for tests.

It speaks what booking uses: it wants the version that each resource is asked in, makes another private link
each time, shows `bookings` in pages of two, keeps webhooks, and misbehaves on request.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from aiohttp import web

from tests.support.fake_calendar import FakeCalendar, Fault, Json, refusal

KEY: Final = "cal_live_test_key"
EVENT_TYPE: Final = "1442"
_PAGE: Final = 2
_CHANGEABLE: Final = ("subscriberUrl", "triggers", "active", "secret")


class FakeCalcom(FakeCalendar):
    """Cal.com."""

    def __init__(self, *, key: str = KEY, event_type: str = EVENT_TYPE) -> None:
        super().__init__(key)
        self.made: list[str] = []
        self.bookings: list[Json] = []
        self.webhooks: list[Json] = []
        self._event_type = event_type
        routes = self.app.router
        routes.add_post("/v2/event-types/{id}/private-links", self._create)
        routes.add_get("/v2/bookings", self._list)
        routes.add_get("/v2/webhooks", self._webhooks)
        routes.add_post("/v2/webhooks", self._subscribe)
        routes.add_patch("/v2/webhooks/{id}", self._change)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("cal-api-version") != "2024-09-04":
            return refusal(Fault(400, "Bad Request", "cal-api-version"))
        if request.match_info["id"] != self._event_type:
            return refusal(Fault(404, "Not Found", "Event type not found"))
        body: Json = orjson.loads(await request.read())
        link = f"{len(self.made):04d}abc"
        url = f"https://cal.com/d/{link}/discovery-demo"
        self.made.append(url)
        most = body.get("maxUsageCount", 1)
        facts = {"linkId": link, "eventTypeId": int(self._event_type), "isExpired": False}
        return _answer(facts | {"bookingUrl": url, "maxUsageCount": most, "usageCount": 0}, status=201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("cal-api-version") != "2024-08-13":
            return refusal(Fault(404, "Not Found", "Cannot GET /v2/bookings"))
        asked = request.query
        if not 1 <= int(asked.get("take", "100")) <= 250 or asked.get("sortCreated") not in {"asc", "desc"}:
            return refusal(Fault(400, "Bad Request", "take"))
        shown = [each for each in self.bookings if each["start"] >= asked.get("afterStart", "")]
        shown.sort(key=lambda each: each["createdAt"])
        first = int(asked.get("skip", "0"))
        # A page is smaller than what was asked for: what follows is not to be told from its length.
        page = shown[first : first + min(_PAGE, int(asked["take"]))]
        pagination = {"totalItems": len(shown), "returnedItems": len(page)}
        has_next = first + len(page) < len(shown)
        return _answer(page, pagination=pagination | {"hasNextPage": has_next})

    async def _webhooks(self, _request: web.Request) -> web.StreamResponse:
        return _answer([_without_secret(each) for each in self.webhooks])

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        if any(each["subscriberUrl"] == body["subscriberUrl"] for each in self.webhooks):
            return refusal(Fault(409, "Conflict", "Webhook with this subscriber url already exists"))
        made = {"id": f"hook-{len(self.webhooks)}", **body}
        self.webhooks.append(made)
        return _answer(_without_secret(made), status=201)

    async def _change(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        changed = next((each for each in self.webhooks if each["id"] == request.match_info["id"]), None)
        if changed is None:
            return refusal(Fault(404, "Not Found", "Webhook not found"))
        changed |= {name: value for name, value in body.items() if name in _CHANGEABLE}
        return _answer(_without_secret(changed))


def _answer(data: Any, *, status: int = 200, **more: Any) -> web.Response:
    return web.json_response({"status": "success", "data": data, **more}, status=status)


def _without_secret(webhook: Json) -> Json:
    return {name: value for name, value in webhook.items() if name != "secret"}
