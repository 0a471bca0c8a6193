"""The whole service: events in by Kafka, documents out by HTTP, lead changes out by Kafka."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import httpx2
import pytest
from fastapi import FastAPI

from chassis.kafka import EventPublisher, make_broker
from contracts.events import LeadChanged
from contracts.values import LeadStatus, Stage
from services.leadstore.adapters import tables
from services.leadstore.main import build_app
from services.leadstore.settings import Settings
from tests.integration.leadstore.conftest import Leadstore
from tests.integration.leadstore.test_outbox_after_a_crash import killed_before_publishing
from tests.support.topics import create_topics, read_until
from tests.unit.leadstore.builders import Story

ResultT = TypeVar("ResultT")
LEADS = LeadChanged.topic


@pytest.fixture
def service_settings(kafka_bootstrap: str, service_env: dict[str, str]) -> Settings:
    create_topics(kafka_bootstrap)
    return Settings.model_validate({name.lower(): value for name, value in service_env.items()})


@pytest.fixture
async def publisher(service_settings: Settings) -> AsyncIterator[EventPublisher]:
    async with make_broker(service_settings, service="test") as broker:
        await broker.start()
        yield EventPublisher(broker)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://leadstore") as client,
    ):
        yield client


async def eventually(ask: Callable[[], Awaitable[ResultT | None]], *, within_s: float = 60.0) -> ResultT:
    deadline = time.monotonic() + within_s
    while (answer := await ask()) is None:
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.05)
    return answer


def leads_told(bootstrap: str, story: Story, *, at_least: int) -> list[LeadChanged]:
    records = read_until(
        bootstrap,
        LEADS,
        lambda records: sum(record.key == str(story.id).encode() for record in records) >= at_least,
    )
    told = [record for record in records if record.key == str(story.id).encode()]
    return [LeadChanged.model_validate_json(record.value or b"") for record in told]


async def nothing_left_to_tell(leadstore: Leadstore) -> bool | None:
    return all(row["sent_at"] for row in await leadstore.rows(tables.outbox)) or None


@pytest.mark.slow
async def test_a_conversation_can_be_read_and_its_lead_is_told(
    leadstore: Leadstore, service_settings: Settings, publisher: EventPublisher
) -> None:
    story = Story()
    turn = story.turn(0, "We run a clinic")
    events = [turn, story.started(0), story.advanced(Stage.PROPOSE), story.drafted(2), story.booked(4)]
    answered = story.answered(turn, stage=Stage.PROPOSE, calendly_shown=True)

    async with running(build_app(service_settings)) as client:
        await publisher.publish(*events)
        await publisher.publish(*events, answered)

        async def transcript() -> dict[str, object] | None:
            answer = await client.get(
                f"/conversations/{story.id}", params={"after_sequence": answered.sequence or 0}
            )
            document: dict[str, object] = answer.json()
            is_whole = (
                document.get("status") == "booked" and document.get("last_sequence") == answered.sequence
            )
            return document if is_whole else None

        document = await eventually(transcript)
        ready = await client.get("/readyz")

    messages = document["messages"]
    assert isinstance(messages, list)
    assert [message["text"] for message in messages] == ["We run a clinic", "Hi there."]
    assert ready.status_code == 200
    told = await asyncio.to_thread(leads_told, service_settings.kafka_bootstrap_servers, story, at_least=1)
    assert told[-1].lead.status is LeadStatus.BOOKED


@pytest.mark.slow
async def test_the_sweeper_tells_once_what_a_crash_left_untold(
    leadstore: Leadstore, service_settings: Settings
) -> None:
    story = Story()
    await killed_before_publishing(leadstore, story.turn(0), ago_s=10)

    async with running(build_app(service_settings)):
        told = await asyncio.to_thread(
            leads_told, service_settings.kafka_bootstrap_servers, story, at_least=1
        )
        await eventually(partial(nothing_left_to_tell, leadstore))

    assert [event.lead.status for event in told] == [LeadStatus.TALKING]
