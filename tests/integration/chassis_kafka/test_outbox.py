"""An event that was stored is published: once, in order, whatever dies or is away in between."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from chassis import outbox as outbox_module
from chassis.kafka import BrokerUnavailable, EventPublisher, telemetry
from chassis.kafka.publisher import SerialisedEvent
from chassis.outbox import Outbox, outbox_table
from chassis.postgres import make_engine, metadata_for
from chassis.settings import DatabaseSettings
from contracts.cloudevent import CloudEvent, Event, caused_by
from tests.support.kafka_stage import Stage, running, turn
from tests.support.spans import keep_spans
from tests.support.waiting import until


class Wire:
    """A publisher that a test may cut."""

    def __init__(self) -> None:
        self.sent: list[SerialisedEvent] = []
        self.is_cut = False
        self.takes_s = 0.0

    async def publish(self, *events: CloudEvent[Event]) -> None:
        await self.send(*((event.topic, event.key, event.value(), event.headers()) for event in events))

    async def send(self, *records: SerialisedEvent) -> None:
        await asyncio.sleep(random.uniform(0, self.takes_s))
        if self.is_cut:
            raise BrokerUnavailable("cut")
        self.sent += records

    @property
    def ids(self) -> list[str]:
        return [headers["ce_id"] for _, _, _, headers in self.sent]


@dataclass(slots=True)
class Office:
    """An outbox in a schema of its own, its publisher, and a look into its table."""

    engine: AsyncEngine
    table: sa.Table
    wire: Any
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = self.of_another_process()

    def of_another_process(self) -> Outbox:
        """A second outbox on the same table."""
        return Outbox(self.engine, self.table, self.wire)

    async def store(self, *events: CloudEvent[Event]) -> None:
        """Store events in a transaction of their own."""
        async with self.engine.begin() as connection:
            await self.outbox.add(connection, events)

    async def let_pass(self, event: CloudEvent[Event], age: timedelta, column: str = "stored_at") -> None:
        """Make an event older than it is."""
        async with self.engine.begin() as connection:
            await connection.execute(
                sa.update(self.table)
                .where(self.table.c.event_id == event.id)
                .values({column: sa.func.now() - age})
            )

    async def unsent(self) -> list[UUID]:
        """The events that nobody noted as sent, in their order."""
        return await self._stored(self.table.c.sent_at.is_(None))

    async def until_unsent(self, *events: CloudEvent[Event]) -> None:
        """Wait until these are all that is left to send."""
        await self._until(self.table.c.sent_at.is_(None), events)

    async def until_stored(self, *events: CloudEvent[Event]) -> None:
        """Wait until these are all there are."""
        await self._until(sa.true(), events)

    async def until_swept(self) -> None:
        """Wait for the end of the first sweep of all."""
        labels = {"schema": str(self.table.schema)}
        await until(lambda: REGISTRY.get_sample_value("salesbot_outbox_pending", labels) is not None)

    async def _until(self, condition: sa.ColumnElement[bool], events: Sequence[CloudEvent[Event]]) -> None:
        deadline = time.monotonic() + 10.0
        while await self._stored(condition) != [event.id for event in events]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def _stored(self, condition: sa.ColumnElement[bool]) -> list[UUID]:
        query = sa.select(self.table.c.event_id).where(condition).order_by(self.table.c.position)
        async with self.engine.connect() as connection:
            return list((await connection.scalars(query)).all())


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "_SWEEP_INTERVAL_S", 0.02)
    monkeypatch.setattr(outbox_module, "_LEFT_BEHIND_AFTER", timedelta(milliseconds=50))


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
    metadata = metadata_for(f"outbox_{uuid4().hex[:8]}")
    table, wire = outbox_table(metadata), Wire()
    async with engine.begin() as connection:
        await connection.execute(CreateSchema(str(metadata.schema)))
        await connection.run_sync(metadata.create_all)
    yield Office(engine, table, wire)
    await engine.dispose()


@asynccontextmanager
async def sweeping(*outboxes: Outbox) -> AsyncIterator[None]:
    """The background work of one or several processes."""
    tasks = [asyncio.create_task(outbox.run_sweeper()) for outbox in outboxes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def ids(events: Sequence[CloudEvent[Event]]) -> list[str]:
    return [str(event.id) for event in events]


async def test_an_event_of_a_transaction_that_failed_does_not_exist(office: Office) -> None:
    with pytest.raises(LookupError):
        async with office.engine.begin() as connection:
            await office.outbox.add(connection, [turn("ann", "hello")])
            raise LookupError

    assert await office.unsent() == []


async def test_an_event_that_was_published_is_noted_and_not_sent_again(office: Office) -> None:
    events = [turn("ann", "0"), turn("ann", "1")]

    await office.store(*events)
    await office.outbox.publish(events)
    async with sweeping(office.outbox):
        await office.until_unsent()

    assert office.wire.ids == ids(events)


async def test_what_a_crash_left_behind_is_published_once_and_in_order(office: Office) -> None:
    events = [turn(f"visitor-{number % 3}", str(number)) for number in range(30)]

    for event in events:
        await office.store(event)
    async with sweeping(office.of_another_process()):
        await office.until_unsent()

    assert office.wire.ids == ids(events)


async def test_an_event_that_its_process_is_about_to_publish_is_left_to_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_LEFT_BEHIND_AFTER", timedelta(minutes=1))
    old, fresh = turn("ann", "old"), turn("bob", "fresh")

    await office.store(old, fresh)
    await office.let_pass(old, timedelta(minutes=2))
    async with sweeping(office.outbox):
        await office.until_unsent(fresh)

    assert office.wire.ids == [str(old.id)]


async def test_several_sweepers_send_each_event_once_and_keep_the_order(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_SWEEP_LIMIT", 7)
    events = [turn("ann", str(number)) for number in range(60)]
    office.wire.takes_s = 0.03

    await office.store(*events)
    async with sweeping(*(office.of_another_process() for _ in range(4))):
        await office.until_unsent()

    assert office.wire.ids == ids(events)


async def test_an_outage_delays_events_and_keeps_each_keys_order(office: Office) -> None:
    before, during, after = (turn("ann", when) for when in ("before", "during", "after"))
    other = turn("bob", "hello")
    await office.store(before, during, after, other)

    await office.outbox.publish([before])
    office.wire.is_cut = True
    await office.outbox.publish([during])
    office.wire.is_cut = False
    # The broker is back before anything was swept; a key's next event must not overtake, another key's may.
    await office.outbox.publish([after, other])
    assert office.wire.ids == ids([before, other])
    async with sweeping(office.outbox):
        await until(lambda: not office.outbox._left)
        late = turn("ann", "late")
        await office.store(late)
        await office.outbox.publish([late])

    assert office.wire.ids == ids([before, other, during, after, late])


async def test_a_sweep_is_tried_again_while_the_broker_is_away(office: Office) -> None:
    event = turn("ann", "hello")
    office.wire.is_cut = True

    await office.store(event)
    await office.outbox.publish([event])
    async with sweeping(office.outbox):
        labels = {"schema": str(office.table.schema)}
        await asyncio.sleep(0.2)
        assert await office.unsent() == [event.id]
        office.wire.is_cut = False
        await office.until_unsent()
        await until(lambda: REGISTRY.get_sample_value("salesbot_outbox_pending", labels) == 0)

    assert office.wire.ids == [str(event.id)]


async def test_storing_an_event_again_changes_nothing(office: Office) -> None:
    event = turn("ann", "hello")

    await office.store(event)
    await office.outbox.publish([event])
    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.store(event)
        await asyncio.sleep(0.2)

    assert office.wire.ids == [str(event.id)]


async def test_what_was_published_is_noted_when_the_process_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_SWEEP_INTERVAL_S", 3600.0)
    event = turn("ann", "hello")

    async with sweeping(office.outbox):
        await office.until_swept()
        await office.store(event)
        await office.outbox.publish([event])

    assert await office.unsent() == []


async def test_what_a_cause_led_to_is_published_again_on_demand(office: Office) -> None:
    cause = turn("ann", "hello")
    effects = [
        caused_by(cause.id, cause.data, source="tests", time=cause.time, ordinal=number)
        for number in range(3)
    ]

    await office.store(*effects, turn("ann", "something else"))
    await office.outbox.publish_caused_by(cause.id)

    assert office.wire.ids == ids(effects)


async def test_sent_events_are_forgotten_after_a_while(office: Office) -> None:
    old, recent = turn("ann", "old"), turn("ann", "recent")

    await office.store(old, recent)
    await office.let_pass(old, timedelta(days=8), "sent_at")
    await office.let_pass(recent, timedelta(days=6), "sent_at")
    async with sweeping(office.outbox):
        await office.until_stored(recent)

    assert office.wire.ids == []


async def test_an_event_is_born_in_a_trace_and_sent_in_it(
    stage: Stage, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = keep_spans(monkeypatch)
    event = turn("ann", "hello")

    async with running(stage.broker()) as broker:
        office.wire = EventPublisher(broker)
        with telemetry.tracer.start_as_current_span("born here") as birth:
            await office.store(event)
        async with office.engine.begin() as connection:
            await connection.execute(sa.update(office.table).values(topic=stage.topic))
        async with sweeping(office.of_another_process()):
            await office.until_unsent()

    (sent,) = (span for span in spans.get_finished_spans() if span.name == f"send {stage.topic}")
    assert sent.context is not None and sent.parent is not None
    assert sent.context.trace_id == birth.get_span_context().trace_id
    assert sent.parent.span_id == birth.get_span_context().span_id
