import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiokafka import TopicPartition

from chassis.kafka.group import Group
from chassis.kafka.lanes import Lanes
from chassis.kafka.record import Record
from tests.support.records import record
from tests.support.waiting import let_run

HOME = TopicPartition("turns", 0)


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    """A handler that nobody ended would complain wherever it is collected, in the log of another test."""
    before = asyncio.all_tasks()
    yield
    running = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


class Handling:
    """Records whose handling a test ends when it likes."""

    def __init__(self, *, partition_bound: int = 100) -> None:
        self.started: list[Record] = []
        self.ends: dict[int, asyncio.Future[bool]] = {}
        self.paused: list[TopicPartition] = []
        self.resumed: list[TopicPartition] = []
        self.interrupted = asyncio.Event()
        self.lanes = Lanes(
            self._settle,
            limits={},
            partition_bound=partition_bound,
            pause=self.paused.append,
            resume=self.resumed.append,
            interrupted=self.interrupted,
        )
        self.lanes.open([HOME])

    async def _settle(self, group: Group) -> bool:
        (record,) = group.records
        self.started.append(record)
        self.ends[record.offset] = asyncio.get_running_loop().create_future()
        return await self.ends[record.offset]

    async def admit(self, *records: Record) -> None:
        for one in records:
            self.lanes.admit(one)
        await let_run()

    async def end(self, *offsets: int) -> None:
        for offset in offsets:
            self.ends[offset].set_result(True)
            await let_run()

    async def hand_over(self, *, timeout_s: float = 0.0) -> dict[TopicPartition, int]:
        self.interrupted.set()
        await self.lanes.drain(timeout_s)
        committed = self.lanes.uncommitted()
        self.lanes.close()
        return committed

    def take_over(self) -> None:
        self.interrupted.clear()
        self.lanes.open([HOME])

    @property
    def offsets(self) -> list[int]:
        return [one.offset for one in self.started]


async def test_records_without_a_key_are_in_order_within_their_partition() -> None:
    handling = Handling()
    handling.lanes.open([TopicPartition("turns", 1)])

    await handling.admit(
        record(None, offset=0),
        record(None, offset=1),
        record(None, offset=5, partition=1),
        record(b"", offset=2),
    )

    assert handling.offsets == [0, 5]
    await handling.end(0)
    assert handling.offsets == [0, 5, 1]


async def test_a_partition_is_paused_at_its_bound_and_resumed_at_half() -> None:
    handling = Handling(partition_bound=4)
    handling.lanes.open([TopicPartition("turns", 1)])

    await handling.admit(*(record(bytes([offset + 1]), offset=offset) for offset in range(4)))
    await handling.admit(record(b"other", partition=1, offset=50))

    assert (handling.paused, handling.resumed) == ([HOME], [])
    # Finished, but still held by the first.
    await handling.end(1, 2, 3)
    assert handling.resumed == []
    await handling.end(0)
    assert handling.resumed == [HOME]
    assert handling.paused == [HOME]


async def test_a_record_of_a_partition_that_was_taken_away_is_dropped() -> None:
    handling = Handling()
    await handling.hand_over()

    await handling.admit(record(offset=0))
    handling.interrupted.clear()
    await handling.admit(record(offset=0))

    assert handling.started == []
    assert (handling.lanes.held, handling.lanes.count) == (0, 0)


async def test_nothing_is_admitted_while_partitions_are_handed_over() -> None:
    handling = Handling()
    await handling.admit(record(b"ann", offset=0))

    handling.interrupted.set()
    await handling.admit(record(b"bob", offset=1))

    assert handling.offsets == [0]
    assert handling.lanes.held == 1


class Stubborn:
    """Lanes with a handler that ignores its cancellation, after the partition was assigned anew."""

    def __init__(self) -> None:
        self.releases: list[asyncio.Event] = []
        self.started: list[int] = []
        self._interrupted = asyncio.Event()
        self.lanes = Lanes(
            self._settle,
            limits={},
            partition_bound=9,
            pause=_ignore,
            resume=_ignore,
            interrupted=self._interrupted,
        )
        self.lanes.open([HOME])

    async def _settle(self, group: Group) -> bool:
        release = asyncio.Event()
        self.releases.append(release)
        self.started.append(group.records[0].offset)
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()
        return True

    async def admit(self, *offsets: int) -> None:
        for offset in offsets:
            self.lanes.admit(record(offset=offset))
        await let_run()

    async def release(self, handler: int) -> None:
        self.releases[handler].set()
        await let_run()

    async def reassign(self) -> None:
        self._interrupted.set()
        await self.lanes.drain(0.0)
        self.lanes.close()
        self._interrupted.clear()
        self.lanes.open([HOME])
        await self.admit(0)


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> Stubborn:
    monkeypatch.setattr("chassis.kafka.lanes._CANCEL_GRACE_S", 0.01)
    return Stubborn()


async def test_a_handler_that_outlives_its_cancellation_touches_nothing_of_the_next_assignment(
    stubborn: Stubborn,
) -> None:
    await stubborn.admit(0, 1)
    await stubborn.reassign()

    for handler in range(2):
        await stubborn.release(handler)

    # Twice the first record, as it is read again; the old lane does not go on to the second.
    assert stubborn.started == [0, 0]
    assert stubborn.lanes.uncommitted() == {HOME: 1}
    assert stubborn.lanes.count == 0


async def test_a_handler_that_outlives_its_cancellation_opens_no_second_lane_for_its_key(
    stubborn: Stubborn,
) -> None:
    await stubborn.admit(0)
    await stubborn.reassign()

    # The old one ends while the new one runs; the next record must still queue behind the new one.
    await stubborn.release(0)
    await stubborn.admit(1)

    assert len(stubborn.releases) == 2
    await stubborn.release(1)
    await stubborn.release(2)
    assert stubborn.lanes.uncommitted() == {HOME: 2}


async def test_a_lane_that_breaks_stays_shut_and_holds_the_commit() -> None:
    handling = Handling()
    await handling.admit(record(b"ann", offset=0), record(b"bob", offset=1))

    handling.ends[0].set_exception(RuntimeError("a fault of ours"))
    await let_run()
    await handling.admit(record(b"ann", offset=2))
    await handling.end(1)

    assert handling.lanes.is_broken
    assert handling.offsets == [0, 1]
    assert handling.lanes.uncommitted() == {}
    await handling.hand_over()
    assert not handling.lanes.is_broken


async def test_a_lane_whose_handler_cancels_itself_is_broken_and_told_of() -> None:
    told: list[BaseException] = []

    async def cancel_itself(_group: Group) -> bool:
        raise asyncio.CancelledError

    lanes = Lanes(
        cancel_itself,
        limits={},
        partition_bound=100,
        pause=_ignore,
        resume=_ignore,
        interrupted=asyncio.Event(),
        on_broken=told.append,
    )
    lanes.open([HOME])
    lanes.admit(record(offset=0))
    await let_run()

    assert lanes.is_broken
    assert [type(fault) for fault in told] == [asyncio.CancelledError]


def _ignore(_partition: TopicPartition) -> None:
    """A consumer that cannot be paused."""
