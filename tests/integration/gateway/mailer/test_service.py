"""The mailer as it is wired: it sends what is queued, forgets what is erased, and needs no mail server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher, make_broker
from contracts.cloudevent import caused_by
from contracts.events import ConversationErased
from services.gateway.mailer.adapters import make_outbox
from services.gateway.mailer.main import build_app
from services.gateway.mailer.settings import Settings
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import a_mail
from tests.support.topics import begin_at_end, create_topics
from tests.support.waiting import until


@pytest.fixture
def env(kafka_bootstrap: str, service_env: dict[str, str], engine: AsyncEngine) -> dict[str, str]:
    create_topics(kafka_bootstrap)
    database_url = engine.url.render_as_string(hide_password=False)
    given = service_env | {"DATABASE_URL": database_url, "SESSION_SECRET": "of the mailer under test"}
    return {name.lower(): value for name, value in given.items()}


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://mailer")
    async with app.router.lifespan_context(app), client:
        yield client


async def eventually(is_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await is_true():
                return
            await asyncio.sleep(0.05)


async def is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


@pytest.mark.slow
async def test_without_a_mail_server_it_is_ready_and_erases(env: dict[str, str], engine: AsyncEngine) -> None:
    settings = Settings.model_validate(env)
    outbox = make_outbox(engine, settings)
    await outbox.add([erased := a_mail(), kept := a_mail()])
    await begin_at_end(settings.kafka_bootstrap_servers, "mailer")
    erasure = ConversationErased(conversation_id=erased.conversation_id, reason="visitor")

    async with running(build_app(settings)) as client, make_broker(settings, service="test") as broker:
        await eventually(lambda: is_ready(client))
        at = (await outbox.listed(doubtful=False, limit=1))[0].queued_at
        await EventPublisher(broker).publish(caused_by(uuid4(), erasure, source="dialogue", time=at))

        async def only_one_is_kept() -> bool:
            mails = (await client.get("/mails")).json()
            return [each["delivery_id"] for each in mails] == [str(kept.delivery_id)]

        await eventually(only_one_is_kept)


@pytest.mark.slow
async def test_with_a_mail_server_it_sends_what_is_queued(
    env: dict[str, str], engine: AsyncEngine, mail_server: MailServer
) -> None:
    settings = Settings.model_validate(env | {"smtp_url": mail_server.url, "mail_from": "ada@mail.example"})
    await begin_at_end(settings.kafka_bootstrap_servers, "mailer")
    async with running(build_app(settings)) as client:
        await eventually(lambda: is_ready(client))
        await make_outbox(engine, settings).add([a_mail("dana@clinic.example", subject="Hello")])
        await until(lambda: mail_server.subjects("dana@clinic.example") == ["Hello"])


@pytest.mark.parametrize(
    "given",
    [
        {"smtp_url": "http://mail.example"},
        {"smtp_url": "smtp://mail.example"},
        {"mail_from": "the.sales.team.of.ours@mail.example"},
        {"mail_from": "Ada"},
        {"dkim_selector": "s1"},
        {"mail_days": 29},
        {"follow_up": {"zone": "Mars/Olympus"}},
    ],
)
def test_settings_that_cannot_be_right_are_refused(env: dict[str, str], given: dict[str, str]) -> None:
    told = r"needs MAIL_FROM|must begin with|must be an address|need each other|must not be less|IANA name"
    with pytest.raises(ValidationError, match=told):
        Settings.model_validate(env | given)
