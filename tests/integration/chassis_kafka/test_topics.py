"""Topics are created once, whoever asks; the job that applies the registry changes what may be changed."""

import asyncio
from typing import Any

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.kafka import KafkaCluster, ensure_topics
from chassis.kafka.topics.applying import apply_topics, find_differences
from contracts.registry import Topic
from tests.support.infrastructure import Unique
from tests.support.kafka_stage import Stage


async def test_missing_topics_are_created_once_whoever_asks_and_then_left_alone(stage: Stage, unique: Unique):
    servers, names = stage.settings.kafka_bootstrap_servers, [unique("topic") for _ in range(3)]
    fields: dict[str, Any] = {"publishers": (), "consumers": (), "config": {"retention.ms": "86400000"}}
    narrow, wide = ([Topic(name, partitions=count, **fields) for name in names] for count in (2, 6))
    await asyncio.gather(*(ensure_topics(KafkaCluster.at(servers), narrow) for _ in range(4)))
    await ensure_topics(KafkaCluster.at(servers), wide)
    async with stage.administrator() as admin:
        described = await admin.describe_topics(names)
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, names[0])])
    settings = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    assert {each["topic"]: len(each["partitions"]) for each in described} == dict.fromkeys(names, 2)
    assert settings["retention.ms"] == "86400000"


@pytest.mark.beyond_tansu("does not alter topics")
async def test_applying_mends_what_it_may_and_leaves_the_rest_to_a_person(stage: Stage, unique: Unique):
    servers, (old, new) = stage.settings.kafka_bootstrap_servers, [unique("topic") for _ in range(2)]
    config = {"retention.ms": "86400000", "cleanup.policy": "compact"}
    topics = [Topic(name, publishers=(), consumers=(), partitions=6, config=config) for name in (old, new)]
    set_before = {"retention.ms": "1000", "max.message.bytes": "2000000"}
    cluster = KafkaCluster.at(servers)
    await ensure_topics(cluster, [Topic(old, publishers=(), consumers=(), partitions=2, config=set_before)])

    async def found() -> list[str]:
        return [str(each) for each in await find_differences(cluster, topics, replication_factor=1)]

    async def applied(**how: bool) -> list[str]:
        return [str(each) for each in await apply_topics(cluster, topics, replication_factor=1, **how)]

    assert [line.split(";")[0] for line in await found()] == [
        f"{old}: retention.ms is 1000, not 86400000",
        f"{old}: cleanup.policy is delete, not compact",
        f"{old}: has 2 partitions, not 6",
        f"{new}: is missing",
    ]
    left = await applied()
    assert [line.split(";")[0] for line in left] == [f"{old}: has 2 partitions, not 6"]
    assert await applied() == await found() == left
    assert await applied(may_raise_partitions=True) == await found() == []
    async with stage.administrator() as admin:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, old)])
    assert {entry[0]: entry[1] for entry in answer.resources[0][4]}["max.message.bytes"] == "2000000"
