"""Faults that quote what they were given: a visitor's words reach no log, span or dead letter's headers.

The product is watched for that until it has stopped (`running_product`). What such a fault parked comes back.
"""

import asyncio
import threading
from collections.abc import Callable

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from contracts.events import TurnReceived
from devstack.cli import app
from devstack.infra import Infra
from tests.support.infrastructure import Infrastructure
from tests.support.product import Product, Visitor, eventually

_FAULT_S = 1.0
_PRIVATE = "I am Euphemia Ravenscroft, euphemia@ravenscroft-orchids.example, and I sell Zanzibarian orchids."
Execute = Callable[..., None]


@pytest.fixture(scope="module")
def execute(database_url: str) -> Execute:
    """Runs statements as the owner of the product's database."""

    async def run(statements: tuple[str, ...]) -> None:
        connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
        try:
            # A session of its own keeps it able to undo what it does to the others.
            await connection.execute("SET default_transaction_read_only = off")
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    return lambda *statements: asyncio.run(run(statements))


@pytest.fixture(scope="module")
def database_name(database_url: str) -> str:
    return str(make_url(database_url).database)


def said_during(execute: Execute, fault: tuple[str, ...], undo: tuple[str, ...], visitor: Visitor) -> None:
    """Let a visitor speak while a fault lasts."""
    execute(*fault)
    mended = threading.Timer(_FAULT_S, execute, undo)
    mended.start()
    try:
        visitor.post(_PRIVATE)
    finally:
        mended.join()


def dlq(infra: Infrastructure, *arguments: str) -> str:
    env = {name: value for name, value in infra.service_env().items() if name.startswith("KAFKA_")}
    result = CliRunner().invoke(app, ["dlq", *arguments], env=env)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_turn_that_the_database_refused_is_answered_when_it_comes_back(
    product: Product, infra: Infrastructure, execute: Execute
) -> None:
    execute("ALTER TABLE dialogue.turn ADD CONSTRAINT too_long CHECK (length(message) < 60)")
    visitor = product.visitor()
    visitor.say("Hello there.")
    # The database says in its DETAIL which row it refuses, word for word.
    speaking = threading.Thread(target=visitor.post, args=(_PRIVATE,))
    speaking.start()
    of_visitor = ("--conversation", str(visitor.conversation_id))
    listed = eventually(
        lambda: found if "DataRefused 23514" in (found := dlq(infra, "list", *of_visitor)) else None
    )
    assert f"{TurnReceived.topic}.dlq" in listed
    assert "Ravenscroft" not in listed

    if isinstance(infra, Infra):
        log = infra.postgres.log.read_text()
        assert "too_long" in log
        assert "Ravenscroft" not in log

    execute("ALTER TABLE dialogue.turn DROP CONSTRAINT too_long")
    assert "replayed 1 of 1" in dlq(infra, "replay", *of_visitor)
    speaking.join()

    def answered() -> bool:
        messages = visitor.transcript()["messages"]
        return [message["role"] for message in messages] == ["visitor", "bot"] * 2

    eventually(answered)
    assert not any(message["failed"] for message in visitor.transcript()["messages"])
    assert "replayed 0 of 0" in dlq(infra, "replay", *of_visitor)
    assert len(visitor.transcript()["messages"]) == 4


def test_a_database_that_refuses_to_write(product: Product, execute: Execute, database_name: str) -> None:
    visitor = product.visitor()
    visitor.say("Hello there.")

    # The services' connections of now keep the setting they began with.
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    said_during(
        execute,
        (
            f'ALTER DATABASE "{database_name}" SET default_transaction_read_only = on',
            f"{others} AND pid <> pg_backend_pid()",
        ),
        (
            f'ALTER DATABASE "{database_name}" RESET default_transaction_read_only',
            f"{others} AND pid <> pg_backend_pid()",
        ),
        visitor,
    )

    eventually(lambda: product.visitor().say("Hello again."))


def test_a_column_that_is_gone_for_a_moment(product: Product, execute: Execute) -> None:
    visitor = product.visitor()
    visitor.say("Hello there.")

    said_during(
        execute,
        ("ALTER TABLE dialogue.turn RENAME COLUMN message TO words",),
        ("ALTER TABLE dialogue.turn RENAME COLUMN words TO message",),
        visitor,
    )

    eventually(lambda: product.visitor().say("Hello again."))
