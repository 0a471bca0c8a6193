"""What one conversation costs: CPU, records, rows, bytes and commands, counted on the running stack.

All but the CPU seconds are counts, which no other work on the machine changes.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import uvloop
from aiokafka import AIOKafkaConsumer
from redis.asyncio import Redis

from benchmarks.load import LINES, measure
from benchmarks.stack import Stack, running_stack
from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings
from contracts.registry import STREAMS
from devstack.infra import Infra

_AT_ONCE = 10
_WARM_UP = 20
# What follows the last reply: projections, deliveries, the sweep of the outbox.
_SETTLE_S = 5.0
_PATIENCE_MS = 1_000


@dataclass(frozen=True, slots=True)
class Footprint:
    """One conversation of `turns` messages.

    CPU is in seconds of one core by service. Bytes of Kafka are those of keys, values and headers as the
    broker gets them, before replication; bytes of PostgreSQL are tables with their indexes, and its log.
    """

    turns: int
    cpu_s: Mapping[str, float]
    kafka_records: float
    kafka_bytes: float
    postgres_rows_written: float
    postgres_bytes: float
    postgres_log_bytes: float
    redis_commands: float


@dataclass(frozen=True, slots=True)
class _Counts:
    cpu_s: Mapping[str, float]
    kafka_records: int
    kafka_bytes: int
    rows: int
    table_bytes: int
    log_bytes: int
    commands: int


def measure_footprint(conversations: int) -> Footprint:
    """Hold so many guided conversations and count what they leave behind.

    The model is a fake that answers at once: what it costs is not in here.
    """
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder), "kafka") as infra:
        return uvloop.run(_measure(infra, conversations))


async def _measure(infra: Infra, conversations: int) -> Footprint:
    async with running_stack(infra) as stack:
        await _hold(stack, _WARM_UP)
        before = await _count(infra, stack)
        await _hold(stack, conversations)
        after = await _count(infra, stack)

    def each(name: str) -> float:
        return float(round((getattr(after, name) - getattr(before, name)) / conversations, 1))

    used = {name: (total - before.cpu_s[name]) / conversations for name, total in after.cpu_s.items()}
    return Footprint(
        turns=len(LINES),
        cpu_s={name: round(seconds, 4) for name, seconds in used.items()},
        kafka_records=each("kafka_records"),
        kafka_bytes=each("kafka_bytes"),
        postgres_rows_written=each("rows"),
        postgres_bytes=each("table_bytes"),
        postgres_log_bytes=each("log_bytes"),
        redis_commands=each("commands"),
    )


async def _hold(stack: Stack, conversations: int) -> None:
    turns = conversations * len(LINES)
    cell = await measure(stack, conversations=_AT_ONCE, turns=turns, model_delay_ms=0)
    if cell.failed:
        raise RuntimeError(f"{cell.failed} of {turns} turns failed")
    await asyncio.sleep(_SETTLE_S)


async def _count(infra: Infra, stack: Stack) -> _Counts:
    cpu_s = stack.cpu_seconds()
    records, size = await _kafka(infra.kafka_bootstrap)
    rows, table_bytes, log_bytes = await _postgres(infra.database_url)
    async with Redis.from_url(infra.redis_url) as redis:
        commands = int((await redis.info("stats"))["total_commands_processed"])
    return _Counts(cpu_s, records, size, rows, table_bytes, log_bytes, commands)


async def _kafka(bootstrap_servers: str) -> tuple[int, int]:
    """How many records all topics hold, and their bytes."""
    records = size = 0
    names = [topic.name for topic in STREAMS]
    async with AIOKafkaConsumer(
        *names, bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest"
    ) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=_PATIENCE_MS)).values():
                records += len(batch)
                for record in batch:
                    headers = sum(len(name) + len(value) for name, value in record.headers)
                    size += len(record.key or b"") + len(record.value or b"") + headers
    return records, size


async def _postgres(database_url: str) -> tuple[int, int, int]:
    """Rows written since ever, bytes of all tables with their indexes, and bytes of the log."""
    engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
    try:
        async with engine.connect() as connection:
            found = await connection.execute(
                sa.text(
                    "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del),"
                    " (SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables),"
                    " pg_current_wal_lsn() - '0/0'::pg_lsn FROM pg_stat_user_tables"
                )
            )
            rows, size, log = found.one()
    finally:
        await engine.dispose()
    return int(rows), int(size), int(log)
