"""Batch consumption: everything a poll brings in one call, for projections."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber as FastStreamBatchSubscriber

from chassis import metrics
from chassis.kafka.dead_letter import DeadLetters
from chassis.kafka.record import Record
from chassis.kafka.retry import RetryPolicy, reason_for
from chassis.kafka.subscription import SubscriberParts, commit, event_type_of, register, subscriber_parts
from chassis.kafka.telemetry import batch_spans
from contracts.cloudevent import CloudEvent, Event, MalformedEvent, parse_record
from contracts.registry import EVENT_BY_TYPE

logger = structlog.get_logger()

BatchHandler = Callable[[Sequence[CloudEvent[Event]]], Awaitable[None]]

_COMMIT_INTERVAL_S = 0.2
_POLL_TIMEOUT_MS = 500


class BatchSubscriber(FastStreamBatchSubscriber):
    """Hands whole polls to one handler; commits after it returned. Made by `batch_subscriber`."""

    def __init__(
        self,
        parts: SubscriberParts,
        *,
        broker: KafkaBroker,
        group_id: str,
        handler: BatchHandler,
        linger_s: float,
        max_records: int,
    ) -> None:
        config, specification, calls = parts
        super().__init__(
            config, specification, calls, batch_timeout_ms=_POLL_TIMEOUT_MS, max_records=max_records
        )
        self._listener = _FinishOnRevoke(self)
        self._group = group_id
        self._handler = handler
        self._linger_s = linger_s
        self._retry = RetryPolicy()
        self._dead_letters = DeadLetters(broker, group_id)
        self._busy = asyncio.Lock()
        self._interrupted = asyncio.Event()
        self._uncommitted: dict[TopicPartition, int] = {}
        # FastStream runs the consume loop only for a subscriber that has a call.
        self(handler)

    @property
    def is_healthy(self) -> bool:
        """False while a record can be neither handled nor parked."""
        return self.running and not self._dead_letters.is_blocked

    async def start(self) -> None:
        """Join the group and begin."""
        await super().start()
        self.add_task(self._commit_forever)

    async def stop(self) -> None:
        """Finish the batch in hand, commit, leave the group."""
        if self.running:
            self.running = False
            await self._hand_over()
        await super().stop()

    async def get_msg(self, consumer: AIOKafkaConsumer) -> tuple[Record, ...]:
        """One poll; when it brought little, a short wait for more, so that a transaction serves many."""
        polled = await consumer.getmany(timeout_ms=_POLL_TIMEOUT_MS, max_records=self.max_records)
        records = list(chain(*polled.values()))
        if records and len(records) < (self.max_records or 1):
            await asyncio.sleep(self._linger_s)
            more = await consumer.getmany(timeout_ms=0, max_records=self.max_records)
            records.extend(chain(*more.values()))
        return tuple(records)

    async def consume_one(self, msg: tuple[Record, ...]) -> None:
        """Handle a poll to its end, unless the partitions are taken away meanwhile."""
        async with self._busy:
            with metrics.PROCESS_DURATION.labels(self._group, "batch").time():
                is_done = await self._settle(msg)
            if is_done:
                for record in msg:
                    self._uncommitted[TopicPartition(record.topic, record.partition)] = record.offset + 1

    async def _settle(self, records: tuple[Record, ...]) -> bool:
        events: list[tuple[Record, CloudEvent[Event]]] = []
        for record in records:
            try:
                event = _parse(record)
            except (MalformedEvent, UnicodeDecodeError) as failure:
                if not await self._park(record, failure, attempts=1):
                    return False
            else:
                if event is not None:
                    events.append((record, event))
        return not events or await self._handle(events)

    async def _handle(self, events: list[tuple[Record, CloudEvent[Event]]]) -> bool:
        attempt = 0
        while not self._interrupted.is_set():
            attempt += 1
            try:
                with batch_spans(self._group, [record for record, _ in events]):
                    await self._handler([event for _, event in events])
            except Exception as failure:
                metrics.MESSAGES_RETRIED.labels(self._group, "batch").inc(len(events))
                logger.warning("batch_retried", attempt=attempt, error=reason_for(failure), exc_info=failure)
                if self._retry.gives_up(failure, attempt):
                    return await self._find_culprit(events, failure, attempt)
                await self._wait(self._retry.delay_s(attempt))
            else:
                for record, _ in events:
                    metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "done").inc()
                return True
        return False

    async def _find_culprit(
        self, events: list[tuple[Record, CloudEvent[Event]]], failure: Exception, attempts: int
    ) -> bool:
        """One by one, so that only the record that cannot be handled is parked."""
        if len(events) == 1:
            return await self._park(events[0][0], failure, attempts=attempts)
        for event in events:
            if not await self._handle([event]):
                return False
        return True

    async def _park(self, record: Record, failure: Exception, *, attempts: int) -> bool:
        tries = 0
        while not self._interrupted.is_set():
            tries += 1
            if await self._dead_letters.park(record, failure, attempts=attempts):
                metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "parked").inc()
                return True
            await self._wait(self._retry.delay_s(tries))
        return False

    async def _wait(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._interrupted.wait()
        except TimeoutError:
            return

    async def _commit_forever(self) -> None:
        while self.running:
            await asyncio.sleep(_COMMIT_INTERVAL_S)
            await self._commit()

    async def _commit(self) -> None:
        offsets, self._uncommitted = self._uncommitted, {}
        if not await commit(self.consumer, offsets):
            self._uncommitted = offsets | self._uncommitted

    async def _hand_over(self) -> None:
        """Wait for the batch in hand (its retries end at once), commit, forget."""
        self._interrupted.set()
        async with self._busy:
            await self._commit()
            self._uncommitted = {}

    def _take_over(self) -> None:
        self._interrupted.clear()


class _FinishOnRevoke(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    def __init__(self, subscriber: BatchSubscriber) -> None:
        self._subscriber = subscriber

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            metrics.REBALANCES.labels(self._subscriber._group).inc()
            await self._subscriber._hand_over()

    async def on_partitions_assigned(self, _assigned: set[TopicPartition]) -> None:
        self._subscriber._take_over()


def _parse(record: Record) -> CloudEvent[Event] | None:
    """The event of a record; None for a type that this version does not know."""
    event_type = event_type_of(record)
    if event_type is None:
        raise MalformedEvent(f"record {record.offset} of {record.topic!r} has no ce_type")
    event_class = EVENT_BY_TYPE.get(event_type)
    if event_class is None:
        return None
    headers = {name: value.decode() for name, value in record.headers}
    return parse_record(event_class, headers, record.value or b"")


def batch_subscriber(
    broker: KafkaBroker,
    *topics: str,
    group_id: str,
    handler: BatchHandler,
    linger_s: float = 0.03,
    max_records: int = 500,
) -> BatchSubscriber:
    """Subscribe to topics whose records are handled a poll at a time, in one call over all topics.

    The handler must be idempotent, and must not rely on an order between topics. A transient failure repeats
    the same batch; a permanent one is narrowed down to the record that causes it, which is parked.
    """
    subscriber = BatchSubscriber(
        subscriber_parts(broker, topics, group_id),
        broker=broker,
        group_id=group_id,
        handler=handler,
        linger_s=linger_s,
        max_records=max_records,
    )
    register(broker, subscriber)
    return subscriber
