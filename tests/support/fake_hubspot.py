"""HubSpot's CRM API on loopback, as far as contacts and deals go, with its refusals and its bad days."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.support.receiving import Loopback

TOKEN = "pat-eu1-of-the-tests"
_KEY = "salesbot_conversation_id"
_BUILT_IN = {
    "contacts": {"email", "phone", "firstname", "lastname", "company"},
    "deals": {"dealname", "amount", "description", "pipeline", "dealstage"},
}
_NOUN = {"contacts": "Contact", "deals": "Deal"}


class FakeHubSpot(Loopback):
    """Holds contacts and deals. `faults` is how often of a hundred: hang, late, 429, 500."""

    def __init__(self, faults: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.faults = dict(faults or {})
        self.objects: dict[str, dict[str, dict[str, str]]] = {"contacts": {}, "deals": {}}
        self.own: dict[str, dict[str, bool]] = {"contacts": {}, "deals": {}}
        self.associated: set[tuple[str, str]] = set()
        self.forgotten: list[str] = []
        self.statuses = Counter[int]()
        self._ids = iter(range(51, 10**9))
        self._chance = random.Random(11)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault()
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "429":
            answer = _problem(429, "You have reached your secondly limit.", {"Retry-After": "0"})
        elif fault == "500":
            answer = _problem(500, "internal error")
        else:
            answer = await self._answered(request)
        if fault == "late":
            await asyncio.sleep(3600)
        self.statuses[answer.status] += 1
        return answer

    def _fault(self) -> str:
        number = self._chance.uniform(0, 100)
        for fault, share in self.faults.items():
            number -= share
            if number < 0:
                return fault
        return ""

    async def _answered(self, request: web.Request) -> web.Response:  # noqa: PLR0911 - one a route
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _problem(401, "Authentication credentials not found.")
        parts = request.path.strip("/").split("/")
        body = await request.json() if request.body_exists else {}
        match (request.method, parts[1:]):
            case ("POST", ["v3", "properties", kind]):
                return self._property(kind, body)
            case ("POST", ["v3", "objects", "contacts", "gdpr-delete"]):
                return self._forget(str(body["objectId"]))
            case ("POST", ["v3", "objects", kind]):
                return self._create(kind, body["properties"])
            case ("PUT", ["v4", "objects", "deals", deal, "associations", "default", "contacts", contact]):
                if deal not in self.objects["deals"] or contact not in self.objects["contacts"]:
                    return _problem(404, "object not found")
                self.associated.add((deal, contact))
                return web.json_response({"status": "COMPLETE"})
            case (method, ["v3", "objects", kind, name]):
                return self._one(method, kind, self._id(kind, name, request.query.get("idProperty")), body)
        return _problem(404, "no such path")

    def _property(self, kind: str, body: dict[str, Any]) -> web.Response:
        if body["name"] in self.own[kind]:
            return _problem(409, f"A property named '{body['name']}' already exists.")
        self.own[kind][body["name"]] = body["hasUniqueValue"]
        return web.json_response(body, status=201)

    def _id(self, kind: str, name: str, by: str | None) -> str | None:
        if by is None:
            return name if name in self.objects[kind] else None
        return next((id_ for id_, held in self.objects[kind].items() if held.get(by) == name), None)

    def _one(self, method: str, kind: str, id_: str | None, body: dict[str, Any]) -> web.Response:
        if id_ is None:
            return _problem(404, "resource not found")
        if method == "DELETE":
            del self.objects[kind][id_]
            return web.Response(status=204)
        if method == "PATCH":
            if refusal := self._refusal(kind, body["properties"], id_):
                return refusal
            self.objects[kind][id_] |= body["properties"]
        return web.json_response({"id": id_, "properties": self.objects[kind][id_]})

    def _create(self, kind: str, properties: dict[str, str]) -> web.Response:
        if refusal := self._refusal(kind, properties, None):
            return refusal
        id_ = str(next(self._ids))
        self.objects[kind][id_] = dict(properties)
        return web.json_response({"id": id_, "properties": properties}, status=201)

    def _refusal(self, kind: str, properties: dict[str, str], id_: str | None) -> web.Response | None:
        if unknown := properties.keys() - _BUILT_IN[kind] - self.own[kind].keys():
            return _problem(400, f"Property values were not valid: {sorted(unknown)} PROPERTY_DOESNT_EXIST")
        unique = {name for name, is_unique in self.own[kind].items() if is_unique}
        unique |= {"email"} if kind == "contacts" else set()
        for name in unique & properties.keys():
            other = self._id(kind, properties[name], name)
            if other is not None and other != id_:
                return _problem(409, f"{_NOUN[kind]} already exists. Existing ID: {other}")
        return None

    def _forget(self, id_: str) -> web.Response:
        if self.objects["contacts"].pop(id_, None) is None:
            return _problem(404, "contact not found")
        self.forgotten.append(id_)
        return web.Response(status=204)


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    category = {409: "CONFLICT", 429: "RATE_LIMITS", 404: "OBJECT_NOT_FOUND"}.get(status, "ERROR")
    told = {"status": "error", "message": message, "category": category, "correlationId": "0"}
    return web.json_response(told, status=status, headers=headers)
