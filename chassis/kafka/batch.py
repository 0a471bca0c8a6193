"""Batch consumption: everything a poll brings in one call, for projections."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber as FastStreamBatchSubscriber

from chassis import metrics
from chassis.kafka.committing import CommittingSubscriber, Offsets
from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.kafka.record import Record, event_type_of, parse_as
from chassis.kafka.retry import HandlerTimeout, RetryPolicy, interrupted_within, reason_for, told
from chassis.kafka.seams import SubscriberParts, register, subscriber_parts
from chassis.kafka.telemetry import batch_spans
from contracts.cloudevent import CloudEvent, Event, MalformedEvent
from contracts.registry import EVENT_BY_TYPE

logger = structlog.get_logger()

BatchHandler = Callable[[Sequence[CloudEvent[Event]]], Awaitable[None]]
_Entry = tuple[Record, CloudEvent[Event]]

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
        self._handler = handler
        self._options = options
        self._dead_letters = DeadLetters(broker, group_id, options.retry)
        self._assignment_number = 0
        self._in_hand = 0
        self._begun_s: float | None = None
        self._work: asyncio.Task[None] | None = None
        self._done: Offsets = {}
        # FastStream runs the consume loop only for a subscriber that has a call.
        self(handler)

    @property
    def is_healthy(self) -> bool:
        """False while a record can be neither handled nor parked."""
        return self.running and not self._dead_letters.is_blocked

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
        polled = await consumer.getmany(timeout_ms=timeout_ms, max_records=self._max_records)
        return tuple(chain.from_iterable(polled.values()))

    async def consume_one(self, msg: tuple[Record, ...]) -> None:
        """Handle a poll to its end, unless its partitions are taken away meanwhile."""
        self._in_hand, self._begun_s = len(msg), time.monotonic()
        # A task of its own, so that a hand-over can wait for it with a bound.
        self._work = asyncio.create_task(self._finish(msg))
        await asyncio.wait([self._work])
        self._in_hand, self._begun_s = 0, None

    async def _finish(self, records: tuple[Record, ...]) -> None:
        if await self._settle(records):
            self._done |= {
                TopicPartition(record.topic, record.partition): record.offset + 1 for record in records
            }

    async def _settle(self, records: tuple[Record, ...]) -> bool:
        """Handle or park each of these records; False when interrupted before."""
        entries: list[_Entry] = []
        for record in records:
            try:
                event = _parse(record)
            except (MalformedEvent, UnicodeDecodeError) as failure:
                if not await self._park(record, failure, attempts=1):
                    return False
            else:
                if event is not None:
                    entries.append((record, event))
        return not entries or await self._handle(entries)

    async def _handle(self, entries: list[_Entry], attempts: int = 0) -> bool:
        retry = self._options.retry
        while not self.interrupted.is_set():
            attempts += 1
            failure = await self._attempt(entries)
            if failure is None:
                return True
            if retry.gives_up(failure, attempts):
                return await self._narrow_down(entries, failure, attempts)
            metrics.MESSAGES_RETRIED.labels(self._group, "batch").inc(len(entries))
            logger.warning("batch_retried", events=len(entries), attempt=attempts, **told(failure))
            await interrupted_within(retry.delay_s(attempts), self.interrupted)
        return False

    async def _attempt(self, entries: list[_Entry]) -> Exception | None:
        """One try; its failure is a value, because what follows from it depends on who is to blame."""
        records = [record for record, _ in entries]
        try:
            with (
                metrics.PROCESS_DURATION.labels(self._group, "batch").time(),
                batch_spans(self._group, records),
            ):
                async with asyncio.timeout(self._options.handler_timeout_s) as limit:
                    await self._handler([event for _, event in entries])
        except Exception as failure:  # noqa: BLE001 - this is the place that turns failures into policy
            return HandlerTimeout(f"no result for {len(entries)} events") if limit.expired() else failure
        for record in records:
            metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "done").inc()
        return None

    async def _narrow_down(self, entries: list[_Entry], failure: Exception, attempts: int) -> bool:
        """Halve the batch until the record that cannot be handled stands alone, and park that one only."""
        if len(entries) == 1:
            return await self._park(entries[0][0], failure, attempts=attempts)
        middle = len(entries) // 2
        return await self._handle(entries[:middle], attempts) and await self._handle(
            entries[middle:], attempts
        )

    async def _park(self, record: Record, failure: Exception, *, attempts: int) -> bool:
        parked = Parked(record, reason_for(failure), attempts)
        if not await self._dead_letters.park(parked, failure, interrupted=self.interrupted):
            return False
        metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "parked").inc()
        return True

    async def finish_work(self) -> None:
        """Let the batch in hand end; its waits end at once."""
        self._assignment_number += 1
        if self._work is None:
            return
        _, running = await asyncio.wait([self._work], timeout=self._options.drain_timeout_s)
        if running:
            self._work.cancel()
            # Bounded too: a handler that swallows its cancellation must not hold up the whole group.
            await asyncio.wait([self._work], timeout=_CANCEL_GRACE_S)
            logger.warning("drain_cut_short", cancelled=1)

    def forget_work(self) -> None:
        """Drop what was not committed."""
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


def _parse(record: Record) -> CloudEvent[Event] | None:
    """The event of a record; None for a type that this version does not know."""
    event_type = event_type_of(record)
    if event_type is None:
        raise MalformedEvent(f"record {record.offset} of {record.topic!r} has no ce_type")
    event_class = EVENT_BY_TYPE.get(event_type)
    return None if event_class is None else parse_as(event_class, record)


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
