"""What every announcer promises: the outbox on PostgreSQL, and the fake that stands for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher
from chassis.outbox import Outbox
from services.dialogue.adapters import PostgresStore, tables
from services.dialogue.domain.conversation import Conversation
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
    """A store with its announcer, and the ids of what was sent in order."""

    store: ConversationStore
    announcer: Announcer
    sent: Callable[[], list[UUID]]


@pytest.fixture
def outbox(engine: AsyncEngine) -> Announced:
    publisher = RecordingPublisher()
    outbox = Outbox(engine, tables.outbox, cast("EventPublisher", publisher))
    return Announced(PostgresStore(engine, outbox), outbox, lambda: list(publisher.sent))


@pytest.fixture
def in_memory() -> Announced:
    store = FakeStore([])
    fake = FakeAnnouncer([])

    return Announced(store, fake, lambda: [event.id for event in fake.published])


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
