"""Kafka deletes what was published of an ended lead, also on a partition that nobody else writes to."""

import time

import pytest
from aiokafka import AIOKafkaProducer

from chassis.kafka import KafkaCluster, ensure_topics
from chassis.kafka.topic_reader import read_on
from contracts.events import LeadErased
from contracts.registry import STREAMS, Topic
from tests.support.infrastructure import Infrastructure, Unique

pytestmark = pytest.mark.slow
LEADS = next(topic for topic in STREAMS if LeadErased in topic.events)
# As the topic of leads is set, but for hours of which each lasts half a second.
FASTER = 7_200


def _faster(name: str) -> Topic:
    in_hours = {key: str(int(LEADS.config[key]) // FASTER) for key in ("segment.ms", "max.compaction.lag.ms")}
    return Topic(name, LEADS.publishers, (), partitions=1, config={**LEADS.config, **in_hours})


async def test_an_ended_lead_is_deleted_by_the_second_end(infra: Infrastructure, unique: Unique) -> None:
    if "Apache Kafka" not in infra.broker_name:
        pytest.skip("only Apache Kafka compacts")
    topic = _faster(unique("leads"))
    await ensure_topics(KafkaCluster.at(infra.kafka_bootstrap), [topic])
    async with AIOKafkaProducer(bootstrap_servers=infra.kafka_bootstrap) as producer:
        await producer.send_and_wait(topic.name, b"of somebody else", key=b"other")
        await producer.send_and_wait(topic.name, b"a secret", key=b"erased")
        await producer.send_and_wait(topic.name, None, key=b"erased")
        # Until the segment is old enough for the second end to begin another one.
        old_at = time.monotonic() + int(topic.config["segment.ms"]) / 1000
        while time.monotonic() < old_at:
            await read_on(KafkaCluster.at(infra.kafka_bootstrap), topic.name, {})
        await producer.send_and_wait(topic.name, None, key=b"erased")

    deadline = time.monotonic() + 120
    while True:
        records, _ = await read_on(KafkaCluster.at(infra.kafka_bootstrap), topic.name, {})
        values = [record.value for record in records]
        if b"a secret" not in values:
            break
        assert time.monotonic() < deadline, "the lead is still there"
    assert b"of somebody else" in values
