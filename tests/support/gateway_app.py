"""The gateway's HTTP side on fakes, and the events of a stream as a test reads them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from chassis.asgi import Parts
from chassis.kafka import make_broker
from services.gateway.adapters.pages import load_pages
from services.gateway.api import make_gateway
from services.gateway.domain import ApiKey, Scope
from services.gateway.settings import CalendarSettings, MailInSettings, Settings
from tests.support.editions import editions_of
from tests.support.gateway_fakes import (
    CHAT_KEY,
    DESK_KEY,
    EVERY_KEY,
    MANAGE_KEY,
    PRIVACY_KEY,
    READ_KEY,
    SECRET,
    SPEAK_KEY,
    FakeOutside,
)
from tests.support.mail_deliverers import LOGIN, MAILGUN_KEY, RAW_SECRET, TOPIC, sendgrid_public_key
from tests.support.playbooks import SHIPPED

CALENDLY_KEY = "calendly-test-signing-key"
CALCOM_KEY = "calcom-test-signing-secret"
API_KEYS = (
    ApiKey.of(CHAT_KEY, name="crm", scopes=frozenset({Scope.CHAT})),
    ApiKey.of(READ_KEY, name="sales", scopes=frozenset({Scope.READ})),
    ApiKey.of(MANAGE_KEY, name="office", scopes=frozenset({Scope.MANAGE})),
    ApiKey.of(PRIVACY_KEY, name="privacy", scopes=frozenset({Scope.PRIVACY})),
    ApiKey.of(EVERY_KEY, name="owner", scopes=frozenset(Scope)),
    ApiKey.of(SPEAK_KEY, name="sales desk", scopes=frozenset({Scope.SPEAK})),
    ApiKey.of(DESK_KEY, name="desk", scopes=frozenset({Scope.CHAT, Scope.READ})),
)


def make_fake_gateway(outside: FakeOutside) -> ASGIApp:
    """The gateway as it is put together in `main`, on fakes; impatient, and its broker is never started."""

    async def gateway(scope: AsgiScope, receive: Receive, send: Send) -> None:
        _outside.set(outside)
        await gateway_app()(scope, receive, send)

    return gateway


@cache
def gateway_app() -> FastAPI:
    """One for all tests, since routes take long to make: a request finds the outside it is meant for."""
    settings = Settings(
        session_secret=SecretStr(SECRET),
        ops_port=8080,
        api_keys=API_KEYS,
        calendar=CalendarSettings(
            calendly_signing_key=SecretStr(CALENDLY_KEY), calcom_secret=SecretStr(CALCOM_KEY)
        ),
        mail_in=MailInSettings(
            sendgrid_public_key=sendgrid_public_key(),
            mailgun_signing_key=SecretStr(MAILGUN_KEY),
            postmark_login=SecretStr(LOGIN),
            ses_topics=(TOPIC,),
            raw_secret=SecretStr(RAW_SECRET),
            authserv_id="mx.brightlane.example",
        ),
        reply_timeout_s=0.05,
        stream_timeout_s=0.2,
        ping_interval_s=0.05,
        erasure_wait_s=0.2,
    )
    app = make_gateway(
        settings,
        FakeOutside(*(_Standing(port.name) for port in fields(FakeOutside))).ports(),
        Parts(broker=make_broker(settings, service="gateway")),
        pages=load_pages(editions_of()),
        booking=SHIPPED.booking,
    )
    app.router.lifespan_context = _nothing_to_start
    return app


_outside: ContextVar[FakeOutside] = ContextVar("outside")


class _Standing:
    """A port in front of the one with its name in the outside of the request."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(_outside.get(), self._name), name)


@asynccontextmanager
async def _nothing_to_start(_app: Any) -> AsyncIterator[None]:
    yield


def client_of(app: ASGIApp, *, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    """Talks to an app without a network. An exception in the app fails the test."""
    transport = httpx2.ASGITransport(app, client=(address, 123))
    return httpx2.AsyncClient(transport=transport, base_url="http://gateway")


@dataclass(frozen=True)
class SentEvent:
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
