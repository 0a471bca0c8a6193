"""An event that was stored is published: once, in order, whatever dies, is away or refuses it in between."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from chassis.kafka import EventPublisher, telemetry
from chassis.outbox import Outbox
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import TurnReceived
from tests.support.kafka_stage import Stage, conversation, running, turn
from tests.support.outbox_office import IN_A_HURRY, Office, ids, sweeping
from tests.support.spans import keep_spans
from tests.support.waiting import until

TOO_LARGE = "x" * 1_100_000


def gauge(office: Office, name: str) -> float | None:
    return REGISTRY.get_sample_value(f"salesbot_outbox_{name}", {"schema": str(office.table.schema)})


async def test_an_event_of_a_transaction_that_failed_does_not_exist(office: Office) -> None:
    with pytest.raises(LookupError):
        async with office.engine.begin() as connection:
            await office.outbox.add(connection, [turn("ann", "hello")])
            raise LookupError

    assert await office.unsent() == []


async def test_an_event_that_was_published_is_noted_and_not_sent_again_though_it_is_stored_again(
    office: Office,
) -> None:
    events = [turn("ann", "0"), turn("ann", "1")]

    await office.store(*events)
    await office.outbox.publish(events)
    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.store(*events)
    async with sweeping(office.of_another_process()):
        await office.until_unsent()

    assert office.wire.ids == ids(events)


async def test_an_event_that_its_process_is_about_to_publish_is_left_to_it(office: Office) -> None:
    office.change(lease_s=60.0)
    old, fresh = turn("ann", "old"), turn("bob", "fresh")

    await office.store(old, fresh)
    await office.let_pass(old, timedelta(minutes=2))
    async with sweeping(office.outbox):
        await office.until_unsent(fresh)

    assert office.wire.ids == [str(old.id)]


async def test_several_sweepers_send_what_a_crash_left_once_in_order_and_remember_nothing(
    office: Office,
) -> None:
    office.change(sweep_limit=7)
    events = [turn("ann", str(number)) for number in range(60)]
    office.wire.takes_s = 0.03
    sweepers = [office.of_another_process() for _ in range(4)]

    await office.store(*events)
    async with sweeping(*sweepers):
        await office.until_unsent()
        await until(lambda: not any(sweeper._state.marked for sweeper in sweepers))

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
    office.wire.is_cut = True
    async with sweeping(office.outbox):
        await until(lambda: gauge(office, "pending") == 2)
        office.wire.is_cut = False
        await office.until_unsent()
        await until(lambda: gauge(office, "pending") == 0)
        late = turn("ann", "late")
        await office.store(late)
        await office.outbox.publish([late])

    assert office.wire.ids == ids([before, other, during, after, late])


async def test_what_was_published_is_noted_when_the_process_ends(office: Office) -> None:
    office.change(sweep_every_s=3600.0)
    event = turn("ann", "hello")

    async with sweeping(office.outbox):
        await until(lambda: gauge(office, "pending") is not None)
        await office.store(event)
        await office.outbox.publish([event])

    assert await office.unsent() == []


async def test_an_event_is_published_again_on_demand_with_those_that_followed_it(office: Office) -> None:
    events, unpublished = [turn("ann", str(number)) for number in range(3)], turn("bob", "hello")

    await office.store(*events, unpublished)
    await office.outbox.publish(events)
    await office.outbox.publish_again(unpublished.id)
    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.outbox.publish_again(events[1].id)
        await until(lambda: len(office.wire.sent) == 6)

    assert office.wire.ids == ids([*events, unpublished, *events[1:]])


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
    spans, event = keep_spans(monkeypatch), on(stage.topic, turn("ann", "hello"))

    with telemetry.tracer.start_as_current_span("born here") as birth:
        await office.store(event)
    async with processes(office, stage) as (outbox, _), sweeping(outbox):
        await office.until_unsent()

    (sent,) = (span for span in spans.get_finished_spans() if span.name == f"send {stage.topic}")
    assert sent.context is not None and sent.parent is not None
    assert sent.context.trace_id == birth.get_span_context().trace_id
    assert sent.parent.span_id == birth.get_span_context().span_id


async def test_a_refused_event_holds_back_its_own_key_until_a_person_has_looked(office: Office) -> None:
    said = (("ann", "first"), ("ann", "large"), ("ann", "after"), ("bob", "hello"), ("bob", "late"))
    first, large, after, other, late = (turn(*each) for each in said)
    office.change(lease_s=0.5)
    office.wire.refuses = lambda record: record[3]["ce_id"] == str(large.id)

    await office.store(first, large, after, other)
    # Whoever stored it does not fail over it.
    await office.outbox.publish([first, large, other])
    async with sweeping(office.outbox, office.of_another_process()):
        await until(lambda: gauge(office, "refused_events") == 1)
        await office.until_unsent(large, after)
        await office.store(late)
        await office.outbox.publish([late])
        assert office.wire.ids == ids([first, other, late])

        office.wire.refuses = lambda record: False
        async with office.engine.begin() as connection:
            await connection.execute(sa.update(office.table).values(refused_at=None))
        await office.until_unsent()

    assert office.wire.ids == ids([first, other, late, large, after])


async def test_a_topic_that_cannot_be_written_delays_no_other(office: Office) -> None:
    office.change(sweep_limit=3)
    stuck = [turn(f"ann-{number}", "hello") for number in range(9)]
    others = [turn("bob", str(number)) for number in range(9)]
    keys = {event.key for event in stuck}
    office.wire.is_away = lambda record: record[1] in keys

    await office.store(*stuck, *others)
    async with sweeping(office.of_another_process()):
        await office.until_unsent(*stuck)
        assert office.wire.ids == ids(others)
        office.wire.is_away = lambda record: False
        await office.until_unsent()


def on(topic: str, event: CloudEvent[TurnReceived], **changed: str) -> CloudEvent[Event]:
    """The same event on another topic, unchecked where it is changed."""
    moved = type("TurnReceived", (TurnReceived,), {"topic": topic})
    data = moved.model_validate(event.data.model_dump()).model_copy(update=changed)
    return originate(data, event_id=event.id, source=event.source, time=event.time)


@asynccontextmanager
async def processes(office: Office, stage: Stage) -> AsyncIterator[list[Outbox]]:
    """Two outboxes on one table, each with a producer of its own."""
    async with AsyncExitStack() as stack:
        brokers = [await stack.enter_async_context(running(stage.broker())) for _ in range(2)]
        publishers = [EventPublisher(broker, timeout_s=2.0) for broker in brokers]
        yield [Outbox(office.engine, office.table, each, options=IN_A_HURRY) for each in publishers]


async def read(stage: Stage, count: int) -> dict[bytes, list[UUID]]:
    """The ids of a topic's records, at least so many, key by key in their order."""
    found: dict[bytes, list[UUID]] = defaultdict(list)
    async with stage.consumer(stage.topic) as consumer:
        records = [await consumer.getone() for _ in range(count)]
        records += [one for more in (await consumer.getmany(timeout_ms=200)).values() for one in more]
    for record in records:
        found[record.key].append(UUID(dict(record.headers)["ce_id"].decode()))
    return found


async def test_on_a_real_broker_only_what_is_too_large_or_has_no_topic_waits(
    office: Office, stage: Stage
) -> None:
    large = on(stage.topic, turn("ann", "large"), message=TOO_LARGE)
    after = on(stage.topic, turn("ann", "after"))
    homeless = on("a-topic-that-nobody-made", turn("bob", "hello"))
    others = [on(stage.topic, turn("bob", str(number))) for number in range(5)]

    async with processes(office, stage) as (one, other):
        async with office.engine.begin() as connection:
            await one.add(connection, [large, after, homeless, *others])
        async with sweeping(one, other):
            await until(lambda: gauge(office, "refused_events") == 1, within_s=20)
            await office.until_unsent(large, after, homeless)

    found = await read(stage, len(others))
    assert list(dict.fromkeys(found[others[0].key])) == [event.id for event in others]
    assert found[large.key] == []


async def test_on_a_real_broker_two_processes_that_crash_leave_the_newest_event_last(
    office: Office, stage: Stage
) -> None:
    stored: list[CloudEvent[Event]] = []

    async with processes(office, stage) as outboxes, sweeping(*outboxes):
        for number in range(24):
            process = outboxes[(number // 3) % 2]
            stored.append(on(stage.topic, turn(f"visitor-{number % 4}", str(number))))
            async with office.engine.begin() as connection:
                await process.add(connection, stored[-1:])
            # One in three dies between its commit and its topic.
            if number % 3:
                await process.publish(stored[-1:])
        await office.until_unsent()

    found = await read(stage, len(stored))
    for name in range(4):
        key = str(conversation(f"visitor-{name}")).encode()
        expected = [event.id for event in stored if event.key == key]
        assert list(dict.fromkeys(found[key])) == expected
        assert found[key][-1] == expected[-1]
