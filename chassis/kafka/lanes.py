"""Lanes: many keys at once, each key strictly in order.

A lane is the queue of one key over all topics of a subscriber. A record holds a slot only while its handler
runs; while it waits to be tried again it frees the slot but keeps its place in the lane.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from chassis import metrics
from chassis.kafka.record import Record
from chassis.kafka.watermark import Watermark

# Handles one record to its end; False when it was interrupted and must be read again.
Settle = Callable[[Record], Awaitable[bool]]


@dataclass(slots=True)
class _Partition:
    watermark: Watermark = field(default_factory=Watermark)
    is_paused: bool = False


class Lanes:
    """The records a consumer has in hand.

    Args:
        settle: handles a record to its end, retries and parking included.
        partition_bound: records of one partition in hand at which `pause` is called for it.
        pause, resume: stop and go on fetching one partition.
    """

    def __init__(
        self,
        settle: Settle,
        *,
        group_id: str,
        partition_bound: int,
        pause: Callable[[TopicPartition], None],
        resume: Callable[[TopicPartition], None],
    ) -> None:
        self._settle = settle
        self._partition_bound = partition_bound
        self._pause = pause
        self._resume = resume
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._lanes: dict[bytes | TopicPartition, deque[Record]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()
        self._held_gauge = metrics.HELD.labels(group_id)
        self._lanes_gauge = metrics.LANES.labels(group_id)

    def open(self, partitions: Iterable[TopicPartition]) -> None:
        """Begin to accept records of these partitions."""
        self.stopping.clear()
        for partition in partitions:
            self._partitions.setdefault(partition, _Partition())

    def admit(self, record: Record) -> None:
        """Queue a record behind its key. A record of a partition that was taken away is dropped."""
        home = TopicPartition(record.topic, record.partition)
        partition = self._partitions.get(home)
        if partition is None or self.stopping.is_set():
            return
        partition.watermark.start(record.offset, at_s=time.monotonic())
        self._held_gauge.inc()
        if partition.watermark.held >= self._partition_bound and not partition.is_paused:
            partition.is_paused = True
            self._pause(home)
        # A record without a key is ordered with the others of its partition.
        key = record.key or home
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(record)
            return
        self._lanes[key] = lane = deque((record,))
        self._lanes_gauge.set(len(self._lanes))
        task = asyncio.create_task(self._run(key, lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: bytes | TopicPartition, lane: deque[Record]) -> None:
        try:
            while lane and not self.stopping.is_set():
                if not await self._settle(lane[0]):
                    break
                self._finish(lane.popleft())
        finally:
            if self._lanes.get(key) is lane:
                del self._lanes[key]
                self._lanes_gauge.set(len(self._lanes))

    def _finish(self, record: Record) -> None:
        home = TopicPartition(record.topic, record.partition)
        partition = self._partitions.get(home)
        if partition is None:
            return
        before = partition.watermark.held
        partition.watermark.finish(record.offset)
        self._held_gauge.dec(before - partition.watermark.held)
        if partition.is_paused and partition.watermark.held <= self._partition_bound // 2:
            partition.is_paused = False
            self._resume(home)

    def uncommitted(self) -> dict[TopicPartition, int]:
        """The offsets to commit next, by partition."""
        offsets = ((home, partition.watermark.uncommitted()) for home, partition in self._partitions.items())
        return {home: offset for home, offset in offsets if offset is not None}

    def note_committed(self, offsets: dict[TopicPartition, int]) -> None:
        """Note that these offsets were committed."""
        for home, offset in offsets.items():
            if partition := self._partitions.get(home):
                partition.watermark.note_committed(offset)

    def oldest_age_s(self) -> float:
        """Age of the oldest record that holds a commit back; 0.0 when none does."""
        started = (partition.watermark.oldest_started_s for partition in self._partitions.values())
        oldest = min((at_s for at_s in started if at_s is not None), default=None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    async def drain(self, timeout_s: float) -> None:
        """Let the running handlers end, start nothing new; cancel what still runs after `timeout_s`.

        Queued records are dropped without being finished: the next owner of the partition reads them again.
        """
        self.stopping.set()
        if self._tasks:
            _, running = await asyncio.wait(self._tasks, timeout=timeout_s)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def close(self) -> None:
        """Forget every partition; call after the drained offsets were committed."""
        self._partitions.clear()
        self._lanes.clear()
        self._held_gauge.set(0)
        self._lanes_gauge.set(0)
