import asyncio
from collections import deque
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


async def test_keys_run_side_by_side_and_a_key_in_its_order() -> None:
    handling = Handling()

    await handling.admit(
        record(b"ann", offset=0), record(b"ann", offset=1), record(b"bob", offset=2), record(b"cy", offset=3)
    )

    assert handling.offsets == [0, 2, 3]
    await handling.end(0)
    assert handling.offsets == [0, 2, 3, 1]


async def test_a_key_has_one_lane_over_all_topics() -> None:
    handling = Handling()
    handling.lanes.open([TopicPartition("proposals", 0)])

    await handling.admit(record(b"ann", offset=0), record(b"ann", offset=9, topic="proposals"))

    assert handling.offsets == [0]
    await handling.end(0)
    assert handling.offsets == [0, 9]


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


async def test_only_what_lies_below_every_unfinished_record_is_committed() -> None:
    handling = Handling()
    await handling.admit(*(record(bytes([offset + 1]), offset=offset) for offset in range(4)))

    await handling.end(1, 2)
    assert handling.lanes.uncommitted() == {}

    await handling.end(0)
    assert handling.lanes.uncommitted() == {HOME: 3}


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


async def test_a_drain_waits_for_what_runs_and_begins_nothing_new() -> None:
    handling = Handling()
    await handling.admit(record(b"ann", offset=0), record(b"ann", offset=1), record(b"bob", offset=2))
    draining = asyncio.create_task(handling.hand_over(timeout_s=5.0))
    await let_run()

    # What settles a record says that it was interrupted; here the second of a key would be begun.
    handling.ends[2].set_result(True)
    handling.ends[0].set_result(False)

    assert await draining == {}
    assert handling.offsets == [0, 2]


async def test_what_still_runs_at_the_end_of_a_drain_is_cancelled_and_read_again() -> None:
    handling = Handling()
    await handling.admit(record(b"ann", offset=0), record(b"bob", offset=1))
    await handling.end(0)

    assert await handling.hand_over() == {HOME: 1}
    assert handling.ends[1].cancelled()

    handling.take_over()
    await handling.admit(record(b"bob", offset=1))
    assert handling.offsets == [0, 1, 1]


async def test_a_handler_that_outlives_its_cancellation_touches_nothing_of_the_next_assignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.kafka.lanes._CANCEL_GRACE_S", 0.01)
    release = asyncio.Event()
    started: list[int] = []

    async def settle_stubbornly(group: Group) -> bool:
        started.append(group.records[0].offset)
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()
        return True

    interrupted = asyncio.Event()
    lanes = Lanes(
        settle_stubbornly,
        limits={},
        partition_bound=9,
        pause=_ignore,
        resume=_ignore,
        interrupted=interrupted,
    )
    lanes.open([HOME])
    for offset in (0, 1):
        lanes.admit(record(offset=offset))
    await let_run()
    interrupted.set()
    await lanes.drain(0.0)
    lanes.close()
    interrupted.clear()
    lanes.open([HOME])
    lanes.admit(record(offset=0))
    await let_run()

    release.set()
    await let_run()

    # Twice the first record, as it is read again; the old lane does not go on to the second.
    assert started == [0, 0]
    assert lanes.uncommitted() == {HOME: 1}
    assert lanes.count == 0


async def test_a_handler_that_outlives_its_cancellation_opens_no_second_lane_for_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.kafka.lanes._CANCEL_GRACE_S", 0.01)
    releases: list[asyncio.Event] = []

    async def settle_stubbornly(_group: Group) -> bool:
        release = asyncio.Event()
        releases.append(release)
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()
        return True

    interrupted = asyncio.Event()
    lanes = Lanes(
        settle_stubbornly,
        limits={},
        partition_bound=9,
        pause=_ignore,
        resume=_ignore,
        interrupted=interrupted,
    )
    lanes.open([HOME])
    lanes.admit(record(offset=0))
    await let_run()
    interrupted.set()
    await lanes.drain(0.0)
    lanes.close()
    interrupted.clear()
    lanes.open([HOME])
    lanes.admit(record(offset=0))
    await let_run()

    # The old one ends while the new one runs; the next record must still queue behind the new one.
    releases[0].set()
    await let_run()
    lanes.admit(record(offset=1))
    await let_run()

    assert len(releases) == 2
    for _ in range(2):
        releases[-1].set()
        await let_run()
    assert lanes.uncommitted() == {HOME: 2}


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


async def test_nothing_is_left_in_hand_when_all_is_done() -> None:
    before = asyncio.all_tasks()
    handling = Handling()
    await handling.admit(*(record(bytes([offset % 3 + 1]), offset=offset) for offset in range(9)))

    waiting = deque(range(9))
    while waiting:
        offset = waiting.popleft()
        if offset in handling.ends:
            await handling.end(offset)
        else:
            waiting.append(offset)

    assert (handling.lanes.held, handling.lanes.count) == (0, 0)
    assert handling.lanes.oldest_age_s() == 0.0
    assert asyncio.all_tasks() == before


def _ignore(_partition: TopicPartition) -> None:
    """A consumer that cannot be paused."""
