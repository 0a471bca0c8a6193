"""An event that was stored is published: once, in order, whatever dies or is away in between."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from chassis.kafka import EventPublisher, telemetry
from chassis.outbox import Outbox
from tests.support.kafka_stage import Stage, running, turn
from tests.support.outbox_office import IN_A_HURRY, Office, ids, sweeping
from tests.support.spans import keep_spans
from tests.support.waiting import until


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


async def test_a_process_that_sweeps_for_others_does_not_remember_what_it_marked(office: Office) -> None:
    sweeper = office.of_another_process()

    await office.store(*(turn(f"visitor-{number}", "left behind") for number in range(30)))
    async with sweeping(sweeper):
        await office.until_unsent()
        await until(lambda: not sweeper._state.marked)

    assert len(office.wire.ids) == 30


async def test_an_event_that_its_process_is_about_to_publish_is_left_to_it(office: Office) -> None:
    office.change(lease_s=60.0)
    old, fresh = turn("ann", "old"), turn("bob", "fresh")

    await office.store(old, fresh)
    await office.let_pass(old, timedelta(minutes=2))
    async with sweeping(office.outbox):
        await office.until_unsent(fresh)

    assert office.wire.ids == [str(old.id)]


async def test_several_sweepers_send_each_event_once_and_keep_the_order(office: Office) -> None:
    office.change(sweep_limit=7)
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
        await office.until_unsent()
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


async def test_what_was_published_is_noted_when_the_process_ends(office: Office) -> None:
    office.change(sweep_every_s=3600.0)
    event = turn("ann", "hello")

    async with sweeping(office.outbox):
        await office.until_swept()
        await office.store(event)
        await office.outbox.publish([event])

    assert await office.unsent() == []


async def test_an_event_is_published_again_on_demand_with_those_that_followed_it(office: Office) -> None:
    events = [turn("ann", str(number)) for number in range(3)]
    other = turn("bob", "hello")

    await office.store(*events, other)
    await office.outbox.publish([*events, other])
    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.outbox.publish_again(events[1].id)
        await until(lambda: len(office.wire.sent) == 6)

    assert office.wire.ids == ids([*events, other, *events[1:]])


async def test_an_event_that_is_not_published_yet_is_not_published_twice(office: Office) -> None:
    event = turn("ann", "hello")

    await office.store(event)
    await office.outbox.publish_again(event.id)
    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.until_swept()

    assert office.wire.ids == [str(event.id)]


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
        with telemetry.tracer.start_as_current_span("born here") as birth:
            await office.store(event)
        async with office.engine.begin() as connection:
            await connection.execute(sa.update(office.table).values(topic=stage.topic))
        async with sweeping(Outbox(office.engine, office.table, EventPublisher(broker), options=IN_A_HURRY)):
            await office.until_unsent()

    (sent,) = (span for span in spans.get_finished_spans() if span.name == f"send {stage.topic}")
    assert sent.context is not None and sent.parent is not None
    assert sent.context.trace_id == birth.get_span_context().trace_id
    assert sent.parent.span_id == birth.get_span_context().span_id
