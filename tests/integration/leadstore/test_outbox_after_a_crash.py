"""A lead change is told once, whatever dies between the commit and the broker."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged
from services.leadstore.adapters import tables
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.usecases import project_events
from tests.unit.leadstore.builders import NOON, Story, Told
from tests.unit.leadstore.fakes import RecordingLeads


class Killed(Exception):
    """Stands for the process dying."""


class DyingLeads:
    """A process that dies when it is about to publish."""

    async def publish(self, events: Sequence[CloudEvent[LeadChanged]]) -> None:
        raise Killed


async def killed_before_publishing(store: PostgresLeadStore, *events: Told) -> None:
    with pytest.raises(Killed):
        await project_events(events, store, DyingLeads(), InProcessNotifier(), clock=lambda: NOON)


async def age_outbox(engine: AsyncEngine, by: timedelta) -> None:
    table = tables.outbox
    async with engine.begin() as connection:
        await connection.execute(table.update().values(stored_at=table.c.stored_at - by))


async def unsent(engine: AsyncEngine) -> list[LeadChanged]:
    async with engine.connect() as connection:
        query = sa.select(tables.outbox.c.value).where(tables.outbox.c.sent_at.is_(None))
        values = await connection.scalars(query.order_by(tables.outbox.c.position))
        return [LeadChanged.model_validate_json(value) for value in values]


async def test_a_newer_change_takes_the_place_of_one_that_was_left_behind(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    story, other = Story(), Story()
    await killed_before_publishing(store, story.turn(0), other.turn(0))
    await age_outbox(engine, timedelta(seconds=10))

    leads = RecordingLeads()
    await project_events([story.drafted(2)], store, leads, InProcessNotifier(), clock=lambda: NOON)

    (published,) = leads.published
    assert published.data.changed == ("status", "stage", "source", "started_at", "proposal", "tier")
    assert [event.conversation_id for event in await unsent(engine)] == [other.id, story.id]


async def test_a_change_that_is_just_being_published_is_left_alone(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    story = Story()
    await killed_before_publishing(store, story.turn(0))

    leads = RecordingLeads()
    await project_events([story.drafted(2)], store, leads, InProcessNotifier(), clock=lambda: NOON)

    assert leads.published[0].data.changed == ("status", "proposal", "tier")
    assert len(await unsent(engine)) == 2
