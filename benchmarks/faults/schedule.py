"""The faults: what each takes away, for how long, and how it is given back."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

import asyncpg
import redis

from devstack.infra import Infra
from devstack.services import ServiceProcess

_SHORT_S = 1.0
_RENAMED_S = 10.0
_READ_ONLY_S = 20.0
_STOPPED_S = 10.0
_QUIET_S = 12.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is taken away. `end` returns when it is back and ready."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Outage:
    """A fault that happened; times of the monotonic clock."""

    name: str
    began_s: float
    back_s: float


def all_faults(infra: Infra, services: tuple[ServiceProcess, ...]) -> tuple[Fault, ...]:
    """One of each kind, in the order in which they happen."""
    postgres, valkey, broker = infra.postgres, infra.valkey, infra.broker

    def sql(*statements: str) -> Callable[[], None]:
        return lambda: asyncio.run(_execute(infra, statements))

    def flush() -> None:
        with redis.Redis.from_url(infra.redis_url) as client:
            client.flushall()

    def nothing() -> None:
        """A flush takes no time, and nothing has to come back."""

    def renamed(table: str, column: str) -> Fault:
        away = f"{column}_of_another_version"
        return Fault(
            f"column {table}.{column} renamed",
            sql(f"ALTER TABLE {table} RENAME COLUMN {column} TO {away}"),
            sql(f"ALTER TABLE {table} RENAME COLUMN {away} TO {column}"),
            _RENAMED_S,
        )

    return (
        Fault(
            "PostgreSQL read-only",
            sql("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"),
            sql("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"),
            _READ_ONLY_S,
        ),
        *(_killed(service.name, service.kill, service.start) for service in services),
        _killed("PostgreSQL", postgres.kill, postgres.start),
        renamed("dialogue.conversation", "state"),
        renamed("leadstore.conversation", "stage"),
        _killed("Redis", valkey.kill, valkey.start),
        Fault("Redis flushed", flush, nothing, 0.0),
        Fault(
            "Kafka stopped",
            lambda: broker.send_signal(signal.SIGSTOP),
            lambda: broker.send_signal(signal.SIGCONT),
            _STOPPED_S,
        ),
        _killed("Kafka", broker.kill, broker.start),
    )


def _killed(name: str, kill: Callable[[], None], start: Callable[[], None]) -> Fault:
    return Fault(f"{name} killed", kill, start, _SHORT_S)


async def _execute(infra: Infra, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(infra.postgres.url(driver="postgresql"))
    try:
        for statement in ("SET default_transaction_read_only = off", *statements):
            await connection.execute(statement)
    finally:
        await connection.close()


async def break_in_turn(
    faults: tuple[Fault, ...], *, until_s: float, tell: Callable[[str], None]
) -> list[Outage]:
    """Let one fault after the other happen, with quiet between them, until `until_s` of the monotonic clock.

    Every fault happens at least once, whatever the time.
    """
    outages: list[Outage] = []
    for fault in _enough(faults, until_s):
        await asyncio.sleep(_QUIET_S)
        began_s = time.monotonic()
        await asyncio.to_thread(fault.begin)
        await asyncio.sleep(fault.lasts_s)
        await asyncio.to_thread(fault.end)
        outages.append(Outage(fault.name, began_s, time.monotonic()))
        tell(f"{fault.name}: away for {outages[-1].back_s - began_s:.1f} s")
    await asyncio.sleep(_QUIET_S)
    return outages


def _enough(faults: tuple[Fault, ...], until_s: float) -> Iterator[Fault]:
    for number, fault in enumerate(cycle(faults)):
        if number >= len(faults) and time.monotonic() > until_s:
            return
        yield fault
