"""Subscribers between FastStream's loop and their handlers, without a broker."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError
from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.kafka import (
    BatchOptions,
    BatchSubscriber,
    EventGroup,
    KeyedOptions,
    KeyedSubscriber,
    batch_subscriber,
    keyed_subscriber,
)
from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.kafka.group import Group
from chassis.kafka.record import Record
from chassis.kafka.staleness import Staleness
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, FakeConsumer
from tests.support.records import record, record_of
from tests.support.waiting import let_run, until

TOPIC = TurnReceived.topic
HOME = TopicPartition(TOPIC, 0)
TURNS = TopicPartition("turns", 0)
FAULTS = [LookupError("a fault of ours"), asyncio.CancelledError()]


@pytest.fixture
async def subscriber(broker: KafkaBroker, clients: FakeClients, told: list[str]) -> KeyedSubscriber:
    async def note_parked(parked: Parked) -> None:
        told.append(f"parked {parked.record.offset}")

    subscriber = keyed_subscriber(
        broker,
        TOPIC,
        group_id="tests",
        options=KeyedOptions(commit_interval_s=0.01, partition_bound=2000),
        on_parked=note_parked,
        on_handed_over=lambda: told.append(f"handed over after {len(clients.consumers[0].commits)} commits"),
    )

    @subscriber.on(TurnReceived)
    async def note_on_turn_received(event: CloudEvent[TurnReceived]) -> None:
        if event.data.message == "slow":
            await asyncio.sleep(0.02)
        told.append(event.data.message)

    await broker.start()
    subscriber.take_over({HOME})
    return subscriber


@pytest.fixture
def consumer(subscriber: KeyedSubscriber, clients: FakeClients) -> FakeConsumer:
    return clients.consumers[0]


async def test_a_backlog_leaves_room_for_everybody_else(consumer: FakeConsumer, told: list[str]) -> None:
    turns_of_others = 0
    consumer.feed(record_of(turn_received(str(number)), offset=number) for number in range(500))

    while len(told) < 500:
        turns_of_others += 1
        await asyncio.sleep(0)

    # A probe or a heartbeat gets its turn between any two records, not after hundreds of them.
    assert turns_of_others > 400


async def test_a_hand_over_is_told_once_the_work_is_done_and_committed_and_what_comes_then_is_not_begun(
    subscriber: KeyedSubscriber, consumer: FakeConsumer, told: list[str]
) -> None:
    consumer.feed([record_of(turn_received("slow"))])
    await until(lambda: subscriber.lanes.count == 1)

    await consumer.listener.on_partitions_revoked({HOME})
    assert told == ["slow", "handed over after 1 commits"]

    # Partitions that are assigned while it stops.
    await subscriber.stop()
    await consumer.listener.on_partitions_assigned({HOME})
    subscriber.lanes.admit(record_of(turn_received("late"), offset=1))
    await asyncio.sleep(0.01)
    assert "late" not in told
    assert subscriber.lanes.held == 0


async def test_a_commit_that_is_refused_is_made_again_and_one_that_hangs_holds_up_nobody_for_long(
    subscriber: KeyedSubscriber, consumer: FakeConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.commit_refusals = [CommitFailedError(), CommitFailedError()]
    consumer.feed([record_of(turn_received(), offset=6)])
    await until(lambda: len(consumer.commits) == 3 and not subscriber.uncommitted())
    assert consumer.commits == [{HOME: 7}] * 3

    async def hang(_offsets: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("chassis.kafka.committing._COMMIT_TIMEOUT_S", 0.02)
    monkeypatch.setattr(consumer, "commit", hang)
    consumer.feed([record_of(turn_received(), offset=7)])
    await until(subscriber.uncommitted)

    await asyncio.wait_for(subscriber.stop(), 2.0)


async def test_the_span_of_a_group_goes_on_with_the_first_trace_and_links_to_the_others(
    broker: KafkaBroker, clients: FakeClients, spans: InMemorySpanExporter
) -> None:
    traces = ["0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"]
    now = datetime.now(UTC)
    records = [record_of(replace(turn_received(), time=now), offset=at) for at in range(2)]
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
    assert f"{span.context.trace_id:032x}" == traces[0]
    assert [f"{link.context.trace_id:032x}" for link in span.links] == traces[1:]
    assert span.attributes["messaging.batch.message_count"] == 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_beside_the_handler_parks_a_few_records_and_then_shuts_the_lane_and_ends_the_consumer(
    subscriber: KeyedSubscriber, told: list[str], monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    parks = 5 if isinstance(fault, LookupError) else 0
    tried, parked, failures = list[int](), list[str](), list[str]()
    subscriber.on_failure = failures.append

    async def park(_letters: DeadLetters, one: Parked, *_: object, **__: object) -> bool:
        parked.append(f"parked {one.record.offset}")
        return True

    async def fail(group: Group) -> bool:
        tried.append(group.records[0].offset)
        raise fault

    monkeypatch.setattr(DeadLetters, "park", park)
    monkeypatch.setattr(subscriber._settler, "settle", fail)
    for offset in range(9):
        subscriber.lanes.admit(record_of(turn_received(), offset=offset))
    await until(lambda: failures)
    await let_run()

    assert failures == [f"a lane failed: {type(fault).__name__}"]
    assert "a lane is broken" in subscriber.faults()
    assert tried == [*range(parks + 1)]
    assert told == parked == [f"parked {offset}" for offset in range(parks)]
    assert subscriber.uncommitted() in ({}, {HOME: parks})
    await subscriber.hand_over()
    assert not subscriber.lanes.is_broken


async def test_a_handler_that_outlives_its_cancellation_touches_nothing_of_the_next_assignment(
    broker: KafkaBroker, clients: FakeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.kafka.lanes._CANCEL_GRACE_S", 0.01)
    begun, ends = list[str](), [asyncio.Event() for _ in range(3)]
    first, second = (record_of(turn_received(f"turn {offset}"), offset=offset) for offset in range(2))
    options = KeyedOptions(drain_timeout_s=0.01, commit_interval_s=0.01)
    subscriber = keyed_subscriber(broker, TOPIC, group_id="tests", options=options)

    @subscriber.on(TurnReceived)
    async def ignore_cancellation_on_turn_received(event: CloudEvent[TurnReceived]) -> None:
        begun.append(event.data.message)
        end = ends[len(begun) - 1]
        with suppress(asyncio.CancelledError):
            await end.wait()
        await end.wait()

    await broker.start()
    subscriber.take_over({HOME})
    (consumer,) = clients.consumers
    consumer.feed([first, second])
    await until(lambda: subscriber.lanes.held == 2)
    # The partition leaves and comes back, and its first record is read again.
    await subscriber.hand_over()
    subscriber.take_over({HOME})
    consumer.feed([first])
    await until(lambda: len(begun) == 2)

    # The old handler ends while the new one runs; what comes next must still queue behind the new one.
    ends[0].set()
    consumer.feed([second])
    await until(lambda: subscriber.lanes.held == 2)
    await asyncio.sleep(0.03)

    assert begun == ["turn 0", "turn 0"]
    assert consumer.commits == []
    ends[1].set()
    ends[2].set()
    await until(lambda: consumer.commits[-1:] == [{HOME: 2}])
    assert (begun, subscriber.lanes.count) == (["turn 0", "turn 0", "turn 1"], 0)


class Polls(FakeConsumer):
    """Answers each poll with what a test has laid ready; what is asked of one partition takes a `move`."""

    def __init__(self, *answers: list[int], move: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__()
        self._answers = [[record(offset=offset) for offset in answer] for answer in answers]
        self._move = move

    async def getmany(self, *only, timeout_ms, max_records) -> dict[TopicPartition, list[Record]]:
        if only and self._move:
            await self._move()
        return {TURNS: self._answers.pop(0)}


@pytest.fixture
def release() -> asyncio.Event:
    """Ends the handler, which nothing else ends."""
    return asyncio.Event()


@pytest.fixture
async def batch(monkeypatch: pytest.MonkeyPatch, broker: KafkaBroker, release: asyncio.Event):
    monkeypatch.setattr("chassis.kafka.batch._CANCEL_GRACE_S", 0.01)

    async def wait_stubbornly(_events: object) -> None:
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()

    more = {"max_records": 3, "options": BatchOptions(linger_s=0.02, drain_timeout_s=0.01)}
    batch = batch_subscriber(broker, "turns", group_id="polls", handler=wait_stubbornly, **more)
    batch.take_over({TURNS})
    yield batch
    release.set()


async def move(batch: BatchSubscriber) -> None:
    """Let the partition leave and come back."""
    await batch.hand_over()
    batch.take_over({TURNS})


def raising(failure: BaseException) -> Callable[..., Awaitable[None]]:
    async def fail(*_: object) -> None:
        raise failure

    return fail


async def test_small_polls_are_joined_and_a_full_one_waits_for_no_other(batch: BatchSubscriber) -> None:
    polls = Polls([0], [1], [2, 3, 4])

    joined = [[one.offset for one in await batch.get_msg(polls)] for _ in range(2)]

    assert joined == [[0, 1], [2, 3, 4]]


async def test_what_was_polled_before_the_partitions_moved_is_left_out(batch: BatchSubscriber) -> None:
    polls = Polls([7], [5, 6])

    polling = asyncio.create_task(batch.get_msg(polls))
    await asyncio.sleep(0)
    await move(batch)

    # It is read again by whoever has it now; only what came after belongs to this assignment.
    assert [one.offset for one in await polling] == [5, 6]

    # So it is when they move while the second half of a poll is taken.
    polls = Polls([7], [5], [6], move=lambda: move(batch))
    polls._fetcher._records = {TURNS: None}
    assert [one.offset for one in await batch.fetching.many(polls, timeout_ms=0, max_records=3)] == [5]


@pytest.mark.parametrize("failure", FAULTS)
async def test_what_nobody_could_settle_ends_the_loop_or_the_subscriber_and_is_not_passed_over(
    batch: BatchSubscriber, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    with monkeypatch.context() as settling, pytest.raises(type(failure)):
        settling.setattr(batch._settler, "settle", raising(failure))
        await batch.consume_one((record_of(turn_received(), offset=7),))
    assert batch.uncommitted() == {}

    failures: list[str] = []
    batch.running, batch.on_failure = True, failures.append
    monkeypatch.setattr(batch._settler, "_handler", raising(KeyError("ours")))
    monkeypatch.setattr(batch._settler, "_wait", raising(failure))
    await batch.consume_one((record_of(turn_received(), offset=8),))
    await let_run()
    assert failures == [f"a retry failed: {type(failure).__name__}"]
    assert batch.uncommitted() == {}


async def test_what_ends_after_a_move_is_not_committed(batch: BatchSubscriber, release: asyncio.Event):
    consuming = asyncio.create_task(batch.consume_one((record_of(turn_received(), offset=7),)))
    await let_run()
    await move(batch)

    release.set()
    await consuming

    assert batch.uncommitted() == {}


def test_a_partition_that_is_asked_for_in_vain_and_not_paused_is_named(monkeypatch: pytest.MonkeyPatch):
    consumer, watched, now_ms = FakeConsumer(), Staleness("tests"), 1_000_000.0
    consumer.topics = ["turns"]
    monkeypatch.setattr(consumer, "last_poll_timestamp", lambda _partition: 0.0)
    monkeypatch.setattr("chassis.kafka.staleness._now_ms", lambda: now_ms)

    def check(*, after_ms: float = 31_000.0, is_paused: bool = False) -> list[str]:
        nonlocal now_ms
        now_ms += after_ms
        monkeypatch.setattr(consumer, "paused", lambda: consumer.assignment() if is_paused else set())
        watched.check(consumer)
        return watched.faults()

    assert check() == []
    assert check(after_ms=29_000.0) == []
    assert check(after_ms=0.0, is_paused=True) == []
    assert check() == [], "given time to be fetched"
    assert check() == ["1 partitions have not been fetched of late: turns/0"]
