"""Keyed concurrency: many conversations at once, each in order, safe commits.

FastStream processes one record at a time, or loses order, or loses records. `KeyedSubscriber` keeps its
broker, parser and middlewares and replaces the loop between them. The seams it stands on are held by
`tests/contract/test_faststream_seams.py`; FastStream is pinned to 0.7.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber

from chassis import metrics
from chassis.kafka.dead_letter import DeadLetters
from chassis.kafka.lanes import Lanes
from chassis.kafka.record import Record
from chassis.kafka.retry import HandlerTimeout, OnParked, Parked, RetryPolicy, reason_for
from chassis.kafka.subscription import (
    SubscriberParts,
    commit,
    decode_as,
    event_type_of,
    is_of_type,
    register,
    subscriber_parts,
)
from contracts.cloudevent import CloudEvent, Event, MalformedEvent

logger = structlog.get_logger()

EventT = TypeVar("EventT", bound=Event)
Handler = Callable[[CloudEvent[EventT]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class KeyedOptions:
    """How much a keyed subscriber does at once and how long it waits. Times in seconds."""

    max_in_flight: int = 128
    partition_bound: int = 200
    handler_timeout_s: float = 45.0
    drain_timeout_s: float = 10.0
    commit_interval_s: float = 0.2
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class KeyedSubscriber(DefaultSubscriber):
    """Consumes several co-partitioned topics with one lane per key. Made by `keyed_subscriber`."""

    def __init__(
        self,
        parts: SubscriberParts,
        *,
        broker: KafkaBroker,
        group_id: str,
        options: KeyedOptions,
        on_parked: OnParked | None,
    ) -> None:
        super().__init__(*parts)
        self._listener = _DrainOnRevoke(self)
        self._options = options
        self._on_parked = on_parked
        self._handled_types: set[str] = set()
        self._dead_letters = DeadLetters(broker, group_id)
        self._slots = asyncio.Semaphore(options.max_in_flight)
        self._group = group_id
        self._in_flight = metrics.IN_FLIGHT.labels(group_id)
        self.lanes = Lanes(
            self._settle,
            group_id=group_id,
            partition_bound=options.partition_bound,
            pause=self._pause,
            resume=self._resume,
        )

    def on(self, event_class: type[EventT]) -> Callable[[Handler[EventT]], Handler[EventT]]:
        """Register the handler of one event type. Types without a handler are skipped."""

        def decorate(handler: Handler[EventT]) -> Handler[EventT]:
            self._handled_types.add(event_class.type_name())
            self(handler, filter=is_of_type(event_class), decoder=decode_as(event_class))
            return handler

        return decorate

    @property
    def is_healthy(self) -> bool:
        """False while a record can be neither handled nor parked."""
        return self.running and not self._dead_letters.is_blocked

    async def start(self) -> None:
        """Join the group and begin."""
        await super().start()
        self.add_task(self._commit_forever)

    async def stop(self) -> None:
        """Finish what runs, commit, leave the group."""
        if self.running:
            self.running = False
            await self._hand_over()
        await super().stop()

    async def consume_one(self, msg: Record) -> None:
        """Take a record in hand; the consume loop goes on at once."""
        self.lanes.admit(msg)

    async def _settle(self, record: Record) -> bool:
        attempt = 0
        while not self.lanes.stopping.is_set():
            attempt += 1
            failure = await self._attempt(record)
            if failure is None:
                return True
            if self._options.retry.gives_up(failure, attempt):
                return await self._park(record, failure, attempt)
            metrics.MESSAGES_RETRIED.labels(self._group, record.topic).inc()
            logger.warning(
                "record_retried",
                topic=record.topic,
                attempt=attempt,
                error=reason_for(failure),
                exc_info=failure,
            )
            await self._wait(self._options.retry.delay_s(attempt))
        return False

    async def _attempt(self, record: Record) -> Exception | None:
        """One try; the failure instead of an exception, so that the lane decides what follows."""
        async with self._slots:
            self._in_flight.inc()
            try:
                result = await self._handle(record)
            except TimeoutError:
                return HandlerTimeout(f"no result within {self._options.handler_timeout_s}s")
            except Exception as failure:  # noqa: BLE001 - this is the one place that turns failures into policy
                return failure
            finally:
                self._in_flight.dec()
        metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, result).inc()
        return None

    async def _handle(self, record: Record) -> str:
        event_type = event_type_of(record)
        if event_type is None:
            raise MalformedEvent(f"record {record.offset} of {record.topic!r} has no ce_type")
        if event_type not in self._handled_types:
            return "skipped"
        async with asyncio.timeout(self._options.handler_timeout_s):
            await self.process_message(record)
        return "done"

    async def _park(self, record: Record, failure: Exception, attempts: int) -> bool:
        parked = Parked(record, reason_for(failure), attempts)
        tries = 0
        while not self.lanes.stopping.is_set():
            tries += 1
            if await self._dead_letters.park(record, failure, attempts=attempts) and await self._tell(parked):
                metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "parked").inc()
                return True
            await self._wait(self._options.retry.delay_s(tries))
        return False

    async def _tell(self, parked: Parked) -> bool:
        if self._on_parked is None:
            return True
        try:
            await self._on_parked(parked)
        except MalformedEvent:
            return True
        except Exception as error:
            logger.exception("parking_not_told", topic=parked.record.topic, error=reason_for(error))
            return False
        return True

    async def _wait(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self.lanes.stopping.wait()
        except TimeoutError:
            return

    async def _commit_forever(self) -> None:
        age = metrics.WATERMARK_AGE.labels(self._group)
        while self.running:
            await asyncio.sleep(self._options.commit_interval_s)
            age.set(self.lanes.oldest_age_s())
            await self._commit()

    async def _commit(self) -> None:
        offsets = self.lanes.uncommitted()
        if await commit(self.consumer, offsets):
            self.lanes.note_committed(offsets)

    async def _hand_over(self) -> None:
        await self.lanes.drain(self._options.drain_timeout_s)
        await self._commit()
        self.lanes.close()

    def _pause(self, partition: TopicPartition) -> None:
        if self.consumer is not None:
            self.consumer.pause(partition)

    def _resume(self, partition: TopicPartition) -> None:
        if self.consumer is not None and partition in self.consumer.assignment():
            self.consumer.resume(partition)


class _DrainOnRevoke(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """aiokafka rebalances eagerly: every partition is revoked, then the new set is assigned."""

    def __init__(self, subscriber: KeyedSubscriber) -> None:
        self._subscriber = subscriber

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            metrics.REBALANCES.labels(self._subscriber._group).inc()
            await self._subscriber._hand_over()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._subscriber.lanes.open(assigned)


def keyed_subscriber(
    broker: KafkaBroker,
    *topics: str,
    group_id: str,
    options: KeyedOptions | None = None,
    on_parked: OnParked | None = None,
) -> KeyedSubscriber:
    """Subscribe to topics whose records are handled many at once and in order within a key.

    Handlers must be idempotent: delivery is at least once. `on_parked` is told of each record that went to
    the dead letters, until it returns without an error.
    """
    subscriber = KeyedSubscriber(
        subscriber_parts(broker, topics, group_id),
        broker=broker,
        group_id=group_id,
        options=options or KeyedOptions(),
        on_parked=on_parked,
    )
    register(broker, subscriber)
    return subscriber
