"""The registry's topics on the session's broker, and a look into them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from aiokafka import AIOKafkaConsumer

from chassis.kafka import ensure_topics
from chassis.kafka.record import Record
from contracts.registry import TOPICS
from devstack.infra import Infra
from devstack.tansu import Tansu
from tests.support.infrastructure import Infrastructure

# A broker and every consumer pay for each partition, and few do for tests.
SMALL_TOPICS = tuple(replace(topic, partitions=4) for topic in TOPICS)


def create_topics(bootstrap_servers: str) -> None:
    """Create every topic of the registry that is missing."""
    asyncio.run(ensure_topics(bootstrap_servers, SMALL_TOPICS))


def forget_dead_members(infra: Infrastructure) -> None:
    """Start Tansu anew: its groups wait long for members that an earlier module killed."""
    if isinstance(infra, Infra) and isinstance(infra.broker, Tansu):
        infra.broker.kill()
        infra.broker.start()


def read_until(
    bootstrap_servers: str, topic: str, is_enough: Callable[[list[Record]], bool], *, within_s: float = 20.0
) -> list[Record]:
    """All records of `topic` from its start, read until `is_enough` or the time is over."""
    return asyncio.run(_read_until(bootstrap_servers, topic, is_enough, within_s))


async def _read_until(
    bootstrap_servers: str, topic: str, is_enough: Callable[[list[Record]], bool], within_s: float
) -> list[Record]:
    # Without a group a consumer is given every partition at once.
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        records: list[Record] = []
        deadline = time.monotonic() + within_s
        while not is_enough(records) and time.monotonic() < deadline:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records.extend(batch)
        return records
    finally:
        await consumer.stop()
