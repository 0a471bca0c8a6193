"""The gateway's HTTP side on fakes, and the events of a stream as a test reads them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.asgi import Parts
from chassis.kafka import make_broker
from contracts.playbook import load_playbook
from services.gateway.adapters.page_files import load_page
from services.gateway.adapters.proposal_pages import JinjaProposalPages
from services.gateway.api import make_gateway
from services.gateway.domain import ApiKey, Scope
from services.gateway.settings import Settings
from tests.support.gateway_fakes import CHAT_KEY, READ_KEY, SECRET, FakeOutside

API_KEYS = (
    ApiKey.of(CHAT_KEY, name="crm", scopes=frozenset({Scope.CHAT})),
    ApiKey.of(READ_KEY, name="sales", scopes=frozenset({Scope.READ})),
)


def make_fake_gateway(outside: FakeOutside) -> FastAPI:
    """The gateway as it is put together in `main`, on fakes; impatient, and its broker is never started."""
    settings = Settings(
        session_secret=SecretStr(SECRET),
        api_keys=API_KEYS,
        reply_timeout_s=0.05,
        stream_timeout_s=0.2,
        ping_interval_s=0.05,
    )
    parts = Parts(broker=make_broker(settings, service="gateway"))
    app = make_gateway(
        settings,
        outside.ports(),
        parts,
        page=_page(settings.playbook_path),
        proposals=_proposals(settings.playbook_path),
    )
    app.router.lifespan_context = _nothing_to_start
    return app


_proposals = cache(lambda playbook_path: JinjaProposalPages(load_playbook(playbook_path)))
_page = cache(lambda playbook_path: load_page(load_playbook(playbook_path)))


@asynccontextmanager
async def _nothing_to_start(_app: Any) -> AsyncIterator[None]:
    yield


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    """Talks to an app without a network. An exception in the app fails the test."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway")


@dataclass(frozen=True)
class SentEvent:
    """One server-sent event."""

    name: str
    data: Any
    id: str | None = None


def events_of(text: str) -> list[SentEvent]:
    """The events of a whole stream; comments are left out."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "data" in fields:
            events.append(SentEvent(fields["event"], json.loads(fields["data"]), fields.get("id")))
    return events
