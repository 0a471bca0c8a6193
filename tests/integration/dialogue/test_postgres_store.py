"""A change of a conversation is stored whole or not at all, and only upon the version it was made from."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.cloudevent import CloudEvent, Event, caused_by
from contracts.events import TurnFailed
from contracts.values import Stage
from services.dialogue.adapters import PostgresStore, tables
from services.dialogue.domain import Conversation
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Change, Outcome, TurnStatus

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANSWERED = Outcome(
    status=TurnStatus.ANSWERED,
    stage=next(iter(Stage)),
    sequence=3,
    reply="Hello!",
    calendly_shown=True,
    degraded=True,
)
AWAITING = replace(ANSWERED, status=TurnStatus.AWAITING, reply="", calendly_shown=False, degraded=False)


def opening(turn_id: UUID | None = None, *, outcome: Outcome = ANSWERED, events: int = 3) -> Change:
    """The first change of a new conversation: its first turn."""
    conversation = Conversation.open(uuid4(), "widget")
    return Change(
        conversation=conversation,
        version=0,
        outcome=outcome,
        new_turn=(turn_id or uuid4(), "Hi"),
        events=told_of(conversation.conversation_id, events),
    )


def told_of(conversation_id: UUID, count: int) -> Sequence[CloudEvent[Event]]:
    """So many events of a conversation, in the order of their sequences."""
    data = TurnFailed(conversation_id=conversation_id, turn_id=uuid4(), reason="Test")
    return [
        caused_by(data.turn_id, data, source="dialogue", time=NOW, sequence=sequence, ordinal=sequence)
        for sequence in range(1, count + 1)
    ]


async def stored_events(engine: AsyncEngine) -> list[sa.Row[tuple[object, ...]]]:
    async with engine.connect() as connection:
        return list(await connection.execute(sa.select(tables.outbox).order_by(tables.outbox.c.position)))


async def turns(engine: AsyncEngine) -> int | None:
    async with engine.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(tables.turn))


async def test_an_unknown_conversation_has_version_0(store: PostgresStore) -> None:
    loaded = await store.load(uuid4(), uuid4())

    assert (loaded.conversation, loaded.version, loaded.outcome) == (None, 0, None)


async def test_an_opened_conversation_reads_back_with_the_outcome_of_its_turn(store: PostgresStore) -> None:
    turn_id = uuid4()
    change = opening(turn_id)

    await store.save(change)

    loaded = await store.load(change.conversation.conversation_id, turn_id)
    assert (loaded.conversation, loaded.version, loaded.outcome) == (change.conversation, 1, ANSWERED)
    assert (await store.load(change.conversation.conversation_id, uuid4())).outcome is None


async def test_a_turn_of_another_conversation_is_not_taken_for_ours(store: PostgresStore) -> None:
    turn_id, other = uuid4(), opening()
    await store.save(opening(turn_id))
    await store.save(other)

    loaded = await store.load(other.conversation.conversation_id, turn_id)

    assert loaded.outcome is None


async def test_events_are_stored_in_their_order_with_all_that_a_record_needs(
    store: PostgresStore, engine: AsyncEngine
) -> None:
    change = opening(events=12)

    await store.save(change)

    rows = await stored_events(engine)
    assert [row.event_id for row in rows] == [event.id for event in change.events]
    for row, event in zip(rows, change.events, strict=True):
        assert (row.cause_id, row.topic, row.key) == (event.causation_id, event.topic, event.key)
        assert row.value == event.value()
        assert row.headers.items() >= event.headers().items()
        assert row.sent_at is None


async def test_an_awaiting_turn_gets_its_outcome_later(store: PostgresStore) -> None:
    turn_id = uuid4()
    asked = opening(turn_id, outcome=AWAITING)
    await store.save(replace(asked, wake_at=NOW))
    assert (await store.load(asked.conversation.conversation_id, turn_id)).outcome == AWAITING

    await store.save(
        replace(asked, version=1, outcome=ANSWERED, new_turn=None, settled_turn_ids=[turn_id], events=[])
    )

    loaded = await store.load(asked.conversation.conversation_id, turn_id)
    assert (loaded.version, loaded.outcome) == (2, ANSWERED)


@pytest.mark.parametrize("stale_version", [0, 2], ids=["opened again", "advanced from a wrong version"])
async def test_nothing_of_a_stale_change_is_kept(
    store: PostgresStore, engine: AsyncEngine, stale_version: int
) -> None:
    turn_id = uuid4()
    first = opening(turn_id, outcome=AWAITING)
    identity = first.conversation.conversation_id
    await store.save(first)
    stale = replace(
        first,
        version=stale_version,
        outcome=ANSWERED,
        new_turn=(uuid4(), "Hi again"),
        settled_turn_ids=[turn_id],
        events=told_of(identity, 2),
    )

    with pytest.raises(StaleConversation):
        await store.save(stale)

    loaded = await store.load(identity, turn_id)
    assert (loaded.version, loaded.outcome) == (1, AWAITING)
    assert await turns(engine) == 1
    assert len(await stored_events(engine)) == len(first.events)


async def test_a_conversation_that_is_gone_is_not_opened_by_advancing(
    store: PostgresStore, engine: AsyncEngine
) -> None:
    with pytest.raises(StaleConversation):
        await store.save(replace(opening(), version=4))

    assert await turns(engine) == 0
    assert await stored_events(engine) == []


async def test_one_statement_that_fails_keeps_nothing(store: PostgresStore, engine: AsyncEngine) -> None:
    turn_id = uuid4()
    await store.save(opening(turn_id))
    twice = opening(turn_id)

    with pytest.raises(IntegrityError):
        await store.save(twice)

    assert (await store.load(twice.conversation.conversation_id)).version == 0
    assert len(await stored_events(engine)) == 3


async def test_of_two_changes_from_one_version_one_wins(store: PostgresStore, engine: AsyncEngine) -> None:
    first = opening()
    await store.save(first)
    rivals = [
        replace(
            first,
            version=1,
            new_turn=(uuid4(), "Me!"),
            events=told_of(first.conversation.conversation_id, 1),
        )
        for _ in range(8)
    ]

    outcomes = await asyncio.gather(*map(store.save, rivals), return_exceptions=True)

    assert outcomes.count(None) == 1
    assert all(isinstance(outcome, StaleConversation) for outcome in outcomes if outcome is not None)
    assert (await store.load(first.conversation.conversation_id)).version == 2
    assert await turns(engine) == 2
    assert len(await stored_events(engine)) == len(first.events) + 1


async def test_conversations_that_are_due_come_the_longest_waiting_first(store: PostgresStore) -> None:
    waits = [opening() for _ in range(4)]
    for minutes, change in zip((-1, -3, 5, -2), waits, strict=True):
        await store.save(replace(change, wake_at=NOW + timedelta(minutes=minutes)))
    await store.save(opening())
    late = [change.conversation.conversation_id for change in waits]

    assert await store.due(NOW, 10) == [late[1], late[3], late[0]]
    assert await store.due(NOW, 1) == [late[1]]
