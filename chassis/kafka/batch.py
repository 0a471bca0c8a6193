"""Batch consumption: all records of a poll in one handler call, for projections."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber as FastStreamBatchSubscriber

from chassis import metrics
from chassis.kafka.batch_settling import BatchHandler, BatchSettler
from chassis.kafka.committing import CommittingSubscriber, Offsets
from chassis.kafka.dead_letter import DeadLetters
from chassis.kafka.faststream_internals import SubscriberParts, register, subscriber_parts
from chassis.kafka.parking import parking_rules
from chassis.kafka.record import Record, partition_of
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.sealing import sealing_of
from chassis.kafka.watermark import Watermark

logger = structlog.get_logger()

_POLL_TIMEOUT_MS = 500
_CANCEL_GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """Batch size and waiting times of a batch subscriber. Times in seconds."""

    # A poll that brought little waits this long for more, so that one fetch and one transaction serve many
    # events: a fetch names every partition of every topic, which costs more than the records in it.
    linger_s: float = 0.1
    handler_timeout_s: float = 60.0
    drain_timeout_s: float = 10.0
    commit_interval_s: float = 0.5
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class BatchSubscriber(CommittingSubscriber[tuple[ConsumerRecord, ...]], FastStreamBatchSubscriber):
    """Calls one handler with all records of a poll; commits after it returned. Made by `batch_subscriber`."""

    def __init__(
        self,
        parts: SubscriberParts,
        *,
        broker: KafkaBroker,
        group_id: str,
        handler: BatchHandler,
        max_records: int,
        options: BatchOptions,
    ) -> None:
        super().__init__(
            parts,
            group_id=group_id,
            commit_interval_s=options.commit_interval_s,
            batch_timeout_ms=_POLL_TIMEOUT_MS,
            max_records=max_records,
        )
        self._max_records = max_records
        self._options = options
        self._dead_letters = DeadLetters(broker, group_id, options.retry, parking_rules(broker))
        self._settler = BatchSettler(
            handler,
            group_id=group_id,
            handler_timeout_s=options.handler_timeout_s,
            retry=options.retry,
            dead_letters=self._dead_letters,
            interrupted=self.interrupted,
            pause=self._pause,
            resume=self._resume,
        )
        self._settler.sealing = sealing_of(broker)
        self._settler.on_broken = lambda fault: self.fail(f"a retry failed: {type(fault).__name__}")
        self._assignment_number = 0
        self._work: asyncio.Task[None] | None = None
        self._watermarks: defaultdict[TopicPartition, Watermark] = defaultdict(Watermark)
        # FastStream runs the consume loop only for a subscriber that has a call.
        self(handler)

    def faults(self) -> list[str]:
        """Why its records wait, in words for an operator."""
        found = (self._dead_letters.fault(), self._settler.fault())
        return super().faults() + [fault for fault in found if fault is not None]

    async def get_msg(self, consumer: AIOKafkaConsumer) -> tuple[Record, ...]:
        """One poll and, when it returned few records, a second one."""
        first = await self._poll(consumer, _POLL_TIMEOUT_MS)
        if not 0 < len(first) < self._max_records:
            return first
        assignment_number = self._assignment_number
        await asyncio.sleep(self._options.linger_s)
        more = await self._poll(consumer, 0)
        # What was polled before the partitions moved is no longer ours; it is read again by its new owner.
        return more if assignment_number != self._assignment_number else first + more

    async def _poll(self, consumer: AIOKafkaConsumer, timeout_ms: int) -> tuple[Record, ...]:
        return await self.fetching.many(consumer, timeout_ms=timeout_ms, max_records=self._max_records)

    async def consume_one(self, msg: tuple[Record, ...]) -> None:
        """Settle the records of a poll, unless its partitions are revoked meanwhile."""
        now_s = time.monotonic()
        for record in msg:
            self._watermarks[partition_of(record)].start(record.offset, at_s=now_s)
        # A task of its own, so that a hand-over can wait for it with a bound.
        note = partial(self._note_settled, self._assignment_number)
        self._work = asyncio.create_task(self._settler.settle(msg, note))
        await asyncio.wait([self._work])
        if not self._work.cancelled():
            # What went wrong ends the consume loop: with the next poll a commit would pass these records.
            self._work.result()
        elif not self.interrupted.is_set():
            raise asyncio.CancelledError

    def _note_settled(self, assignment_number: int, records: Sequence[Record]) -> None:
        # A handler may outlive its cancellation; its offsets are then no longer ours to commit.
        if assignment_number == self._assignment_number:
            for record in records:
                self._watermarks[partition_of(record)].finish(record.offset)

    def forget_offsets(self, partition: TopicPartition) -> None:
        """Reset a watermark: a topic that was created again has new offsets."""
        self._watermarks.pop(partition, None)

    def _pause(self, partition: TopicPartition) -> None:
        if self.consumer is not None:
            self.pauses.pause(self.consumer, partition, "held back")

    def _resume(self, partition: TopicPartition) -> None:
        if self.consumer is not None:
            self.pauses.resume(self.consumer, partition, "held back")

    async def finish_work(self) -> None:
        """Wait for the running handler; retries that wait end at once."""
        work = {*self._settler.retries, *([self._work] if self._work else [])}
        if not work:
            return
        _, running = await asyncio.wait(work, timeout=self._options.drain_timeout_s)
        if not running:
            return
        for task in running:
            task.cancel()
        # Bounded too: a handler that swallows its cancellation must not hold up the whole group.
        _, stuck = await asyncio.wait(running, timeout=_CANCEL_GRACE_S)
        logger.warning("drain_cut_short", cancelled=len(running), stuck=len(stuck))

    def forget_work(self) -> None:
        """Drop the records that are not committed."""
        self._assignment_number += 1
        self._settler.forget()
        self._dead_letters.bulkhead.forget_stops()
        self._watermarks.clear()

    def accept(self, _partitions: set[TopicPartition]) -> None:
        """Nothing to do: the next poll includes new partitions."""

    def uncommitted(self) -> Offsets:
        """The offsets of watermarks that have advanced."""
        offsets = ((home, watermark.uncommitted()) for home, watermark in self._watermarks.items())
        return {home: offset for home, offset in offsets if offset is not None}

    def note_committed(self, offsets: Offsets) -> None:
        """Note that these offsets were committed."""
        for home, offset in offsets.items():
            self._watermarks[home].note_committed(offset)

    def held_records(self) -> dict[TopicPartition, int]:
        """How many records of the batch in work, or behind one that waits."""
        return {home: watermark.held for home, watermark in self._watermarks.items()}

    def update_gauges(self) -> None:
        """Set the gauges to the present state."""
        self._settler.update_gauges()
        started = [watermark.oldest_started_s for watermark in self._watermarks.values()]
        oldest = min((at_s for at_s in started if at_s is not None), default=None)
        metrics.HELD.labels(self._group).set(sum(self.held_records().values()))
        metrics.WATERMARK_AGE.labels(self._group).set(0.0 if oldest is None else time.monotonic() - oldest)


def batch_subscriber(
    broker: KafkaBroker,
    *topics: str,
    group_id: str,
    handler: BatchHandler,
    max_records: int = 500,
    options: BatchOptions | None = None,
) -> BatchSubscriber:
    """Subscribe to topics whose records are handled a poll at a time, with one handler for all topics.

    The handler must be idempotent, and must not rely on an order between partitions. A transient failure
    repeats the same batch; any other is narrowed down to the record that causes it. That one is parked if the
    fault is its own; otherwise its partition waits until it can be handled.
    """
    subscriber = BatchSubscriber(
        subscriber_parts(broker, topics, group_id),
        broker=broker,
        group_id=group_id,
        handler=handler,
        max_records=max_records,
        options=options or BatchOptions(),
    )
    register(broker, subscriber)
    return subscriber
