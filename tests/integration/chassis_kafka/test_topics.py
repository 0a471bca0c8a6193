"""Topics are created once, whoever asks, and never changed."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.kafka import ensure_topics
from contracts.registry import Topic
from tests.support.infrastructure import Unique


def topic(name: str, partitions: int) -> Topic:
    return Topic(
        name, publishers=(), consumers=(), partitions=partitions, config={"retention.ms": "86400000"}
    )


async def partitions_of(kafka_bootstrap: str, *names: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics(list(names))
        return {described["topic"]: len(described["partitions"]) for described in found}
    finally:
        await admin.close()


async def retention_of(kafka_bootstrap: str, name: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        entries = answer.resources[0][4]
        return next(str(entry[1]) for entry in entries if entry[0] == "retention.ms")
    finally:
        await admin.close()


async def test_missing_topics_are_created_as_they_are_written_down(
    kafka_bootstrap: str, unique: Unique
) -> None:
    name = unique("topic")

    await ensure_topics(kafka_bootstrap, [topic(name, 3)])

    assert await partitions_of(kafka_bootstrap, name) == {name: 3}
    assert await retention_of(kafka_bootstrap, name) == "86400000"


async def test_several_processes_may_ask_at_once_and_again(kafka_bootstrap: str, unique: Unique) -> None:
    names = [unique("topic") for _ in range(3)]

    await asyncio.gather(
        *(ensure_topics(kafka_bootstrap, [topic(name, 2) for name in names]) for _ in range(4))
    )
    await ensure_topics(kafka_bootstrap, [topic(name, 2) for name in names])

    assert await partitions_of(kafka_bootstrap, *names) == dict.fromkeys(names, 2)


async def test_a_topic_that_is_there_is_left_as_it_is(kafka_bootstrap: str, unique: Unique) -> None:
    name = unique("topic")

    await ensure_topics(kafka_bootstrap, [topic(name, 2)])
    await ensure_topics(kafka_bootstrap, [topic(name, 6)])

    assert await partitions_of(kafka_bootstrap, name) == {name: 2}
