"""The keyed subscriber between FastStream's loop and its lanes, without a broker."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError
from faststream.kafka import KafkaBroker

from chassis.kafka import EventGroup, KeyedOptions, KeyedSubscriber, keyed_subscriber, make_broker
from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, FakeConsumer, fake_clients
from tests.support.records import record_of
from tests.support.spans import keep_spans
from tests.support.waiting import until

TOPIC = TurnReceived.topic
HOME = TopicPartition(TOPIC, 0)


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    return fake_clients(monkeypatch)


@pytest.fixture
async def broker(clients: FakeClients) -> AsyncIterator[KafkaBroker]:
    broker = make_broker(ServiceSettings(), service="tests")
    yield broker
    await broker.stop()


@pytest.fixture
def handled() -> list[str]:
    return []


@pytest.fixture
def notified() -> list[int]:
    return []


@pytest.fixture
async def subscriber(broker: KafkaBroker, handled: list[str], notified: list[int]) -> KeyedSubscriber:
    async def note_parked(parked: Parked) -> None:
        notified.append(parked.record.offset)

    subscriber = keyed_subscriber(
        broker,
        TOPIC,
        group_id="tests",
        options=KeyedOptions(commit_interval_s=0.01, partition_bound=2000),
        on_parked=note_parked,
    )

    @subscriber.on(TurnReceived)
    async def note_on_turn_received(event: CloudEvent[TurnReceived]) -> None:
        handled.append(event.data.message)

    await broker.start()
    subscriber.take_over({HOME})
    return subscriber


@pytest.fixture
def consumer(subscriber: KeyedSubscriber, clients: FakeClients) -> FakeConsumer:
    return clients.consumers[0]


async def test_a_backlog_leaves_room_for_everybody_else(consumer: FakeConsumer, handled: list[str]) -> None:
    turns_of_others = 0
    consumer.feed(record_of(turn_received(str(number)), offset=number) for number in range(500))

    while len(handled) < 500:
        turns_of_others += 1
        await asyncio.sleep(0)

    # A probe or a heartbeat gets its turn between any two records, not after hundreds of them.
    assert turns_of_others > 400


async def test_partitions_that_are_assigned_while_it_stops_are_not_begun(
    subscriber: KeyedSubscriber, consumer: FakeConsumer, handled: list[str]
) -> None:
    assert consumer.listener is not None
    await subscriber.stop()
    await consumer.listener.on_partitions_assigned({HOME})

    subscriber.lanes.admit(record_of(turn_received()))
    await asyncio.sleep(0.01)

    assert handled == []
    assert subscriber.lanes.held == 0


async def test_a_commit_that_is_refused_is_made_again(
    subscriber: KeyedSubscriber, consumer: FakeConsumer
) -> None:
    consumer.commit_refusals = [CommitFailedError(), CommitFailedError()]

    consumer.feed([record_of(turn_received(), offset=6)])
    await until(lambda: len(consumer.commits) == 3 and not subscriber.uncommitted())

    assert consumer.commits == [{HOME: 7}] * 3


async def test_a_commit_that_hangs_holds_up_nobody_for_long(
    subscriber: KeyedSubscriber, consumer: FakeConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.kafka.committing._COMMIT_TIMEOUT_S", 0.02)

    async def hang(_offsets: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(consumer, "commit", hang)
    consumer.feed([record_of(turn_received())])
    await until(subscriber.uncommitted)

    await asyncio.wait_for(subscriber.stop(), 2.0)


async def test_a_hand_over_is_told_once_the_work_is_done_and_committed(
    broker: KafkaBroker, clients: FakeClients
) -> None:
    handled: list[str] = []
    told: list[tuple[int, int]] = []

    def note_hand_over() -> None:
        told.append((len(handled), len(clients.consumers[0].commits)))

    subscriber = keyed_subscriber(broker, TOPIC, group_id="tests", on_handed_over=note_hand_over)

    @subscriber.on(TurnReceived)
    async def handle_slowly(event: CloudEvent[TurnReceived]) -> None:
        await asyncio.sleep(0.02)
        handled.append(event.data.message)

    await broker.start()
    subscriber.take_over({HOME})
    consumer = clients.consumers[0]
    consumer.feed([record_of(turn_received())])
    await until(lambda: subscriber.lanes.count == 1)

    assert consumer.listener is not None
    await consumer.listener.on_partitions_revoked({HOME})

    assert told == [(1, 1)]


async def test_the_span_of_a_group_goes_on_with_the_first_trace_and_links_to_the_others(
    broker: KafkaBroker, clients: FakeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = keep_spans(monkeypatch)
    traces = ["0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"]
    records = [record_of(turn_received(), offset=at) for at in range(2)]
    for one, trace in zip(records, traces, strict=True):
        one.headers = (*one.headers, ("traceparent", f"00-{trace}-b7ad6b7169203331-01".encode()))
    grouped = keyed_subscriber(broker, TOPIC, group_id="tests")

    @grouped.on_many(TurnReceived)
    async def wait_on_turn_received(consecutive: EventGroup[TurnReceived]) -> None:
        await consecutive.grows_within(0.05)

    await broker.start()
    grouped.take_over({HOME})
    clients.consumers[0].feed(records)
    await until(lambda: grouped.uncommitted() == {HOME: 2})

    (span,) = spans.get_finished_spans()
    assert span.context is not None and span.attributes is not None
    assert f"{span.context.trace_id:032x}" == traces[0]
    assert [f"{link.context.trace_id:032x}" for link in span.links] == traces[1:]
    assert span.attributes["messaging.batch.message_count"] == 2


async def test_a_fault_beside_the_handler_parks_a_few_records_and_then_ends_the_consumer(
    subscriber: KeyedSubscriber,
    consumer: FakeConsumer,
    notified: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parked: list[int] = []
    failures: list[str] = []
    subscriber.on_failure = failures.append

    async def park(_letters: DeadLetters, one: Parked, *_: object, **__: object) -> bool:
        parked.append(one.record.offset)
        return True

    async def fail(_group: object) -> bool:
        raise LookupError("ours")

    monkeypatch.setattr(DeadLetters, "park", park)
    monkeypatch.setattr(subscriber._settler, "settle", fail)
    consumer.feed(record_of(turn_received(str(number)), offset=number) for number in range(9))
    await until(lambda: failures)

    assert failures == ["a lane failed: LookupError"]
    assert len(parked) == 5
    assert notified == parked
