"""Where a text stands: in every table, every key of the cache, every record of every topic."""

import asyncio
from collections.abc import Iterable

import redis
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.kafka.record import Record

# Playbooks and prompts are our own words, which a visitor may use too.
_TABLES = sa.text(
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'rollout') ORDER BY 1"
)


def database_text(database_url: str) -> str:
    """Every row of every table that holds conversations; what is binary, as the text that it may be."""
    return asyncio.run(_database_text(database_url))


async def _database_text(database_url: str) -> str:
    engine = create_async_engine(database_url)
    found = []
    async with engine.connect() as connection:
        for table in (await connection.scalars(_TABLES)).all():
            rows = (await connection.execute(sa.text(f"SELECT * FROM {table}"))).all()
            found += [f"{table}: {_as_text(row)}" for row in rows]
    await engine.dispose()
    return "\n".join(found)


def cache_text(redis_url: str) -> str:
    """Every key with all of its values."""
    found = []
    with redis.Redis.from_url(redis_url) as client:
        readers = {
            b"string": client.get,
            b"hash": client.hgetall,
            b"set": client.smembers,
            b"list": lambda key: client.lrange(key, 0, -1),
            b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
            b"stream": client.xrange,
        }
        for key in client.scan_iter():
            found.append(f"{key!r}: {_as_text([readers[client.type(key)](key)])}")
    return "\n".join(found)


def records_of(bootstrap_servers: str, topics: Iterable[str]) -> list[Record]:
    """Every record that is on these topics now."""
    return asyncio.run(_records_of(bootstrap_servers, topics))


async def _records_of(bootstrap_servers: str, topics: Iterable[str]) -> list[Record]:
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest")
    records: list[Record] = []
    async with consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while True:
            polled = await consumer.getmany(timeout_ms=300)
            records += [record for batch in polled.values() for record in batch]
            at_end = [await consumer.position(home) >= end for home, end in ends.items()]
            if not polled and all(at_end):
                return records


def _as_text(values: Iterable[object]) -> str:
    return " | ".join(
        bytes(each).decode("utf-8", "replace") if isinstance(each, bytes | memoryview) else str(each)
        for each in values
    )
