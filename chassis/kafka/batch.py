"""Batch consumption: everything a poll brings in one call, for projections."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber as FastStreamBatchSubscriber

from chassis import metrics
from chassis.kafka.batch_settling import BatchHandler, BatchSettler
from chassis.kafka.committing import CommittingSubscriber, Offsets
from chassis.kafka.dead_letter import DeadLetters
from chassis.kafka.record import Record, partition_of
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.seams import SubscriberParts, register, subscriber_parts

logger = structlog.get_logger()

_POLL_TIMEOUT_MS = 500
_CANCEL_GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How much a batch subscriber hands over at once and how long it waits. Times in seconds."""

    # A poll that brought little waits this long for more, so that one fetch and one transaction serve many
    # events: a fetch names every partition of every topic, which costs more than the records in it.
    linger_s: float = 0.1
    handler_timeout_s: float = 60.0
    drain_timeout_s: float = 10.0
    commit_interval_s: float = 0.5
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class BatchSubscriber(CommittingSubscriber[tuple[ConsumerRecord, ...]], FastStreamBatchSubscriber):
    """Hands whole polls to one handler; commits after it returned. Made by `batch_subscriber`."""

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
        self._dead_letters = DeadLetters(broker, group_id, options.retry)
        self._settler = BatchSettler(
            handler,
            group_id=group_id,
            handler_timeout_s=options.handler_timeout_s,
            retry=options.retry,
            dead_letters=self._dead_letters,
            interrupted=self.interrupted,
        )
        self._assignment_number = 0
        self._in_hand = 0
        self._begun_s: float | None = None
        self._work: asyncio.Task[None] | None = None
        self._done: Offsets = {}
        # FastStream runs the consume loop only for a subscriber that has a call.
        self(handler)

    @property
    def is_healthy(self) -> bool:
        """False while a record can be neither read, nor handled, nor parked."""
        return not self.faults()

    def faults(self) -> list[str]:
        """Why it cannot go on as it should, in words for an operator."""
        blocked = ["a record can neither be handled nor parked"] if self._dead_letters.is_blocked else []
        return super().faults() + blocked

    async def get_msg(self, consumer: AIOKafkaConsumer) -> tuple[Record, ...]:
        """One poll and, when it brought little, a second one."""
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
        """Handle a poll to its end, unless its partitions are taken away meanwhile."""
        self._in_hand, self._begun_s = len(msg), time.monotonic()
        # A task of its own, so that a hand-over can wait for it with a bound.
        self._work = asyncio.create_task(self._finish(msg))
        await asyncio.wait([self._work])
        self._in_hand, self._begun_s = 0, None
        if not self._work.cancelled():
            # What went wrong ends the consume loop: with the next poll a commit would pass these records.
            self._work.result()
        elif not self.interrupted.is_set():
            raise asyncio.CancelledError

    async def _finish(self, records: tuple[Record, ...]) -> None:
        assignment_number = self._assignment_number
        is_settled = await self._settler.settle(records)
        # A handler may outlive its cancellation; its offsets are then no longer ours to commit.
        if is_settled and assignment_number == self._assignment_number:
            self._done |= {partition_of(record): record.offset + 1 for record in records}

    async def finish_work(self) -> None:
        """Let the batch in hand end; its waits end at once."""
        if self._work is None:
            return
        _, running = await asyncio.wait([self._work], timeout=self._options.drain_timeout_s)
        if running:
            self._work.cancel()
            # Bounded too: a handler that swallows its cancellation must not hold up the whole group.
            _, stuck = await asyncio.wait([self._work], timeout=_CANCEL_GRACE_S)
            logger.warning("drain_cut_short", cancelled=1, stuck=len(stuck))

    def forget_work(self) -> None:
        """Drop what was not committed."""
        self._assignment_number += 1
        self._done.clear()
        self._in_hand, self._begun_s = 0, None

    def accept(self, _partitions: set[TopicPartition]) -> None:
        """Polls bring records of new partitions by themselves."""

    def uncommitted(self) -> Offsets:
        """What was handled since the last commit."""
        return dict(self._done)

    def note_committed(self, offsets: Offsets) -> None:
        """Note that these offsets were committed."""
        self._done = dict(self._done.items() - offsets.items())

    def report(self) -> None:
        """Bring the gauges up to date."""
        age_s = 0.0 if self._begun_s is None else time.monotonic() - self._begun_s
        metrics.HELD.labels(self._group).set(self._in_hand)
        metrics.WATERMARK_AGE.labels(self._group).set(age_s)


def batch_subscriber(
    broker: KafkaBroker,
    *topics: str,
    group_id: str,
    handler: BatchHandler,
    max_records: int = 500,
    options: BatchOptions | None = None,
) -> BatchSubscriber:
    """Subscribe to topics whose records are handled a poll at a time, in one call over all topics.

    The handler must be idempotent, and must not rely on an order between topics. A transient failure repeats
    the same batch; any other is narrowed down to the record that causes it, which is parked.
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
