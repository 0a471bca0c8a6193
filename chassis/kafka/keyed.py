"""Keyed concurrency: many conversations in parallel, each in order, with safe commits.

FastStream processes one record at a time, or loses order, or loses records. `KeyedSubscriber` keeps its
broker, parser and middlewares and replaces the loop between them:

    poll -> Lanes.admit -> Settler.settle -> FastStream's process_message -> handler
              |  one lane a key, in order      tries, waits, parks; one record or a group of them
              '-> Watermark: the lowest unfinished offset is what gets committed
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import wraps

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber

from chassis import metrics
from chassis.data_keys import DataKeyDestroyed
from chassis.errors import reason_for
from chassis.kafka.committing import CommittingSubscriber, Offsets
from chassis.kafka.dead_letter import DeadLetters, OnParked, Parked
from chassis.kafka.faststream_internals import (
    SubscriberParts,
    decode_as,
    is_of_type,
    register,
    subscriber_parts,
)
from chassis.kafka.group import EventGroup, Group, GroupLimits, current_group, group_limits, handling
from chassis.kafka.lanes import Lanes
from chassis.kafka.parking import parking_rules
from chassis.kafka.record import Record, event_type_of, origin_of, parse_as, with_text_headers
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.sealing import sealing_of
from chassis.kafka.settling import Result, Settler
from contracts.cloudevent import CloudEvent, EventT, MalformedEvent

logger = structlog.get_logger()

Handler = Callable[[CloudEvent[EventT]], Awaitable[None]]
GroupHandler = Callable[[EventGroup[EventT]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class KeyedOptions:
    """Concurrency and waiting times of a keyed subscriber. Times in seconds."""

    max_in_flight: int = 128
    partition_bound: int = 200
    handler_timeout_s: float = 45.0
    drain_timeout_s: float = 10.0
    commit_interval_s: float = 0.5
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class KeyedSubscriber(CommittingSubscriber[ConsumerRecord], DefaultSubscriber):
    """Consumes several co-partitioned topics with one lane per key. Made by `keyed_subscriber`."""

    is_co_partitioned = True

    def __init__(
        self,
        parts: SubscriberParts,
        *,
        broker: KafkaBroker,
        group_id: str,
        options: KeyedOptions,
        on_parked: OnParked | None,
        on_handed_over: Callable[[], None],
    ) -> None:
        super().__init__(parts, group_id=group_id, commit_interval_s=options.commit_interval_s)
        self._on_handed_over = on_handed_over
        self._drain_timeout_s = options.drain_timeout_s
        self._sealing = sealing_of(broker)
        self._on_parked = on_parked
        self._handled_types: set[str] = set()
        self._usual_limits = group_limits(broker)
        self._group_limits: dict[str, GroupLimits] = {}
        self._on_arrival: dict[str, Callable[[Record], None]] = {}
        self._dead_letters = DeadLetters(broker, group_id, options.retry, parking_rules(broker))
        self._settler = Settler(
            self._handle,
            group_id=group_id,
            max_in_flight=options.max_in_flight,
            handler_timeout_s=options.handler_timeout_s,
            retry=options.retry,
            dead_letters=self._dead_letters,
            on_parked=self._notify_parked if on_parked is not None else None,
            interrupted=self.interrupted,
        )
        self.lanes = Lanes(
            self._settle,
            limits=self._group_limits,
            partition_bound=options.partition_bound,
            pause=self._pause,
            resume=self._resume,
            interrupted=self.interrupted,
            on_broken=lambda fault: self.fail(f"a lane failed: {type(fault).__name__}"),
        )

    def on(self, event_class: type[EventT]) -> Callable[[Handler[EventT]], Handler[EventT]]:
        """Register the handler of one event type. Types without a handler are skipped."""

        def decorate(handler: Handler[EventT]) -> Handler[EventT]:
            self._handled_types.add(event_class.type_name())
            self(handler, filter=is_of_type(event_class), decoder=decode_as(event_class))
            return handler

        return decorate

    def on_many(
        self, event_class: type[EventT], limits: GroupLimits | None = None
    ) -> Callable[[GroupHandler[EventT]], GroupHandler[EventT]]:
        """Register a handler that gets the queued consecutive events of a key in one call.

        It handles all of them or none: after a failure that one of them may be the cause of, it is given each
        alone. Its span continues the trace of the first and links to those of the others.
        """

        def decorate(handler: GroupHandler[EventT]) -> GroupHandler[EventT]:
            @wraps(handler)
            async def handle_group(first: CloudEvent[EventT]) -> None:
                group = current_group()
                assert group is not None
                await handler(EventGroup(event_class, group, first, self._sealing))

            self._group_limits[event_class.type_name()] = limits or self._usual_limits
            self.on(event_class)(handle_group)
            return handler

        return decorate

    def on_arrival(self, event_class: type[EventT], react: Callable[[CloudEvent[EventT]], None]) -> None:
        """Call `react` when an event of this type is queued, so before what is queued in front is handled.

        It has to be quick and safe to repeat. An event that cannot be read is left to its handler.
        """

        def read(record: Record) -> None:
            with suppress(MalformedEvent):
                react(parse_as(event_class, record))

        self._on_arrival[event_class.type_name()] = read

    def faults(self) -> list[str]:
        """Why its records wait, in words for an operator."""
        found = [*super().faults(), self._dead_letters.fault(), self._settler.fault()]
        if self.lanes.is_broken:
            found.append("a lane is broken")
        return [fault for fault in found if fault is not None]

    async def get_msg(self, consumer: AIOKafkaConsumer) -> Record | None:
        """The next record; None when there is none yet."""
        return await self.fetching.one(consumer)

    async def consume_one(self, msg: Record) -> None:
        """Queue a record in its lane; returns at once."""
        self.lanes.admit(msg)
        if self._on_arrival and (react := self._on_arrival.get(event_type_of(msg) or "")):
            react(msg)
        # A fetch holds hundreds of records and none of them is waited for: without a pause here probes and
        # heartbeats would stand still while a backlog is read.
        await asyncio.sleep(0)

    async def _settle(self, group: Group) -> bool:
        try:
            return await self._settler.settle(group)
        except Exception as failure:
            # What is raised beside the handler is about the record, unless it is about every record.
            record = group.records[0]
            if not self._dead_letters.bulkhead.admits(record.topic, reason_for(failure)):
                raise
            group.split()
            return await self._settler.park(record, failure)

    async def _handle(self, group: Group) -> Result:
        record = group.records[0]
        event_type = event_type_of(record)
        if event_type is None:
            raise MalformedEvent(f"record {record.offset} of {record.topic!r} has no ce_type")
        if event_type not in self._handled_types:
            return "skipped"
        await self._sealing.load(group.records)
        try:
            opened = self._sealing.opened(record)
            with handling(group):
                await self.process_message(with_text_headers(opened))
        except DataKeyDestroyed:
            if len(group.records) > 1:
                # Each is then settled alone.
                raise
            logger.info("erased_record_skipped", origin=origin_of(record))
            return "erased"
        return "done"

    async def _notify_parked(self, parked: Parked) -> None:
        assert self._on_parked is not None
        await self._sealing.load([parked.record])
        await self._on_parked(replace(parked, record=self._sealing.opened(parked.record)))

    async def finish_work(self) -> None:
        """Wait for running handlers."""
        await self.lanes.drain(self._drain_timeout_s)

    def forget_work(self) -> None:
        """Drop the queued records."""
        self.lanes.close()
        self._dead_letters.bulkhead.forget_stops()
        self._on_handed_over()

    def accept(self, partitions: set[TopicPartition]) -> None:
        """Start accepting records of these partitions."""
        self.lanes.open(partitions)

    def uncommitted(self) -> Offsets:
        """The offsets of watermarks that have advanced."""
        return self.lanes.uncommitted()

    def note_committed(self, offsets: Offsets) -> None:
        """Note that these offsets were committed."""
        self.lanes.note_committed(offsets)

    def held_records(self) -> dict[TopicPartition, int]:
        """How many records are in lanes."""
        return self.lanes.held_records()

    def update_gauges(self) -> None:
        """Set the gauges to the present state."""
        self._settler.update_gauges()
        metrics.HELD.labels(self._group).set(self.lanes.held)
        metrics.LANES.labels(self._group).set(self.lanes.count)
        metrics.WATERMARK_AGE.labels(self._group).set(self.lanes.oldest_age_s())

    def forget_offsets(self, partition: TopicPartition) -> None:
        """Reset a watermark: a topic that was created again has new offsets."""
        self.lanes.open({partition})
        # Whether it was full was known to the old watermark alone.
        self._resume(partition)

    def _pause(self, partition: TopicPartition) -> None:
        if self.consumer is not None:
            self.pauses.pause(self.consumer, partition, "full")

    def _resume(self, partition: TopicPartition) -> None:
        if self.consumer is not None:
            self.pauses.resume(self.consumer, partition, "full")


def keyed_subscriber(
    broker: KafkaBroker,
    *topics: str,
    group_id: str,
    options: KeyedOptions | None = None,
    on_parked: OnParked | None = None,
    on_handed_over: Callable[[], None] = lambda: None,
) -> KeyedSubscriber:
    """Subscribe to topics whose records are handled in parallel, and in order within a key.

    Handlers must be idempotent: delivery is at least once. `on_parked` is called with each record that went
    to the dead letters, until it returns without an error; `on_handed_over` when the keys of this process may
    be another's from now on.
    """
    subscriber = KeyedSubscriber(
        subscriber_parts(broker, topics, group_id),
        broker=broker,
        group_id=group_id,
        options=options or KeyedOptions(),
        on_parked=on_parked,
        on_handed_over=on_handed_over,
    )
    register(broker, subscriber)
    return subscriber
