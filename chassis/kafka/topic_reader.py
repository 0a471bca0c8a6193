"""Reads a topic up to its end, from positions that the caller keeps; no consumer group is involved."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import TransientError, describe
from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.record import Record

_POLL_MS = 300
_SILENCE_S = 30.0
# By partition, the offset of the next record to read.
Positions = Mapping[int, int]


class TopicUnread(TransientError):
    """A topic is missing, or the broker did not hand out all of it."""


async def read_on(
    cluster: KafkaCluster, topic: str, positions: Positions
) -> tuple[list[Record], dict[int, int]]:
    """The records of a topic from these positions to its present end, and the positions behind them.

    A partition without a position is read from its beginning; so is one whose position lies outside of what
    the topic holds, as after it was made again.

    Raises:
        TopicUnread: read it again later.
    """
    try:
        homes = await _partitions(cluster, topic)
        async with cluster.consumer(client_id="salesbot-reader", enable_auto_commit=False) as consumer:
            return await _read(consumer, homes, positions)
    except (KafkaError, OSError) as error:
        raise TopicUnread(f"{topic!r}: {describe(error)}") from error


async def _partitions(cluster: KafkaCluster, topic: str) -> list[TopicPartition]:
    admin = cluster.admin("salesbot-reader")
    await admin.start()
    try:
        # Asked first, since a broker may create a topic that somebody asks for by name.
        described = await admin.describe_topics([topic]) if topic in await admin.list_topics() else []
    finally:
        await admin.close()
    numbers = sorted(each["partition"] for one in described for each in one["partitions"])
    if not numbers:
        raise TopicUnread(f"topic {topic!r} is missing")
    return [TopicPartition(topic, number) for number in numbers]


async def _read(
    consumer: AIOKafkaConsumer, homes: Sequence[TopicPartition], positions: Positions
) -> tuple[list[Record], dict[int, int]]:
    consumer.assign(homes)
    begins, ends = await consumer.beginning_offsets(homes), await consumer.end_offsets(homes)
    for home in homes:
        position = positions.get(home.partition, -1)
        consumer.seek(home, position if begins[home] <= position <= ends[home] else begins[home])
    records = await _poll_to_the_end(consumer, homes, ends)
    return records, {home.partition: await consumer.position(home) for home in homes}


async def _poll_to_the_end(
    consumer: AIOKafkaConsumer, homes: Sequence[TopicPartition], ends: Mapping[TopicPartition, int]
) -> list[Record]:
    records: list[Record] = []
    loop = asyncio.get_running_loop()
    heard_at_s = loop.time()
    while True:
        polled = await consumer.getmany(timeout_ms=_POLL_MS)
        for found in polled.values():
            records += found
        if all([await consumer.position(home) >= ends[home] for home in homes]):
            return records
        if polled:
            heard_at_s = loop.time()
        elif loop.time() - heard_at_s > _SILENCE_S:
            raise TopicUnread(f"{homes[0].topic!r} was not read within {_SILENCE_S:.0f} s")
