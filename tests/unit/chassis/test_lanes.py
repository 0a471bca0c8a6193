"""Lanes when partitions leave: what was not begun is not begun, and what does not end touches nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiokafka import TopicPartition

from chassis.kafka.group import Group
from chassis.kafka.lanes import Lanes
from tests.support.records import record
from tests.support.waiting import let_run

HOME = TopicPartition("turns", 0)


@pytest.fixture(autouse=True)
async def nothing_runs_on(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A handler that nobody ended would complain wherever it is collected, in the log of another test."""
    monkeypatch.setattr("chassis.kafka.lanes._CANCEL_GRACE_S", 0.01)
    before = asyncio.all_tasks()
    yield
    running = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


class Handling:
    """Lanes with a handler that ends when a test says so, and may ignore its cancellation."""

    def __init__(self, *, is_stubborn: bool = False) -> None:
        self.started: list[int] = []
        self.ends: list[asyncio.Event] = []
        self.failures: dict[int, BaseException] = {}
        self.broken: list[BaseException] = []
        self.interrupted = asyncio.Event()
        self._ignored = (asyncio.CancelledError,) if is_stubborn else ()
        self.lanes = Lanes(
            self._settle,
            limits={},
            partition_bound=100,
            pause=lambda _partition: None,
            resume=lambda _partition: None,
            interrupted=self.interrupted,
            on_broken=self.broken.append,
        )
        self.lanes.open([HOME])

    async def _settle(self, group: Group) -> bool:
        offset, end = group.records[0].offset, asyncio.Event()
        self.started.append(offset)
        self.ends.append(end)
        while not end.is_set():
            with suppress(*self._ignored):
                await end.wait()
        if offset in self.failures:
            raise self.failures[offset]
        return True

    async def admit(self, *offsets: int, key: bytes = b"ann") -> None:
        for offset in offsets:
            self.lanes.admit(record(key, offset=offset))
        await let_run()

    async def end(self, *handlers: int) -> None:
        for handler in handlers:
            self.ends[handler].set()
            await let_run()

    async def hand_over(self) -> None:
        self.interrupted.set()
        await self.lanes.drain(0.0)
        self.lanes.close()

    async def reassign(self) -> None:
        """The partition leaves and comes back, and its first record is read again."""
        await self.hand_over()
        self.interrupted.clear()
        self.lanes.open([HOME])
        await self.admit(0)


async def test_a_handler_that_outlives_its_cancellation_touches_nothing_of_the_next_assignment() -> None:
    handling = Handling(is_stubborn=True)
    await handling.admit(0, 1)
    await handling.reassign()

    await handling.end(0, 1)

    # Twice the first record, as it is read again; the old lane does not go on to the second.
    assert handling.started == [0, 0]
    assert handling.lanes.uncommitted() == {HOME: 1}
    assert handling.lanes.count == 0


async def test_a_handler_that_outlives_its_cancellation_opens_no_second_lane_for_its_key() -> None:
    handling = Handling(is_stubborn=True)
    await handling.admit(0)
    await handling.reassign()

    # The old one ends while the new one runs; the next record must still queue behind the new one.
    await handling.end(0)
    await handling.admit(1)

    assert handling.started == [0, 0]
    await handling.end(1, 2)
    assert handling.lanes.uncommitted() == {HOME: 2}


@pytest.mark.parametrize("fault", [RuntimeError("ours"), asyncio.CancelledError()], ids=repr)
async def test_a_lane_that_breaks_stays_shut_holds_the_commit_and_is_reported(fault: BaseException) -> None:
    handling = Handling()
    await handling.admit(0)
    await handling.admit(1, key=b"bob")

    handling.failures[0] = fault
    await handling.end(0)
    await handling.admit(2)
    await handling.end(1)

    assert handling.lanes.is_broken
    assert (handling.started, [repr(each) for each in handling.broken]) == ([0, 1], [repr(fault)])
    assert handling.lanes.uncommitted() == {}
    await handling.hand_over()
    assert not handling.lanes.is_broken
