"""The registry's topics on the session's broker, and a look into them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from aiokafka import AIOKafkaConsumer

from chassis.kafka import KafkaCluster, ensure_topics
from chassis.kafka.record import Record
from contracts.registry import STREAMS, TOPICS
from devstack.infra import Infra
from devstack.tansu import Tansu
from tests.support.infrastructure import Infrastructure
from tests.support.streams import records_until

# A broker and every consumer pay for each partition, and few do for tests.
SMALL_TOPICS = tuple(replace(topic, partitions=4) for topic in TOPICS)


def create_topics(bootstrap_servers: str) -> None:
    """Create every topic of the registry that is missing."""
    asyncio.run(ensure_topics(KafkaCluster.at(bootstrap_servers), SMALL_TOPICS))


async def begin_at_end(bootstrap_servers: str, group: str, *topics: str) -> None:
    """Let a group without members begin behind what other tests have left under keys that are gone.

    Without topics those that the registry gives the group.
    """
    topics = topics or tuple(topic.name for topic in STREAMS if group in topic.consumers)
    reader = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap_servers)
    member = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=group, enable_auto_commit=False)
    async with reader, member:
        member.assign(list(reader.assignment()))
        await member.commit(await reader.end_offsets(reader.assignment()))


def forget_dead_members(infra: Infrastructure) -> None:
    """Start Tansu anew: its groups wait long for members that an earlier module killed."""
    if isinstance(infra, Infra) and isinstance(infra.broker, Tansu):
        infra.broker.kill()
        infra.broker.start()


def read_until(
    bootstrap_servers: str, topic: str, is_enough: Callable[[list[Record]], bool], *, within_s: float = 20.0
) -> list[Record]:
    """All records of `topic` from its start, read until `is_enough` or the time is over."""
    return asyncio.run(records_until(bootstrap_servers, topic, is_enough, within_s=within_s))
