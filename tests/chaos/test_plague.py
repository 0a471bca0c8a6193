"""A fault of the database is no record's own: turns wait, and are answered. What is its own parks one alone.

What visitors said is looked for in every log, span and header of a dead letter (`running_product`).
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from devstack.cli import app
from devstack.infra import Infra
from tests.support.infrastructure import Infrastructure
from tests.support.product import Product, Visitor, eventually
from tests.support.topics import read_until

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
_TURNS = "conversation.turns.v1"
# Words that would be recognised wherever they were quoted.
_PRIVATE = "I am Euphemia Ravenscroft, euphemia@ravenscroft-orchids.example, and I sell Zanzibarian orchids."
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
            saying = [pool.submit(visitor.say, _PRIVATE) for visitor in visitors]
            fault = eventually(lambda: kafka_fault(product, "dialogue"), within_s=30.0)
        all_are_answered_soon(product, visitors, saying)

    assert f"DatabaseUnavailable 25006 ({VISITORS} records, the oldest conversation.turns.v1/" in fault
    assert "Ravenscroft" not in fault


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
            saying = [pool.submit(visitor.say, _PRIVATE) for visitor in visitors]
            eventually(lambda: waiting(product, "dialogue", state) >= VISITORS, within_s=25.0)
        all_are_answered_soon(product, visitors, saying)


def dlq(infra: Infrastructure, *arguments: str) -> str:
    env = {name: value for name, value in infra.service_env().items() if name.startswith("KAFKA_")}
    result = CliRunner().invoke(app, ["dlq", *arguments], env=env)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_turn_that_the_database_refused_is_answered_when_it_comes_back(
    product: Product, infra: Infrastructure, administrator: Administrator
) -> None:
    administrator.execute(
        "ALTER TABLE dialogue.turn ADD CONSTRAINT too_long CHECK (length(message) < 60) NOT VALID"
    )
    visitor = product.visitor()
    visitor.say("Hello there.")
    # The database says in its DETAIL which row it refuses, word for word.
    speaking = threading.Thread(target=visitor.post, args=(_PRIVATE,))
    speaking.start()
    of_visitor = ("--conversation", str(visitor.conversation_id))
    listed = eventually(
        lambda: found if "DataRefused 23514" in (found := dlq(infra, "list", *of_visitor)) else None
    )
    assert f"{_TURNS}.dlq" in listed
    assert "Ravenscroft" not in listed

    if isinstance(infra, Infra):
        log = infra.postgres.log.read_text()
        assert "too_long" in log
        assert "Ravenscroft" not in log

    administrator.execute("ALTER TABLE dialogue.turn DROP CONSTRAINT too_long")
    assert "replayed 1 of 1" in dlq(infra, "replay", *of_visitor)
    speaking.join()

    def answered() -> bool:
        messages = visitor.transcript()["messages"]
        return [message["role"] for message in messages] == ["visitor", "bot"] * 2

    eventually(answered)
    assert "replayed 0 of 0" in dlq(infra, "replay", *of_visitor)
    messages = visitor.transcript()["messages"]
    assert [message["failed"] for message in messages] == [False] * 4


async def _send(bootstrap: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(_TURNS, value, key=key, headers=headers)
    finally:
        await producer.stop()


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        pytest.param(b"\\xff\\xfe not json", [], id="not an event at all"),
        pytest.param(
            b'{"message": 7}',
            [("ce_type", b"salesbot.TurnReceived.v1"), ("ce_id", b"not-a-uuid")],
            id="an event that breaks its contract",
        ),
    ],
)
def test_poison_is_parked_and_its_neighbours_flow(
    product: Product, infra: Infrastructure, value: bytes, headers: list[tuple[str, bytes]]
):
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    key = str(UUID(visitor.conversation_id or "")).encode()

    asyncio.run(_send(infra.kafka_bootstrap, key, value, headers))
    answer = visitor.say("We are 12 people.")

    parked = read_until(
        infra.kafka_bootstrap, f"{_TURNS}.dlq", lambda found: any(record.key == key for record in found)
    )
    mine = next(record for record in parked if record.key == key)
    told = {name: text.decode() for name, text in mine.headers}
    assert answer["response"]
    assert mine.value == value
    assert told["x-dlq-reason"] == "MalformedEvent"
    assert told["x-dlq-origin"].startswith(f"{_TURNS}/")


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
