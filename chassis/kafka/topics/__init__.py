"""Creating the topics of the registry; never shrinks, never changes a partition count."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from chassis.errors import TransientError
from chassis.kafka.cluster import KafkaCluster
from contracts.registry import Topic

logger = structlog.get_logger()

_TOLD_WITHIN_S = 30.0
_LOOK_AGAIN_AFTER_S = 0.05


class TopicsUnfit(TransientError):
    """Topics are missing, or their partition counts differ; the message names them."""


@dataclass(frozen=True, slots=True)
class TopicsRead:
    """The topics that one consumer reads, and whether a key has one partition number in all of them."""

    names: Sequence[str]
    are_co_partitioned: bool


def unfit_topics(counts: Mapping[str, int], *, are_co_partitioned: bool) -> str | None:
    """Why topics with these partition counts cannot be read correctly; None when they can."""
    if missing := sorted(name for name, count in counts.items() if not count):
        return f"topics are missing, or not shown to us: {', '.join(missing)}"
    if are_co_partitioned and len(set(counts.values())) > 1:
        found = ", ".join(f"{name} has {count}" for name, count in sorted(counts.items()))
        return f"partition counts differ, so that a key has no one home: {found}"
    return None


async def require_topics(cluster: KafkaCluster, read: Sequence[TopicsRead]) -> None:
    """Check the topics before they are read.

    Raises:
        TopicsUnfit: reading them would lose the order within a conversation, or wait for nothing.
        KafkaError: the broker does not say.
    """
    if not read:
        return
    admin = cluster.admin("salesbot-topics")
    await admin.start()
    try:
        present = set(await admin.list_topics())
        names = sorted(present.intersection(name for one in read for name in one.names))
        described = await admin.describe_topics(names) if names else []
    finally:
        await admin.close()
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in described}
    for one in read:
        counts = {name: partitions.get(name, 0) for name in one.names}
        if (reason := unfit_topics(counts, are_co_partitioned=one.are_co_partitioned)) is not None:
            raise TopicsUnfit(reason)


async def ensure_topics(
    cluster: KafkaCluster, topics: Iterable[Topic], *, replication_factor: int = 1
) -> None:
    """Create the missing topics, and wait until the broker's metadata includes them.

    Safe to call again and by several processes at once.

    Raises:
        TopicsUnfit: they are created, and the broker does not say so.
    """
    admin = cluster.admin("salesbot-topics")
    await admin.start()
    try:
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        if missing:
            await _create(admin, missing, replication_factor)
            await _wait_for_metadata(admin, {topic.name for topic in missing})
    finally:
        await admin.close()


async def _wait_for_metadata(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Wait until the metadata of the broker includes the topics the controller has created."""
    deadline = time.monotonic() + _TOLD_WITHIN_S
    while missing := names - {
        topic["topic"] for topic in await admin.describe_topics() if topic["partitions"]
    }:
        if time.monotonic() > deadline:
            raise TopicsUnfit(f"topics are not there though they were created: {', '.join(sorted(missing))}")
        await asyncio.sleep(_LOOK_AGAIN_AFTER_S)


async def _create(admin: AIOKafkaAdminClient, topics: list[Topic], replication_factor: int) -> None:
    response = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, replication_factor, topic_configs=dict(topic.config))
            for topic in topics
        ]
    )
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(f"topic {name!r} was not created")
    logger.info("topics_created", topics=[topic.name for topic in topics])
