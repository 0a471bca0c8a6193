"""Lanes: many keys in parallel, each key strictly in order.

A lane is the queue of one key over all topics of a subscriber. A record keeps its place at the head of its
lane until it is settled, however often it is tried. Where a rule allows it, those that queued up behind it
are settled together with it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from aiokafka import TopicPartition

from chassis.kafka.group import Group, GroupLimits, Lane
from chassis.kafka.record import Record, partition_of
from chassis.kafka.watermark import Watermark

logger = structlog.get_logger()

# Brings a group of records to its end; False when it was interrupted and must be read again.
Settle = Callable[[Group], Awaitable[bool]]
OnPartition = Callable[[TopicPartition], None]

_CANCEL_GRACE_S = 1.0


@dataclass(slots=True, eq=False)
class _Partition:
    """One assignment of a partition; assigned again, it is a new one."""

    home: TopicPartition
    watermark: Watermark = field(default_factory=Watermark)
    is_paused: bool = False


_Lane = Lane[_Partition]


class Lanes:
    """The records a consumer has taken and not finished.

    Args:
        settle: brings a group of records to its end, retries and parking included.
        limits: which event types may be settled in groups; all others one by one.
        partition_bound: how many records of one partition may be in hand; at the bound it is paused.
        pause, resume: stop and go on fetching one partition.
        interrupted: set while partitions are handed over: nothing is admitted, nothing new is begun.
        on_broken: called with the error of a lane that ended unexpectedly.
    """

    def __init__(
        self,
        settle: Settle,
        *,
        limits: Mapping[str, GroupLimits],
        partition_bound: int,
        pause: OnPartition,
        resume: OnPartition,
        interrupted: asyncio.Event,
        on_broken: Callable[[BaseException], None] = lambda _fault: None,
    ) -> None:
        self._on_broken = on_broken
        self._settle = settle
        self._group_limits = limits
        self._partition_bound = partition_bound
        self._pause = pause
        self._resume = resume
        self._interrupted = interrupted
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._lanes: dict[bytes | TopicPartition, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_broken = False

    def open(self, partitions: Iterable[TopicPartition]) -> None:
        """Start accepting records of these partitions."""
        for home in partitions:
            self._partitions[home] = _Partition(home)

    def admit(self, record: Record) -> None:
        """Queue a record behind its key. A record of a revoked partition is dropped."""
        partition = self._partitions.get(partition_of(record))
        if partition is None or self._interrupted.is_set():
            return
        partition.watermark.start(record.offset, at_s=time.monotonic())
        if partition.watermark.held >= self._partition_bound and not partition.is_paused:
            partition.is_paused = True
            self._pause(partition.home)
        # A record without a key is ordered with the others of its partition.
        key = record.key or partition.home
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(record, partition)
            return
        self._lanes[key] = lane = _Lane()
        lane.append(record, partition)
        task = asyncio.create_task(self._run(key, lane))
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    async def _run(self, key: bytes | TopicPartition, lane: _Lane) -> None:
        # A handler may outlive its cancellation; its lane is then no longer the one under the key.
        while lane.entries and self._lanes.get(key) is lane:
            group = lane.next_group(self._group_limits)
            if not await self._settle(group):
                return
            for record, partition in lane.take(group):
                self._finish(record, partition)
        if self._lanes.get(key) is lane:
            del self._lanes[key]

    def _finish(self, record: Record, partition: _Partition) -> None:
        partition.watermark.finish(record.offset)
        if partition.is_paused and partition.watermark.held <= self._partition_bound // 2:
            partition.is_paused = False
            if self._partitions.get(partition.home) is partition:
                self._resume(partition.home)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            # Only a hand-over cancels; anything else is a handler's own, and would be waited for in vain.
            fault: BaseException | None = None if self._interrupted.is_set() else asyncio.CancelledError()
        else:
            fault = task.exception()
        if fault is not None:
            # The lane stays shut: going on would break the order, and a commit would lose the record.
            self.is_broken = True
            logger.error("lane_broken", exc_info=fault)
            self._on_broken(fault)

    @property
    def held(self) -> int:
        """The number of records queued, running, waiting, or finished behind one that is not."""
        return sum(self.held_records().values())

    def held_records(self) -> dict[TopicPartition, int]:
        """The same, by partition."""
        return {home: partition.watermark.held for home, partition in self._partitions.items()}

    @property
    def count(self) -> int:
        """The number of keys with an unfinished record."""
        return len(self._lanes)

    def oldest_age_s(self) -> float:
        """Age of the oldest record that delays a commit; 0.0 when none does."""
        started = (partition.watermark.oldest_started_s for partition in self._partitions.values())
        oldest = min((at_s for at_s in started if at_s is not None), default=None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    def uncommitted(self) -> dict[TopicPartition, int]:
        """The offsets to commit next, by partition."""
        offsets = ((home, partition.watermark.uncommitted()) for home, partition in self._partitions.items())
        return {home: offset for home, offset in offsets if offset is not None}

    def note_committed(self, offsets: dict[TopicPartition, int]) -> None:
        """Note that these offsets were committed."""
        for home, offset in offsets.items():
            if partition := self._partitions.get(home):
                partition.watermark.note_committed(offset)

    async def drain(self, timeout_s: float) -> None:
        """Wait for running handlers; cancel those that still run after `timeout_s`.

        Call it interrupted. Queued records stay unfinished: the partition's next owner reads them again.
        """
        if not self._tasks:
            return
        _, running = await asyncio.wait(self._tasks, timeout=timeout_s)
        if not running:
            return
        for task in running:
            task.cancel()
        # Bounded too: a handler that swallows its cancellation must not hold up the whole group.
        _, stuck = await asyncio.wait(running, timeout=_CANCEL_GRACE_S)
        logger.warning("drain_cut_short", cancelled=len(running), stuck=len(stuck))

    def close(self) -> None:
        """Drop every partition; call after the drained offsets were committed."""
        self._partitions.clear()
        self._lanes.clear()
        self.is_broken = False
