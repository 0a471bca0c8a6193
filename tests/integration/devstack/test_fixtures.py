import asyncpg
import redis.asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.support.infrastructure import Infrastructure, Unique


async def test_a_module_gets_an_empty_database_of_its_own(database_url: str, infra: Infrastructure) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))

    tables = await connection.fetch("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()

    assert tables == []
    assert database_url != infra.database_url


async def test_a_module_gets_an_empty_cache_of_its_own(redis_url: str, infra: Infrastructure) -> None:
    async with redis.asyncio.from_url(redis_url) as own, redis.asyncio.from_url(infra.redis_url) as shared:
        await own.set("name", "Dana")

        assert await own.dbsize() == 1
        assert await shared.get("name") is None


async def test_the_broker_carries_a_record(kafka_bootstrap: str, unique: Unique) -> None:
    topic = unique("topic")
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    await admin.close()

    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        await producer.send_and_wait(topic, b"hello", key=b"one")
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest")
    async with consumer:
        record = await consumer.getone()

    assert (record.key, record.value) == (b"one", b"hello")
