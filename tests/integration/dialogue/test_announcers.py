"""What every announcer promises: the outbox on PostgreSQL, and the fake that stands for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher
from chassis.outbox import Outbox
from services.dialogue.adapters import PostgresStore, tables
from services.dialogue.domain import Conversation
from services.dialogue.ports import Announcer, ConversationStore
from tests.integration.dialogue.changes import a_change, an_event
from tests.support.dialogue_fakes import FakeAnnouncer, FakeStore


class RecordingPublisher:
    """Notes the ids of what would be sent."""

    def __init__(self) -> None:
        self.sent: list[UUID] = []

    async def send_each(self, records, on_ack, *, timeout_s=None):
        for index, (_, _, _, headers) in enumerate(records):
            self.sent.append(UUID(headers["ce_id"]))
            on_ack(index)
        return [None] * len(records)


@dataclass
class Announced:
    """A store with its announcer, its work in the background, and the ids of what was sent in order."""

    store: ConversationStore
    announcer: Announcer
    sent: Callable[[], list[UUID]]
    pass_time: Callable[[], Awaitable[object]]


@pytest.fixture
def outbox(engine: AsyncEngine) -> Announced:
    publisher = RecordingPublisher()
    outbox = Outbox(engine, tables.outbox, cast("EventPublisher", publisher))
    return Announced(PostgresStore(engine, outbox), outbox, lambda: list(publisher.sent), outbox._sweep_once)


@pytest.fixture
def in_memory() -> Announced:
    store = FakeStore([])
    fake = FakeAnnouncer(store, [])

    async def nothing() -> None:
        """The fake has no work in the background."""

    return Announced(store, fake, lambda: [event.id for event in (*fake.published, *fake.again)], nothing)


@pytest.fixture(params=["outbox", "in_memory"])
def announced(request: pytest.FixtureRequest) -> Announced:
    found: Announced = request.getfixturevalue(request.param)
    return found


async def test_events_are_sent_in_their_order(announced: Announced):
    conversation = Conversation.open(uuid4(), "widget")
    events = [an_event(conversation.conversation_id) for _ in range(3)]
    await announced.store.save(a_change(conversation, events=events))

    await announced.announcer.publish(events)

    assert announced.sent() == [event.id for event in events]


async def test_an_event_is_sent_again_with_the_same_id(announced: Announced):
    conversation = Conversation.open(uuid4(), "widget")
    events = [an_event(conversation.conversation_id) for _ in range(3)]
    await announced.store.save(a_change(conversation, events=events))
    await announced.announcer.publish(events)
    await announced.pass_time()

    await announced.announcer.publish_again(events[-1].id)
    await announced.pass_time()

    assert announced.sent() == [event.id for event in [*events, events[-1]]]


async def test_an_event_that_is_not_stored_is_not_sent(announced: Announced):
    await announced.announcer.publish_again(uuid4())
    await announced.pass_time()

    assert announced.sent() == []
