"""Makes the topics of a cluster what the registry wants, and says what they lack."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.topics import ensure_topics
from chassis.kafka.topics.differences import Difference, FoundTopic, config_of, differences
from contracts.registry import Topic

logger = structlog.get_logger()

_DYNAMIC_TOPIC_CONFIG: Final = 1
_SHOWN_WITHIN_S: Final = 30.0
_LOOK_AGAIN_AFTER_S: Final = 0.1


async def find_differences(
    cluster: KafkaCluster, topics: Sequence[Topic], *, replication_factor: int
) -> list[Difference]:
    """What the topics of the cluster lack.

    Raises:
        KafkaError: the broker does not say.
    """
    admin = cluster.admin("salesbot-topics")
    try:
        await admin.start()
        found = await _find(admin, topics)
    finally:
        await admin.close()
    return [
        difference
        for topic in topics
        for difference in differences(topic, found.get(topic.name), replicas=replication_factor)
    ]


async def apply_topics(
    cluster: KafkaCluster,
    topics: Sequence[Topic],
    *,
    replication_factor: int,
    may_raise_partitions: bool = False,
) -> list[Difference]:
    """Create what is missing, set what is set otherwise, and return what only a person can mend.

    Safe to call again, and by several processes at once. What was set for a topic beside it stays.

    Raises:
        KafkaError: the broker does not do it; some topics may be mended already.
    """
    with_config = [replace(each, config=config_of(each, replicas=replication_factor)) for each in topics]
    await ensure_topics(cluster, with_config, replication_factor=replication_factor)
    compare = partial(differences, replicas=replication_factor, may_raise_partitions=may_raise_partitions)
    deadline = time.monotonic() + _SHOWN_WITHIN_S
    admin = cluster.admin("salesbot-topics")
    try:
        await admin.start()
        while True:
            found = await _find(admin, topics)
            left = [each for topic in topics for each in compare(topic, found.get(topic.name))]
            # Brokers show a change a moment after the controller has made it.
            if not any(each.is_mended for each in left) or time.monotonic() > deadline:
                return left
            for topic in (each for each in topics if each.name in found):
                await _set_config(admin, topic, found[topic.name], replication_factor)
            if may_raise_partitions:
                await _raise_partitions(admin, topics, found)
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
    finally:
        await admin.close()


async def _find(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> dict[str, FoundTopic]:
    present = set(await admin.list_topics())
    names = [topic.name for topic in topics if topic.name in present]
    if not names:
        return {}
    described = await admin.describe_topics(names)
    entries = await _config_entries(admin, names)
    return {
        topic["topic"]: FoundTopic(
            partitions=len(topic["partitions"]),
            replicas=min((len(each["replicas"]) for each in topic["partitions"]), default=0),
            config={name: value for name, value, *_ in entries[topic["topic"]]},
            own_config={
                name: value
                for name, value, _, source, *_ in entries[topic["topic"]]
                if source == _DYNAMIC_TOPIC_CONFIG
            },
        )
        for topic in described
    }


async def _config_entries(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, list[Any]]:
    """Of each topic its entries: name, value, whether it is read-only, where it was set, and more."""
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    entries = {}
    for code, message, _, name, found in (resource for answer in answers for resource in answer.resources):
        if code:
            raise for_code(code)(f"the settings of topic {name!r} were not read: {message}")
        entries[name] = found
    return entries


async def _set_config(
    admin: AIOKafkaAdminClient, topic: Topic, found: FoundTopic, replication_factor: int
) -> None:
    wanted = config_of(topic, replicas=min(replication_factor, found.replicas))
    changed = {name: value for name, value in wanted.items() if found.config.get(name) != value}
    if not changed:
        return
    # The request replaces all that was set for the topic.
    complete = {**found.own_config, **wanted}
    answers = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, complete)])
    for code, message, _, name in (resource for answer in answers for resource in answer.resources):
        if code:
            raise for_code(code)(f"topic {name!r} was not changed: {message}")
    logger.info("topic_changed", topic=topic.name, config=changed)


async def _raise_partitions(
    admin: AIOKafkaAdminClient, topics: Sequence[Topic], found: dict[str, FoundTopic]
) -> None:
    raised = {
        topic.name: NewPartitions(topic.partitions)
        for topic in topics
        if topic.name in found and found[topic.name].partitions < topic.partitions
    }
    if raised:
        await admin.create_partitions(raised)
        logger.warning("partitions_raised", topics=sorted(raised))
