"""What every announcer promises: the outbox on PostgreSQL, and the fake that stands for it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher
from chassis.outbox import Outbox
from services.dialogue.adapters import PostgresStore, tables
from services.dialogue.domain import Conversation
from services.dialogue.ports import Announcer, ConversationStore
from tests.integration.dialogue.changes import a_change, an_event
from tests.support.dialogue_fakes import FakeAnnouncer, FakeStore


class RecordingPublisher(EventPublisher):
    """Notes the ids of what would be sent."""

    def __init__(self) -> None:
        super().__init__(KafkaBroker())
        self.sent: list[UUID] = []

    async def send(self, *records) -> None:
        self.sent += [UUID(headers["ce_id"]) for _, _, _, headers in records]


@dataclass
class Announced:
    """A store with its announcer, and the ids of the events that were sent in their order."""

    store: ConversationStore
    announcer: Announcer
    sent: Callable[[], list[UUID]]


@pytest.fixture
def outbox(engine: AsyncEngine) -> Announced:
    publisher = RecordingPublisher()
    return Announced(
        PostgresStore(engine), Outbox(engine, tables.outbox, publisher), lambda: list(publisher.sent)
    )


@pytest.fixture
def in_memory() -> Announced:
    store = FakeStore([])
    fake = FakeAnnouncer(store, [])
    return Announced(store, fake, lambda: [event.id for event in (*fake.published, *fake.again)])


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


async def test_only_what_a_cause_led_to_is_sent_again_and_in_its_order(announced: Announced):
    conversation, cause = Conversation.open(uuid4(), "widget"), uuid4()
    ours = [an_event(conversation.conversation_id, cause, ordinal) for ordinal in range(3)]
    other = an_event(conversation.conversation_id)
    await announced.store.save(a_change(conversation, events=[ours[0], other, *ours[1:]]))

    await announced.announcer.publish_caused_by(cause)

    assert announced.sent() == [event.id for event in ours]


async def test_a_cause_that_led_to_nothing_sends_nothing(announced: Announced):
    await announced.announcer.publish_caused_by(uuid4())

    assert announced.sent() == []
