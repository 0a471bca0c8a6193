"""Topics are created once, whoever asks, and never changed."""

import asyncio
from typing import Any

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.kafka import ensure_topics
from contracts.registry import Topic
from tests.support.infrastructure import Unique
from tests.support.kafka_stage import Stage


async def test_missing_topics_are_created_once_whoever_asks_and_then_left_alone(stage: Stage, unique: Unique):
    servers, names = stage.settings.kafka_bootstrap_servers, [unique("topic") for _ in range(3)]
    fields: dict[str, Any] = {"publishers": (), "consumers": (), "config": {"retention.ms": "86400000"}}
    narrow, wide = ([Topic(name, partitions=count, **fields) for name in names] for count in (2, 6))
    await asyncio.gather(*(ensure_topics(servers, narrow) for _ in range(4)))
    await ensure_topics(servers, wide)
    async with stage.administrator() as admin:
        described = await admin.describe_topics(names)
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, names[0])])
    settings = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    assert {each["topic"]: len(each["partitions"]) for each in described} == dict.fromkeys(names, 2)
    assert settings["retention.ms"] == "86400000"
