"""An event that cannot be published holds back its own topic and key, and a person is told."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer
from prometheus_client import REGISTRY

from chassis.kafka import EventPublisher
from chassis.outbox import Outbox, OutboxOptions
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import TurnReceived
from tests.support.kafka_stage import Stage, conversation, running, turn
from tests.support.outbox_office import IN_A_HURRY, Office, ids, sweeping
from tests.support.waiting import until

TOO_LARGE = "x" * 1_100_000


def on(topic: str, event: CloudEvent[TurnReceived], **changed: str) -> CloudEvent[Event]:
    """The same event on another topic, unchecked where it is changed."""
    moved = type("TurnReceived", (TurnReceived,), {"topic": topic})
    data = moved.model_validate(event.data.model_dump()).model_copy(update=changed)
    return originate(data, event_id=event.id, source=event.source, time=event.time)


@asynccontextmanager
async def two_processes(office: Office, stage: Stage) -> AsyncIterator[tuple[Outbox, Outbox]]:
    """Two outboxes on one table, each with a producer of its own."""
    async with AsyncExitStack() as stack:
        brokers = [await stack.enter_async_context(running(stage.broker())) for _ in range(2)]
        one, other = (
            Outbox(office.engine, office.table, EventPublisher(broker, timeout_s=2.0), options=IN_A_HURRY)
            for broker in brokers
        )
        yield one, other


async def read(stage: Stage, count: int) -> dict[bytes, list[UUID]]:
    """The ids of the first records of a topic, key by key in their order."""
    found: dict[bytes, list[UUID]] = defaultdict(list)
    async with AIOKafkaConsumer(
        stage.topic, bootstrap_servers=stage.settings.kafka_bootstrap_servers, auto_offset_reset="earliest"
    ) as consumer:
        for _ in range(count):
            record = await consumer.getone()
            found[record.key or b""].append(UUID(dict(record.headers)["ce_id"].decode()))
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                found[record.key or b""].append(UUID(dict(record.headers)["ce_id"].decode()))
    return found


def refused(office: Office) -> float | None:
    return REGISTRY.get_sample_value("salesbot_outbox_refused_events", {"schema": str(office.table.schema)})


async def test_a_refused_event_holds_back_its_own_key_until_a_person_has_looked(office: Office) -> None:
    first, large, after, other = (
        turn("ann", "first"),
        turn("ann", "large"),
        turn("ann", "after"),
        turn("bob", "hello"),
    )
    office.change(lease_s=0.5)
    office.wire.refuses = lambda record: record[3]["ce_id"] == str(large.id)

    await office.store(first, large, after, other)
    async with sweeping(office.outbox, office.of_another_process()):
        await until(lambda: refused(office) == 1)
        await office.until_unsent(large, after)
        assert office.wire.ids == ids([first, other])
        late = turn("bob", "late")
        await office.store(late)
        await office.outbox.publish([late])
        assert office.wire.ids == ids([first, other, late])

        office.wire.refuses = lambda record: False
        async with office.engine.begin() as connection:
            await connection.execute(sa.update(office.table).values(refused_at=None))
        await office.until_unsent()

    assert office.wire.ids == ids([first, other, late, large, after])


async def test_a_publication_that_is_refused_does_not_fail_who_stored_it(office: Office) -> None:
    large, other = turn("ann", "large"), turn("bob", "hello")
    office.wire.refuses = lambda record: record[3]["ce_id"] == str(large.id)

    await office.store(large, other)
    await office.outbox.publish([large, other])

    assert office.wire.ids == [str(other.id)]


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


async def test_an_event_of_another_process_is_not_overtaken(office: Office) -> None:
    office.change(lease_s=0.3)
    other = office.of_another_process()
    older, newer = turn("ann", "older"), turn("ann", "newer")

    async with office.engine.begin() as connection:
        await other.add(connection, [older])
    await office.store(newer)
    await office.outbox.publish([newer])
    assert office.wire.ids == []
    async with sweeping(office.outbox):
        await office.until_unsent()

    assert office.wire.ids == ids([older, newer])


async def test_an_event_that_its_process_is_slow_to_publish_is_left_to_the_sweepers(office: Office) -> None:
    now_s, event = 0.0, turn("ann", "hello")
    slow = Outbox(office.engine, office.table, office.wire, clock=lambda: now_s)
    async with office.engine.begin() as connection:
        await slow.add(connection, [event])

    now_s = OutboxOptions().publish_within_s
    await slow.publish([event])

    assert office.wire.sent == []


async def test_a_record_that_comes_too_late_is_followed_by_the_newest_event(office: Office) -> None:
    late_process = office.of_another_process()
    older, newer = turn("ann", "older"), turn("ann", "newer")
    async with office.engine.begin() as connection:
        await late_process.add(connection, [older])

    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.store(newer)
        await office.outbox.publish([newer])
        await office.until_unsent()
    await late_process.publish([older])
    async with sweeping(late_process):
        await until(lambda: len(office.wire.sent) == 4)

    assert office.wire.ids == ids([older, newer, older, newer])


async def test_a_record_of_a_process_that_died_is_followed_by_the_newest_event(office: Office) -> None:
    office.change(repeat_after_s=0.5)
    dying_process = office.of_another_process()
    older, newer = turn("ann", "older"), turn("ann", "newer")
    async with office.engine.begin() as connection:
        await dying_process.add(connection, [older])

    async with sweeping(office.outbox):
        await office.until_unsent()
        await office.store(newer)
        await office.outbox.publish([newer])
        await dying_process.publish([older])
        await until(lambda: len(office.wire.sent) == 4)

    assert office.wire.ids == ids([older, newer, older, newer])


async def test_on_a_real_broker_only_what_is_too_large_or_has_no_topic_waits(
    office: Office, stage: Stage
) -> None:
    large = on(stage.topic, turn("ann", "large"), message=TOO_LARGE)
    after = on(stage.topic, turn("ann", "after"))
    homeless = on("a-topic-that-nobody-made", turn("bob", "hello"))
    others = [on(stage.topic, turn("bob", str(number))) for number in range(5)]

    async with two_processes(office, stage) as (one, other):
        async with office.engine.begin() as connection:
            await one.add(connection, [large, after, homeless, *others])
        async with sweeping(one, other):
            await until(lambda: refused(office) == 1, within_s=20)
            await office.until_unsent(large, after, homeless)

    found = await read(stage, len(others))
    assert list(dict.fromkeys(found[others[0].key])) == [event.id for event in others]
    assert found[large.key] == []


@pytest.mark.parametrize("round_", range(2))
async def test_on_a_real_broker_two_processes_that_crash_leave_the_newest_event_last(
    office: Office, stage: Stage, round_: int
) -> None:
    stored: list[CloudEvent[Event]] = []

    async with two_processes(office, stage) as processes, sweeping(*processes):
        for number in range(24):
            process = processes[(number // 3) % 2]
            event = on(stage.topic, turn(f"visitor-{number % 4}", str(number)))
            async with office.engine.begin() as connection:
                await process.add(connection, [event])
            stored.append(event)
            # One in three dies between its commit and its topic.
            if number % 3 != round_:
                await process.publish([event])
        await office.until_unsent()

    found = await read(stage, len(stored))
    for name in range(4):
        key = str(conversation(f"visitor-{name}")).encode()
        expected = [event.id for event in stored if event.key == key]
        assert list(dict.fromkeys(found[key])) == expected
        assert found[key][-1] == expected[-1]
