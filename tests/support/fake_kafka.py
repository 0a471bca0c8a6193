"""aiokafka's clients without a broker behind them, as FastStream uses them."""

import asyncio
import time
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRebalanceListener, TopicPartition
from faststream.kafka.helpers import AdminService

from chassis.kafka.record import Record


class FakeConsumer:
    """Hands out the records a test puts in, and remembers what was asked of it."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments
        self.records: asyncio.Queue[Record] = asyncio.Queue()
        self.calls: list[str] = []
        self.commits: list[dict[TopicPartition, int] | None] = []
        self.commit_refusals: list[Exception] = []
        self.listener: ConsumerRebalanceListener | None = None
        self.topics: list[str] = []
        # What the chassis reaches for inside: nothing is fetched ahead, no task ends.
        self._fetcher = SimpleNamespace(_records={}, _fetch_task=None)
        self._coordinator = SimpleNamespace(_coordination_task=None)
        self._client = SimpleNamespace(_sync_task=None)
        self._subscription = SimpleNamespace(subscription=None)

    def subscribe(self, topics: list[str], pattern: str | None, listener: ConsumerRebalanceListener) -> None:
        self.topics, self.listener = topics, listener

    async def start(self) -> None:
        self.calls.append("start")

    async def stop(self) -> None:
        self.calls.append("stop")

    async def commit(self, offsets: dict[TopicPartition, int] | None = None) -> None:
        self.commits.append(offsets)
        if self.commit_refusals:
            raise self.commit_refusals.pop()

    async def getone(self) -> Record:
        return await self.records.get()

    async def getmany(self, timeout_ms: int, max_records: int | None) -> dict[TopicPartition, list[Record]]:
        record = await self.records.get()
        return {TopicPartition(record.topic, record.partition): [record]}

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {}

    def subscription(self) -> set[str]:
        return set(self.topics)

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(topic, 0) for topic in self.topics}

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0}

    def paused(self) -> set[TopicPartition]:
        return set()

    def last_poll_timestamp(self, partition: TopicPartition) -> float:
        return time.time() * 1000

    def feed(self, records: Iterable[Record]) -> None:
        for record in records:
            self.records.put_nowait(record)


class FakeProducer:
    """Acknowledges when a test says so."""

    _closed = False

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments
        self.sent: list[dict[str, Any]] = []
        self.acknowledgements: list[asyncio.Future[None]] = []
        # What the sending of a value is refused with.
        self.refusals: dict[bytes, Exception] = {}

    async def start(self) -> None:
        """Connect to nothing."""

    async def stop(self) -> None:
        self._closed = True

    async def send(self, **record: Any) -> asyncio.Future[None]:
        if refusal := self.refusals.get(record["value"]):
            raise refusal
        self.sent.append(record)
        self.acknowledgements.append(asyncio.get_running_loop().create_future())
        return self.acknowledgements[-1]


class FakeClients:
    """The clients that FastStream made."""

    def __init__(self) -> None:
        self.consumers: list[FakeConsumer] = []
        self.producers: list[FakeProducer] = []

    def make_consumer(self, **arguments: Any) -> FakeConsumer:
        self.consumers.append(FakeConsumer(**arguments))
        return self.consumers[-1]

    def make_producer(self, **arguments: Any) -> FakeProducer:
        self.producers.append(FakeProducer(**arguments))
        return self.producers[-1]


def fake_clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    """Let every broker that is started from now on use fakes."""
    clients = FakeClients()

    async def connect_no_admin(_service: AdminService, **_arguments: Any) -> None:
        """An administrator is not needed."""

    monkeypatch.setattr("aiokafka.AIOKafkaConsumer", clients.make_consumer)
    monkeypatch.setattr("aiokafka.AIOKafkaProducer", clients.make_producer)
    monkeypatch.setattr(AdminService, "connect", connect_no_admin)
    return clients
