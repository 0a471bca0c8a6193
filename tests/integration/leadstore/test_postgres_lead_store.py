"""A batch is one transaction, counts an event once, and is fenced against a replica that lost its place."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.cloudevent import CloudEvent, Event
from contracts.events import LeadChanged
from contracts.values import Profile
from services.leadstore.adapters import tables
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.adapters.postgres_read_model import PostgresReadModel
from services.leadstore.domain import project
from services.leadstore.errors import ProjectionOutrun
from services.leadstore.usecases import project_events
from tests.unit.leadstore.builders import NOON, Story, slot
from tests.unit.leadstore.fakes import RecordingLeads


async def projected(store: PostgresLeadStore, *events: CloudEvent[Event]) -> list[CloudEvent[LeadChanged]]:
    leads = RecordingLeads()
    await project_events(events, store, leads, InProcessNotifier(), clock=lambda: NOON)
    return leads.published


async def count(engine: AsyncEngine, table: sa.Table) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def counts(engine: AsyncEngine) -> dict[str, int]:
    return {table.name: await count(engine, table) for table in tables.metadata.sorted_tables}


async def test_what_is_stored_is_read_back_whole(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    story = Story()
    profile = Profile(
        name=slot("Ada"), team_size=slot(8), tools=slot(("Gmail", "Slack")), hours_per_week=slot(6.5)
    )
    turn, draft = story.turn(0, "We run a clinic"), story.drafted(2)
    batch = [turn, story.answered(turn), story.told(profile), draft, story.linked(3), story.booked(4)]

    await projected(store, *batch)
    transcript = await read_model.transcript(story.id)
    (conversation,) = await read_model.conversations(after=None, limit=1)

    expected = project({}, batch).after[story.id]
    assert conversation == expected
    assert transcript is not None
    assert [message.text for message in transcript.messages] == ["We run a clinic", "Hi there."]
    assert (transcript.profile, transcript.proposal) == (profile, draft.data.proposal)


async def test_a_batch_that_fails_leaves_nothing_behind(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    story = Story()
    batch = [story.turn(0), story.drafted(2)]

    with pytest.raises(ZeroDivisionError):
        async with store.batch() as open_batch:
            claim = await open_batch.claim(batch)
            await open_batch.save(project(claim.known, batch), [])
            raise ZeroDivisionError

    assert set((await counts(engine)).values()) == {0}


async def test_a_batch_that_comes_again_changes_nothing(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    story = Story()
    turn = story.turn(0)
    batch = [turn, story.answered(turn), story.drafted(2), story.booked(4)]
    await projected(store, *batch)
    before = await counts(engine)

    again = await projected(store, *batch)

    assert again == []
    assert await counts(engine) == before


async def test_a_replay_from_the_start_changes_nothing_after_marks_were_forgotten(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    story = Story()
    turn = story.turn(0)
    batch = [turn, story.answered(turn), story.drafted(2), story.booked(4)]
    await projected(store, *batch)
    before = await counts(engine)
    await store.forget_processed(before=datetime.now(UTC) + timedelta(seconds=1))

    again = await projected(store, *reversed(batch))

    assert again == []
    assert await counts(engine) == before


async def test_two_replicas_with_the_same_batch_count_it_once(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    stories = [Story() for _ in range(5)]
    batch = [event for story in stories for event in (story.turn(0), story.drafted(2))]

    outcomes = await asyncio.gather(
        projected(store, *batch), projected(store, *reversed(batch)), return_exceptions=True
    )

    published = [event for outcome in outcomes if isinstance(outcome, list) for event in outcome]
    assert len(published) == 5
    assert (await counts(engine))["message"] == 5


async def test_a_replica_that_was_outrun_keeps_nothing(store: PostgresLeadStore, engine: AsyncEngine) -> None:
    story = Story()
    turn, draft = story.turn(0), story.drafted(2)
    await projected(store, turn)

    with pytest.raises(ProjectionOutrun):
        async with store.batch() as slow:
            claim = await slow.claim([draft])
            await projected(store, story.linked(3))
            await slow.save(project(claim.known, [draft]), [])

    assert (await counts(engine))["processed_event"] == 2
    (told,) = await projected(store, draft)
    assert told.data.lead.booking_url is not None


async def test_a_visitor_may_send_any_character(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    story = Story()

    await projected(store, story.turn(0, "a\x00b \\u0000 \\\x00 \U0001f600"))
    transcript = await read_model.transcript(story.id)

    assert transcript is not None
    assert transcript.messages[0].text == "ab \\u0000 \\ \U0001f600"


async def test_erasing_deletes_the_words_for_good(store: PostgresLeadStore, engine: AsyncEngine) -> None:
    story, other = Story(), Story()
    turn = story.turn(0, "my secret")
    told = story.told(Profile(name=slot("my secret")))
    await projected(store, turn, told, story.failed(turn), other.turn(0))

    await projected(store, story.erased(5))
    await projected(store, story.turn(6, "my secret"), story.answered(turn, reply="my secret"))

    async with engine.connect() as connection:
        for table in (tables.conversation, tables.message, tables.failed_turn):
            rows = (await connection.execute(sa.select(table))).all()
            assert "my secret" not in str(rows)
    assert await count(engine, tables.message) == 1


async def test_only_marks_that_are_old_enough_are_forgotten(
    store: PostgresLeadStore, engine: AsyncEngine
) -> None:
    old, new = Story().turn(0), Story().turn(0)
    await projected(store, old, new)
    table = tables.processed_event
    async with engine.begin() as connection:
        aged = table.update().where(table.c.event_id == old.id)
        await connection.execute(aged.values(processed_at=datetime.now(UTC) - timedelta(days=46)))

    forgotten = await store.forget_processed(before=datetime.now(UTC) - timedelta(days=45))

    assert forgotten == 1
    async with engine.connect() as connection:
        assert (await connection.scalars(sa.select(table.c.event_id))).all() == [new.id]
