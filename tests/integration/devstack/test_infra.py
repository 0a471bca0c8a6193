from pathlib import Path

import asyncpg
import pytest
import redis.asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from chassis.kafka import KafkaCluster
from chassis.kafka.topics import ensure_topics
from contracts.registry import Topic
from devstack.errors import BrokerCannotRun
from devstack.infra import Infra
from devstack.kafka import find_java

TOPIC = Topic("notes.v1", publishers=(), consumers=(), partitions=3)


async def write_note(infra: Infra, note: str) -> None:
    """The same note to the broker, the database and the cache."""
    await ensure_topics(KafkaCluster.at(infra.kafka_bootstrap), [TOPIC])
    async with AIOKafkaProducer(bootstrap_servers=infra.kafka_bootstrap) as producer:
        await producer.send_and_wait(TOPIC.name, note.encode(), key=b"note")
    connection = await asyncpg.connect(infra.postgres.url(driver="postgresql"))
    await connection.execute("CREATE TABLE IF NOT EXISTS notes (note text)")
    await connection.execute("INSERT INTO notes VALUES ($1)", note)
    await connection.close()
    async with redis.asyncio.from_url(infra.redis_url) as cache:
        await cache.rpush("notes", note)


async def notes_of_the_broker(infra: Infra, count: int) -> list[str]:
    where = {"bootstrap_servers": infra.kafka_bootstrap, "auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer(TOPIC.name, **where) as consumer:
        return [(await consumer.getone()).value.decode() for _ in range(count)]


async def test_the_next_run_and_what_was_killed_have_the_ports_and_data_of_before(tmp_path: Path) -> None:
    try:
        find_java()
    except BrokerCannotRun:
        pytest.skip("Apache Kafka needs Java 17+")
    with Infra.start(tmp_path) as first:
        await write_note(first, "yesterday")
        settings = first.service_env()
    pids = [child.pid for child in first.children]

    with Infra.start(tmp_path) as second:
        assert second.broker_name == "Apache Kafka 4.4.0"
        assert not set(pids) & {child.pid for child in second.children}
        async with redis.asyncio.from_url(second.redis_url, decode_responses=True) as cache:
            assert await cache.lrange("notes", 0, -1) == ["yesterday"]
        await write_note(second, "today")
        for child in (second.broker, second.postgres, second.valkey):
            child.kill()
            child.start()
        assert second.service_env() == settings
        assert await notes_of_the_broker(second, 2) == ["yesterday", "today"]
        connection = await asyncpg.connect(second.postgres.url(driver="postgresql"))
        rows = await connection.fetch("SELECT note FROM notes")
        assert [row["note"] for row in rows] == ["yesterday", "today"]
        await connection.close()
    assert not any(child.is_running for child in second.children)
