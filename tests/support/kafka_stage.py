"""A stage for one test: topics of its own, a consumer group of its own, and workers that come and go."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka import KafkaBroker

from chassis.data_keys import DataKeys
from chassis.kafka import (
    BatchOptions,
    BatchSubscriber,
    KafkaCluster,
    KeyedOptions,
    KeyedSubscriber,
    RetryPolicy,
    batch_subscriber,
    ensure_topics,
    keyed_subscriber,
    make_broker,
)
from chassis.kafka.record import Record
from chassis.kafka.sealing import Sealing
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import TurnReceived
from contracts.registry import DEAD_LETTER_SUFFIX, Topic
from tests.support.records import encoded

# The kinds of subscribers.
KINDS = ("keyed", "batch")
QUICKLY = RetryPolicy(first_delay_s=0.02, longest_delay_s=0.1, most_retries_per_s=1000.0)

# Conversation and message of an event.
Said = tuple[str, str]
# Key, value and headers of a record, whether they make sense or not.
RawRecord = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]
# A worker, and the messages that it has handled.
Reader = tuple[KeyedSubscriber | BatchSubscriber, list[str]]
Settings = Mapping[str, Any]
Handler = Callable[[CloudEvent[TurnReceived]], Awaitable[None]]
BatchHandler = Callable[[Sequence[CloudEvent[Event]]], Awaitable[None]]


def conversation(name: str) -> UUID:
    """The id of the conversation that a test calls `name`."""
    return uuid5(NAMESPACE_URL, name)


def turn(name: str, message: str) -> CloudEvent[TurnReceived]:
    """Somebody said something in the conversation called `name`."""
    data = TurnReceived(conversation_id=conversation(name), turn_id=uuid4(), message=message, source="api")
    return originate(data, event_id=uuid4(), source="tests", time=datetime.now(UTC))


@dataclass(slots=True)
class Journal:
    """What a handler saw: the order of each conversation, and how many it handled at once."""

    begun: list[tuple[UUID, str]] = field(default_factory=list)
    ended: list[tuple[UUID, str]] = field(default_factory=list)
    running: Counter[UUID] = field(default_factory=Counter)
    most_at_once: int = 0

    @asynccontextmanager
    async def handling(self, event: CloudEvent[TurnReceived]) -> AsyncIterator[None]:
        """Note an event from its begin to its end; two of one conversation at once are an error."""
        key = event.data.conversation_id
        assert not self.running[key], "two events of one conversation at once"
        self.running[key] += 1
        self.most_at_once = max(self.most_at_once, self.running.total())
        self.begun.append((key, event.data.message))
        try:
            yield
            self.ended.append((key, event.data.message))
        finally:
            self.running[key] -= 1

    async def note(self, event: CloudEvent[TurnReceived]) -> None:
        """A handler that does nothing else."""
        async with self.handling(event):
            pass

    def messages(self, name: str) -> list[str]:
        return [message for key, message in self.ended if key == conversation(name)]

    def by_conversation(self) -> dict[UUID, list[str]]:
        """What was handled, in order, conversation by conversation."""
        found: dict[UUID, list[str]] = defaultdict(list)
        for key, message in self.ended:
            found[key].append(message)
        return found


@dataclass(slots=True)
class Stage:
    """Topics and a group that no other test uses."""

    settings: ServiceSettings
    topics: tuple[str, ...]
    group: str
    producer: AIOKafkaProducer
    partitions: int
    keys: DataKeys | None = None

    @property
    def topic(self) -> str:
        """The first topic, for tests that need one."""
        return self.topics[0]

    async def say(self, *said: Said, topic: str | None = None, partition: int | None = None) -> None:
        await self.publish(*(turn(name, message) for name, message in said), topic=topic, partition=partition)

    async def publish(
        self, *events: CloudEvent[Event], topic: str | None = None, partition: int | None = None
    ) -> None:
        """Publish events to the first topic, whatever their own is called; sealed if the stage has keys."""
        outgoing = await Sealing(self.keys).serialise(events)
        records = [(event.key, event.value, encoded(event.headers)) for event in outgoing]
        await self.put(*records, topic=topic, partition=partition)

    async def put(self, *records: RawRecord, topic: str | None = None, partition: int | None = None) -> None:
        """Publish bytes, whether they make sense or not."""
        send = partial(self.producer.send, topic or self.topic, partition=partition)
        sent = [await send(value, key=key, headers=headers) for key, value, headers in records]
        await asyncio.gather(*sent)

    @asynccontextmanager
    async def keyed(
        self, handler: Handler, *, settings: Settings | None = None, **how: Any
    ) -> AsyncIterator[KeyedSubscriber]:
        """A keyed worker in the group until the end of the block; `how` it works beyond trying again soon."""
        broker, how = self.broker(settings), {"options": KeyedOptions(retry=QUICKLY)} | how
        subscriber = keyed_subscriber(broker, *self.topics, group_id=self.group, **how)
        subscriber.on(TurnReceived)(handler)
        async with running(broker):
            yield subscriber

    @asynccontextmanager
    async def batch(
        self, handler: BatchHandler, *, settings: Settings | None = None, **how: Any
    ) -> AsyncIterator[BatchSubscriber]:
        """A batch worker in the group until the end of the block; `how` as for a keyed one."""
        broker = self.broker(settings)
        how = {"handler": handler, "max_records": 500, "options": BatchOptions(retry=QUICKLY)} | how
        subscriber = batch_subscriber(broker, *self.topics, group_id=self.group, **how)
        async with running(broker):
            yield subscriber

    @asynccontextmanager
    async def reading(self, kind: str) -> AsyncIterator[Reader]:
        """A worker of either kind until the end of the block, and the messages that it has handled."""
        handled: list[str] = []

        async def note(event: CloudEvent[TurnReceived]) -> None:
            handled.append(event.data.message)

        async def note_all(events: Sequence[CloudEvent[Event]]) -> None:
            handled.extend(event.data.message for event in events if isinstance(event.data, TurnReceived))

        async with self.keyed(note) if kind == "keyed" else self.batch(note_all) as subscriber:
            yield subscriber, handled

    def broker(self, settings: Settings | None = None) -> KafkaBroker:
        """A broker object for this stage, not started."""
        told = self.settings.model_copy(update=dict(settings or {}))
        return make_broker(told, service=self.group, keys=self.keys)

    async def committed(self) -> dict[TopicPartition, int]:
        """Where a new owner of each partition would begin; partitions without a commit are left out."""
        # One by one, because the embedded broker lists none when asked for all.
        homes = [TopicPartition(topic, number) for topic in self.topics for number in range(self.partitions)]
        async with self.administrator() as admin:
            offsets = await admin.list_consumer_group_offsets(self.group, partitions=homes)
        return {home: found.offset for home, found in offsets.items() if found.offset >= 0}

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap_servers)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    async def until_committed(self, expected: int, *, within_s: float = 15.0) -> None:
        """Wait until `expected` records in all are committed."""
        deadline = time.monotonic() + within_s
        while (total := sum((await self.committed()).values())) != expected:
            assert time.monotonic() < deadline, f"{total} committed instead of {expected}"
            await asyncio.sleep(0.05)

    async def dead_letters(self, count: int, *, within_s: float = 15.0) -> list[Record]:
        """The first `count` records that were parked from the first topic."""
        async with self.consumer(self.topic + DEAD_LETTER_SUFFIX) as consumer, asyncio.timeout(within_s):
            return [await consumer.getone() for _ in range(count)]

    def consumer(self, *topics: str, **arguments: Any) -> AIOKafkaConsumer:
        """A bare client that reads topics from their beginning."""
        ours = {"auto_offset_reset": "earliest", "fetch_max_wait_ms": 50, "enable_auto_commit": False}
        servers = self.settings.kafka_bootstrap_servers
        return AIOKafkaConsumer(*topics, bootstrap_servers=servers, **ours | arguments)


@asynccontextmanager
async def running(broker: KafkaBroker) -> AsyncIterator[KafkaBroker]:
    async with broker:
        await broker.start()
        yield broker


async def create_topics(bootstrap_servers: str, *names: str, partitions: int) -> None:
    topics = [Topic(name, publishers=(), consumers=(), partitions=partitions, config={}) for name in names]
    await ensure_topics(KafkaCluster.at(bootstrap_servers), topics)
