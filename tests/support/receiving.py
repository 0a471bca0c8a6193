"""Receivers of webhooks on loopback: they check signatures as Standard Webhooks says, and misbehave.

A receiver takes a message once by its id, as its owner should, and notes the order in which it took them.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Self

import orjson
from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

METADATA = "http://169.254.169.254/latest/meta-data/"
# How often of a hundred; the rest is answered well. `late` takes the message, and its answer comes too late.
FAULTS = {"hang": 2, "late": 2, "409": 5, "429": 1, "500": 6, "503": 4, "here": 4, "metadata": 3}


class Loopback:
    """A server on a free port of this machine."""

    def __init__(self) -> None:
        self.port = 0
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/leads"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        raise NotImplementedError


class Trap(Loopback):
    """What nobody may be made to call: counts who does."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        return web.Response(text="secret")


class FakeReceiver(Loopback):
    """Takes messages that are signed with one of its secrets."""

    def __init__(self, *secrets: str, faults: Mapping[str, int] | None = None, trap_url: str = "") -> None:
        super().__init__()
        self.secrets = list(secrets)
        self.faults = dict(faults or {})
        self.trap_url = trap_url
        self.is_dead = False
        self.status = 204
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.sequences: dict[str, list[int]] = defaultdict(list)
        self.told = Counter[str]()
        self._chance = random.Random(7)
        self._seen = set[str]()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.is_dead:
            self.told["dead"] += 1
            await asyncio.sleep(3600)
        body = await request.read()
        try:
            self._verify(body, request.headers)
        except WebhookVerificationError:
            self.told["unsigned"] += 1
            return web.Response(status=401)
        fault = self._fault()
        self.told[fault] += 1
        if fault in {"", "late"}:
            self._take(request.headers["webhook-id"], orjson.loads(body))
        return await self._said(fault)

    def _verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, dict(headers))
            except WebhookVerificationError:
                continue
            return
        raise WebhookVerificationError("no secret fits")

    def _fault(self) -> str:
        number = self._chance.uniform(0, 100)
        for fault, share in self.faults.items():
            number -= share
            if number < 0:
                return fault
        return ""

    def _take(self, id_: str, message: dict[str, Any]) -> None:
        self.messages.append((id_, message))
        if id_ in self._seen:
            self.told["again"] += 1
            return
        self._seen.add(id_)
        lead = message["data"]["conversation_id"]
        self.states[lead] = message
        self.sequences[lead].append(message["data"]["sequence"])

    async def _said(self, fault: str) -> web.StreamResponse:
        match fault:
            case "":
                return web.Response(status=self.status)
            case "hang" | "late":
                await asyncio.sleep(3600)
            case "429":
                return web.Response(status=429, headers={"Retry-After": "0"})
            case "here":
                return web.Response(status=307, headers={"Location": self.trap_url})
            case "metadata":
                return web.Response(status=302, headers={"Location": METADATA})
        return web.Response(status=int(fault))
