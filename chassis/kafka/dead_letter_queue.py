"""Reading the dead letters of a cluster, publishing them again, and recording what was done about each.

A letter is settled by a record in its own partition that names it. Nothing is deleted: what was parked, who
settled it and how, can be read as long as the topic keeps it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.errors import PermanentError, TransientError
from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.letter import Address, Letter, Outcome, read_letters, settlement_headers
from chassis.kafka.record import Record

_SILENCE_S = 30.0
_POLL_MS = 300
_SEND_TIMEOUT_S = 30.0
# The broker decides what is too large; a record that is parked was small enough for its topic.
_MOST_BYTES = 64 * 1024 * 1024


class BrokerTimeout(TransientError):
    """The broker did not answer in time."""


class OriginalGone(PermanentError):
    """The original record of a letter cannot be read any more."""


class NotReplayable(PermanentError):
    """A letter has no valid origin, or its topic no longer exists."""


@dataclass(frozen=True, slots=True)
class DeadLetterQueue:
    """The dead-letter topics of a cluster. Made by `open_dead_letters`."""

    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient
    topics: tuple[str, ...]
    operator: str

    async def read(self) -> list[Letter]:
        """Every letter, settled or not, in the order of parking."""
        partitions = await self._partitions(self.topics)
        return read_letters([record async for record in self._records(partitions)])

    async def value(self, letter: Letter) -> Record:
        """The original record of a letter, with its value; raises OriginalGone."""
        record = await self._record(letter.id if letter.is_whole or letter.origin is None else letter.origin)
        if record is None:
            what = "it" if letter.is_whole else f"its value was too large to be parked, and {letter.origin}"
            raise OriginalGone(f"{letter.id}: {what} is past its topic's retention; drop it")
        if not letter.is_whole and letter.key is not None and record.key != letter.key:
            raise OriginalGone(f"{letter.id}: another record stands at {letter.origin} now; drop it")
        return record

    async def replay(self, together: Sequence[Letter]) -> Address:
        """Publish the record of letters of one origin again, then settle them all; returns its new address.

        A crash between the two publishes the record a second time at the next replay. Consumers have to
        recognise an event by its id in any case.

        Raises:
            NotReplayable, OriginalGone: it cannot be published again; drop it.
            BrokerTimeout: it may have been published; replay it again.
        """
        letter = together[0]
        origin = letter.origin
        if origin is None:
            raise NotReplayable(f"{letter.id} does not say where it came from; drop it")
        homes = [home.partition for home in await self._partitions([origin.topic])]
        if not homes:
            raise NotReplayable(f"{letter.id}: topic {origin.topic!r} is gone; drop it")
        record = await self.value(letter)
        headers = [(name, value) for name, value in record.headers if not name.startswith("x-dlq-")]
        # A key finds its partition by itself, also where a topic has more partitions now.
        partition = origin.partition if record.key is None and origin.partition in homes else None
        sent = await self._send(origin.topic, record.key, record.value, headers, partition=partition)
        for each in together:
            await self._settle(each, "replayed", sent)
        return sent

    async def drop(self, letter: Letter) -> None:
        """Settle a letter without publishing it."""
        await self._settle(letter, "dropped", None)

    async def _settle(self, letter: Letter, outcome: Outcome, replayed_to: Address | None) -> None:
        headers = settlement_headers(letter, outcome, self.operator, replayed_to)
        await self._send(letter.id.topic, letter.key, b"", headers, partition=letter.id.partition)

    async def _send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        *,
        partition: int | None,
    ) -> Address:
        if key is None and value is None:
            # Legal in Kafka, but this client sends no record that holds nothing at all.
            value = b""
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                sent = await self.producer.send_and_wait(
                    topic, value, key=key, headers=headers, partition=partition
                )
        except (KafkaError, TimeoutError) as error:
            raise BrokerTimeout(f"{topic!r} did not take a record: {type(error).__name__}") from error
        return Address(sent.topic, sent.partition, sent.offset)

    async def _partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        described = await self.admin.describe_topics(list(topics))
        return [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            if not topic["error_code"]
            for partition in topic["partitions"]
        ]

    async def _record(self, address: Address) -> Record | None:
        """The record at an address, None when it is not there any more, or not yet."""
        home = TopicPartition(address.topic, address.partition)
        if home not in await self._partitions([address.topic]):
            return None
        self.consumer.assign([home])
        if address.offset < (await self.consumer.beginning_offsets([home]))[home]:
            return None
        self.consumer.seek(home, address.offset)
        async for record in self._polled([home]):
            return record if record.offset == address.offset else None
        return None

    async def _records(self, partitions: Sequence[TopicPartition]) -> AsyncIterator[Record]:
        """Every record of these partitions."""
        if partitions:
            self.consumer.assign(partitions)
            for home, start in (await self.consumer.beginning_offsets(partitions)).items():
                self.consumer.seek(home, start)
            async for record in self._polled(partitions):
                yield record

    async def _polled(self, partitions: Sequence[TopicPartition]) -> AsyncIterator[Record]:
        """From the positions of the consumer up to the ends of now, and what comes right behind them.

        An end may be said too low: the embedded broker counts a batch of several records as one.
        """
        ends = await self.consumer.end_offsets(partitions)
        heard_at = time.monotonic()
        while True:
            polled = await self.consumer.getmany(timeout_ms=_POLL_MS)
            for records in polled.values():
                for record in records:
                    yield record
            positions = {home: await self.consumer.position(home) for home in partitions}
            if not polled and all(positions[home] >= ends[home] for home in partitions):
                return
            if polled:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > _SILENCE_S:
                raise BrokerTimeout(f"{partitions[0].topic!r} was not read within {_SILENCE_S:.0f} s")


@asynccontextmanager
async def open_dead_letters(
    cluster: KafkaCluster, topics: Iterable[str], *, operator: str
) -> AsyncIterator[DeadLetterQueue]:
    """Connect to a cluster; topics that it lacks are left out.

    Raises:
        KafkaError: no broker answers.
    """
    async with AsyncExitStack() as stack:
        admin = cluster.admin("salesbot-dlq")
        stack.push_async_callback(admin.close)
        await admin.start()
        # Without a group nothing is committed, and nobody's partitions are taken.
        consumer = cluster.consumer(client_id="salesbot-dlq", enable_auto_commit=False)
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        producer = cluster.producer("salesbot-dlq", max_request_size=_MOST_BYTES)
        stack.push_async_callback(producer.stop)
        await producer.start()
        yield DeadLetterQueue(consumer, producer, admin, tuple(topics), operator)
