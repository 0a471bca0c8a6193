"""A fault of the database is no record's own: turns wait, none is parked, all are answered in the end."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import asyncpg
import httpx2
import pytest
from sqlalchemy.engine import make_url

from tests.support.product import Product, Visitor, eventually

VISITORS = 10
# From the moment the database serves again.
SOON_S = 5.0
_RAISE = """
    CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON dialogue.conversation
        FOR EACH ROW EXECUTE FUNCTION public.refuse();
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON leadstore.conversation
        FOR EACH ROW EXECUTE FUNCTION public.refuse();
"""
_NO_LONGER_RAISE = (
    "DROP TRIGGER refuse ON dialogue.conversation; DROP TRIGGER refuse ON leadstore.conversation"
)
_READ_ONLY = 'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
_WRITABLE = 'ALTER DATABASE "{name}" RESET default_transaction_read_only'
_RENAME = "ALTER TABLE {schema}.{table} RENAME COLUMN {old} TO {new}"
Fault = Callable[["Administrator"], AbstractContextManager[None]]


class Administrator:
    """Does to the database of the product what an administrator, a migration or a failover does."""

    def __init__(self, runner: asyncio.Runner, connection: asyncpg.Connection) -> None:
        self._runner = runner
        self._connection = connection

    def execute(self, *statements: str) -> None:
        name = self._runner.run(self._connection.fetchval("select current_database()"))
        for statement in statements:
            self._runner.run(self._connection.execute(statement.replace("{name}", name)))

    def drop_connections(self) -> None:
        self.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="module")
def administrator(database_url: str) -> Iterator[Administrator]:
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        runner.run(connection.execute("SET default_transaction_read_only = off"))
        yield Administrator(runner, connection)
        runner.run(connection.close())


@contextmanager
def read_only(administrator: Administrator) -> Iterator[None]:
    """A failover: the connections that are left lead to the server that was demoted."""
    administrator.execute(_READ_ONLY)
    administrator.drop_connections()
    try:
        yield
    finally:
        administrator.execute(_WRITABLE)


@contextmanager
def without_a_column(administrator: Administrator) -> Iterator[None]:
    """A migration that takes away what is still read."""
    columns = (("dialogue", "turn", "reply"), ("leadstore", "message", "text"))
    for schema, table, old in columns:
        administrator.execute(_RENAME.format(schema=schema, table=table, old=old, new=f"{old}_v2"))
    try:
        yield
    finally:
        for schema, table, old in columns:
            administrator.execute(_RENAME.format(schema=schema, table=table, old=f"{old}_v2", new=old))


def raising(state: str) -> Fault:
    @contextmanager
    def refuse(administrator: Administrator) -> Iterator[None]:
        administrator.execute(_RAISE.format(state=state))
        try:
            yield
        finally:
            administrator.execute(_NO_LONGER_RAISE)

    return refuse


def test_turns_wait_through_a_failover_and_the_service_says_so(
    product: Product, administrator: Administrator
) -> None:
    with ThreadPoolExecutor(VISITORS) as pool:
        visitors = greeted(product, pool)
        with read_only(administrator):
            saying = [pool.submit(visitor.say, "We are 12 people.") for visitor in visitors]
            fault = eventually(lambda: kafka_fault(product, "dialogue"), within_s=30.0)
        all_are_answered_soon(product, visitors, saying)

    assert f"DatabaseUnavailable 25006 ({VISITORS} records, the oldest conversation.turns.v1/" in fault
    assert "12 people" not in fault


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        pytest.param(without_a_column, "42703", id="a column renamed"),
        pytest.param(raising("53100"), "53100", id="disk full"),
    ],
)
def test_turns_wait_for_the_database_and_are_answered_when_it_is_back(
    product: Product, administrator: Administrator, fault: Fault, state: str
) -> None:
    with ThreadPoolExecutor(VISITORS) as pool:
        visitors = greeted(product, pool)
        with fault(administrator):
            saying = [pool.submit(visitor.say, "We are 12 people.") for visitor in visitors]
            eventually(lambda: waiting(product, "dialogue", state) >= VISITORS, within_s=25.0)
        all_are_answered_soon(product, visitors, saying)


def greeted(product: Product, pool: ThreadPoolExecutor) -> list[Visitor]:
    """Visitors who have said a line and heard the answer."""
    visitors = [product.visitor() for _ in range(VISITORS)]
    list(pool.map(lambda visitor: visitor.say("Hello, I run a bakery."), visitors))
    return visitors


def all_are_answered_soon(
    product: Product, visitors: list[Visitor], saying: list[Future[dict[str, Any]]]
) -> None:
    """From now on: every answer comes, every line is in its transcript, nothing is parked, all are ready."""
    back_s = time.monotonic()
    answers = [answer.result(timeout=60.0) for answer in saying]
    took_s = time.monotonic() - back_s

    assert all(answer["response"] for answer in answers)
    assert took_s < SOON_S
    for visitor in visitors:
        eventually(partial(has_both_lines, visitor))
    assert product.samples("salesbot_dlq_messages_total") == {}
    assert eventually(lambda: waiting(product, "leadstore", "") == 0)
    for service in ("dialogue", "leadstore"):
        eventually(partial(is_ready, product, service))


def waiting(product: Product, group: str, state: str) -> float:
    """Records of a group that wait for a database that answers with this SQLSTATE."""
    samples = product.samples("salesbot_waiting_records")
    return sum(value for labels, value in samples.items() if f'group="{group}"' in labels and state in labels)


def has_both_lines(visitor: Visitor) -> bool:
    return sum(message["role"] == "visitor" for message in visitor.transcript()["messages"]) == 2


def ask_readyz(product: Product, service: str) -> httpx2.Response:
    return httpx2.get(f"{product.services[service].url}/readyz", timeout=30)


def is_ready(product: Product, service: str) -> bool:
    return ask_readyz(product, service).status_code == 200


def kafka_fault(product: Product, service: str) -> str | None:
    found: str | None = ask_readyz(product, service).json()["faults"].get("kafka")
    return found
