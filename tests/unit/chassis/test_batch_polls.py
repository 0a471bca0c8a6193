"""What a batch is made of when partitions move between two polls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiokafka import TopicPartition

from chassis.kafka import BatchOptions, BatchSubscriber, batch_subscriber, make_broker
from chassis.kafka.record import Record
from chassis.settings import ServiceSettings
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeConsumer, fake_clients
from tests.support.records import home_of, record, record_of
from tests.support.waiting import let_run

HOME = TopicPartition("turns", 0)
FAILURES = [LookupError("a fault of ours"), asyncio.CancelledError()]


class Polls(FakeConsumer):
    """Answers each poll with what a test has laid ready."""

    def __init__(self, *answers: list[Record]) -> None:
        super().__init__()
        self._answers = list(answers)

    async def getmany(self, timeout_ms: int, max_records: int | None) -> dict[TopicPartition, list[Record]]:
        answer = self._answers.pop(0)
        return {home_of(answer[0]): answer} if answer else {}


@pytest.fixture
def release() -> asyncio.Event:
    """Ends the handler, which nothing else ends."""
    return asyncio.Event()


@pytest.fixture
async def subscriber(
    monkeypatch: pytest.MonkeyPatch, release: asyncio.Event
) -> AsyncIterator[BatchSubscriber]:
    fake_clients(monkeypatch)
    monkeypatch.setattr("chassis.kafka.batch._CANCEL_GRACE_S", 0.01)
    broker = make_broker(ServiceSettings(), service="polls")

    async def wait_stubbornly(_events: object) -> None:
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()

    options = BatchOptions(linger_s=0.02, drain_timeout_s=0.01)
    subscriber = batch_subscriber(
        broker, "turns", group_id="polls", handler=wait_stubbornly, max_records=3, options=options
    )
    subscriber.take_over({HOME})
    yield subscriber
    release.set()


async def move(subscriber: BatchSubscriber) -> None:
    """Let the partition leave and come back."""
    await subscriber.hand_over()
    subscriber.take_over({HOME})


async def test_small_polls_are_joined_and_a_full_one_waits_for_no_other(subscriber: BatchSubscriber) -> None:
    polls = Polls([record(offset=0)], [record(offset=1)], [record(offset=offset) for offset in range(2, 5)])

    joined = [[one.offset for one in await subscriber.get_msg(polls)] for _ in range(2)]

    assert joined == [[0, 1], [2, 3, 4]]


async def test_what_was_polled_before_the_partitions_moved_is_left_out(subscriber: BatchSubscriber) -> None:
    polls = Polls([record(offset=7)], [record(offset=5), record(offset=6)])

    polling = asyncio.create_task(subscriber.get_msg(polls))
    await asyncio.sleep(0)
    await move(subscriber)

    # It is read again by whoever has it now; only what came after belongs to this assignment.
    assert [one.offset for one in await polling] == [5, 6]


async def test_what_a_poll_had_taken_when_the_partitions_moved_is_left_out(
    subscriber: BatchSubscriber,
) -> None:
    class Moving(Polls):
        """Its partitions move while the second half of a poll is taken."""

        async def getmany(
            self, *only: TopicPartition, timeout_ms: int, max_records: int | None
        ) -> dict[TopicPartition, list[Record]]:
            if only:
                await move(subscriber)
            return await super().getmany(timeout_ms, max_records)

    polls = Moving([record(offset=7)], [record(offset=5)], [record(offset=6)])
    polls._fetcher._records = {HOME: None}

    assert [one.offset for one in await subscriber.fetching.many(polls, timeout_ms=0, max_records=3)] == [5]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_poll_that_nobody_could_settle_ends_the_loop_and_is_not_passed_over(
    subscriber: BatchSubscriber, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    async def fail(_records: object, _on_settled: object) -> None:
        raise failure

    monkeypatch.setattr(subscriber._settler, "settle", fail)

    with pytest.raises(type(failure)):
        await subscriber.consume_one((record(offset=7),))

    assert subscriber.uncommitted() == {}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_retry_that_ends_unforeseen_ends_the_subscriber(
    subscriber: BatchSubscriber, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    failures: list[str] = []
    subscriber.running, subscriber.on_failure = True, failures.append

    async def refuse(_events: object) -> None:
        raise KeyError("ours")

    async def fail(*_arguments: object) -> None:
        raise failure

    monkeypatch.setattr(subscriber._settler, "_handler", refuse)
    monkeypatch.setattr(subscriber._settler, "_wait", fail)

    await subscriber.consume_one((record_of(turn_received(), offset=7),))
    await let_run()

    assert failures == [f"a retry failed: {type(failure).__name__}"]
    assert subscriber.uncommitted() == {}


async def test_what_ends_after_its_partitions_moved_is_not_committed(
    subscriber: BatchSubscriber, release: asyncio.Event
) -> None:
    consuming = asyncio.create_task(subscriber.consume_one((record_of(turn_received(), offset=7),)))
    await let_run()
    await move(subscriber)

    release.set()
    await consuming

    assert subscriber.uncommitted() == {}
