"""The whole service: events in by Kafka, documents out by HTTP, a lead change out by Kafka whatever dies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from chassis.kafka import EventPublisher, make_broker
from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged
from contracts.values import LeadStatus, Stage
from services.leadstore.adapters import tables
from services.leadstore.consumers import GROUP
from services.leadstore.main import build_app
from services.leadstore.settings import Settings
from services.leadstore.usecases import project_events
from tests.integration.leadstore.conftest import Leadstore
from tests.support.streams import published
from tests.support.topics import begin_at_end, create_topics
from tests.unit.leadstore.builders import NOON, Story, Told


@pytest.fixture
def service_settings(kafka_bootstrap: str, service_env: dict[str, str]) -> Settings:
    create_topics(kafka_bootstrap)
    return Settings.model_validate({name.lower(): value for name, value in service_env.items()})


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://leadstore")
    async with app.router.lifespan_context(app), client:
        yield client


async def eventually(is_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            if await is_true():
                return
            await asyncio.sleep(0.05)


async def leads_told(settings: Settings, story: Story) -> list[LeadChanged]:
    return [each.data for each in await published(settings, LeadChanged, story.id)]


class Killed(Exception):
    """Stands for the process dying."""


class DyingLeads:
    """A process that dies when it is about to publish."""

    async def publish(self, events: Sequence[CloudEvent[LeadChanged]]) -> None:
        raise Killed


async def killed_before_publishing(leadstore: Leadstore, *events: Told, ago_s: float) -> None:
    with pytest.raises(Killed):
        await project_events(events, leadstore.store, DyingLeads(), leadstore.notifier, clock=lambda: NOON)
    stored_at = tables.outbox.c.stored_at - timedelta(seconds=ago_s)
    async with leadstore.engine.begin() as connection:
        await connection.execute(tables.outbox.update().values(stored_at=stored_at))


@pytest.mark.slow
async def test_a_lead_is_told_and_what_a_crash_left_too(leadstore: Leadstore, service_settings: Settings):
    story, left = Story(), Story()
    await killed_before_publishing(leadstore, left.turn(0), ago_s=10)
    turn = story.turn(0, "We run a clinic")
    events = [turn, story.started(0), story.advanced(Stage.PROPOSE), story.drafted(2), story.booked(4)]
    answered = story.answered(turn, stage=Stage.PROPOSE, calendly_shown=True)
    document: dict[str, list[dict[str, str]]] = {}

    await begin_at_end(service_settings.kafka_bootstrap_servers, GROUP)
    broker = make_broker(service_settings, service="test")
    async with running(build_app(service_settings)) as client, broker:
        await broker.start()
        await EventPublisher(broker).publish(*events)
        await EventPublisher(broker).publish(*events, answered)

        async def is_whole() -> bool:
            read = await client.get(f"/conversations/{story.id}?after_sequence={answered.sequence}")
            document.update(read.json())
            return (document.get("status"), document.get("last_sequence")) == ("booked", answered.sequence)

        async def is_all_told() -> bool:
            return all(row["sent_at"] for row in await leadstore.rows(tables.outbox))

        async def is_ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await eventually(is_whole)
        await eventually(is_ready)
        told_late = await leads_told(service_settings, left)
        await eventually(is_all_told)

    assert [message["text"] for message in document["messages"]] == ["We run a clinic", "Hi there."]
    assert (await leads_told(service_settings, story))[-1].lead.status is LeadStatus.BOOKED
    assert [event.lead.status for event in told_late] == [LeadStatus.TALKING]


BEGUN, PROPOSED = ("stage", "source", "started_at"), ("proposal", "tier", "proposal_written_by")


@pytest.mark.parametrize(
    ("ago_s", "changed", "unsent"),
    [(10, ("status", *BEGUN, *PROPOSED), 2), (0, ("status", *PROPOSED), 3)],
    ids=["one that was left behind is replaced", "one that is just being published stays"],
)
async def test_a_newer_change_replaces_an_older_one_only_when_nobody_publishes_that(
    leadstore: Leadstore, ago_s: float, changed: tuple[str, ...], unsent: int
) -> None:
    story, other = Story(), Story()
    await killed_before_publishing(leadstore, story.turn(0), other.turn(0), ago_s=ago_s)
    (told,) = await leadstore.project(story.drafted(2))
    assert told.data.changed == changed
    assert len([row for row in await leadstore.rows(tables.outbox) if row["sent_at"] is None]) == unsent
