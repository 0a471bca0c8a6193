"""A fault of the database is no record's own: turns wait, and are answered. What is its own parks one alone.

What visitors said is looked for in every log, span and header of a dead letter (`running_product`).
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import asyncpg
import httpx2
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from devstack.cli import app
from devstack.infra import Infra
from tests.support.infrastructure import Infrastructure
from tests.support.product import Product, Visitor, eventually

VISITORS = 10
# From the moment the database serves again.
SOON_S = 5.0
_TURNS = "conversation.turns.v1"
# Words that would be recognised wherever they were quoted.
_PRIVATE = "I am Euphemia Ravenscroft, euphemia@ravenscroft-orchids.example, and I sell Zanzibarian orchids."
_RENAME = "ALTER TABLE {} RENAME COLUMN {} TO {}"
# What happens to the database, what makes it good again, and the SQLSTATE in between.
FAULTS = {
    # The connections that are left lead to the server that was demoted.
    "a failover": (
        (
            'ALTER DATABASE "{name}" SET default_transaction_read_only = on',
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ),
        ('ALTER DATABASE "{name}" RESET default_transaction_read_only',),
        "25006",
    ),
    "a column renamed": (
        (_RENAME.format("dialogue.turn", "reply", "old"), _RENAME.format("leadstore.message", "text", "old")),
        (_RENAME.format("dialogue.turn", "old", "reply"), _RENAME.format("leadstore.message", "old", "text")),
        "42703",
    ),
}
Execute = Callable[..., None]


@pytest.fixture(scope="module")
def execute(database_url: str) -> Iterator[Execute]:
    """Does to the database of the product what an administrator, a migration or a failover does."""
    url = make_url(database_url).set(drivername="postgresql")
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url.render_as_string(hide_password=False)))

        def run(*statements: str) -> None:
            for statement in statements:
                runner.run(connection.execute(statement.replace("{name}", str(url.database))))

        run("SET default_transaction_read_only = off")
        yield run
        runner.run(connection.close())


@pytest.mark.parametrize(("fault", "mended", "state"), FAULTS.values(), ids=FAULTS)
def test_turns_wait_for_the_database_the_service_says_so_and_they_are_answered_when_it_is_back(
    product: Product, execute: Execute, *, fault: tuple[str, ...], mended: tuple[str, ...], state: str
) -> None:
    with ThreadPoolExecutor(VISITORS) as pool:
        visitors = [product.visitor() for _ in range(VISITORS)]
        list(pool.map(lambda visitor: visitor.say("Hello, I run a bakery."), visitors))
        execute(*fault)
        try:
            saying = [pool.submit(visitor.say, _PRIVATE) for visitor in visitors]
            eventually(lambda: waiting(product, "dialogue", state) >= VISITORS, within_s=25.0)
            told = eventually(lambda: readiness(product, "dialogue").json()["faults"].get("kafka"))
        finally:
            execute(*mended)
        all_are_answered_soon(product, visitors, saying)

    assert f"DatabaseUnavailable {state} ({VISITORS} records, the oldest conversation.turns.v1/" in told
    assert "Ravenscroft" not in told


def all_are_answered_soon(product: Product, visitors: list[Visitor], saying: list[Future[dict[str, Any]]]):
    """From now on: every answer comes, every line is in its transcript, nothing is parked, all are ready."""
    back_s = time.monotonic()
    answers = [answer.result(timeout=60.0) for answer in saying]
    took_s = time.monotonic() - back_s

    assert all(answer["response"] for answer in answers)
    assert took_s < SOON_S
    eventually(lambda: all(map(has_both_lines, visitors)))
    assert product.samples("salesbot_dlq_messages_total") == {}
    assert eventually(lambda: waiting(product, "leadstore", "") == 0)
    eventually(lambda: all(readiness(product, each).status_code == 200 for each in ("dialogue", "leadstore")))


def waiting(product: Product, group: str, state: str) -> float:
    """Records of a group that wait for a database that answers with this SQLSTATE."""
    samples = product.samples("salesbot_waiting_records")
    return sum(value for labels, value in samples.items() if f'group="{group}"' in labels and state in labels)


def has_both_lines(visitor: Visitor) -> bool:
    return sum(message["role"] == "visitor" for message in visitor.transcript()["messages"]) == 2


def readiness(product: Product, service: str) -> httpx2.Response:
    return httpx2.get(f"{product.services[service].url}/readyz", timeout=30)


def dlq(infra: Infrastructure, *arguments: str) -> str:
    env = {name: value for name, value in infra.service_env().items() if name.startswith("KAFKA_")}
    result = CliRunner().invoke(app, ["dlq", *arguments], env=env)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_turn_that_the_database_refused_is_answered_when_it_comes_back(
    product: Product, infra: Infrastructure, execute: Execute
) -> None:
    execute("ALTER TABLE dialogue.turn ADD CONSTRAINT too_long CHECK (length(message) < 60) NOT VALID")
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

    execute("ALTER TABLE dialogue.turn DROP CONSTRAINT too_long")
    assert "replayed 1 of 1" in dlq(infra, "replay", *of_visitor)
    speaking.join()

    eventually(lambda: len(visitor.transcript()["messages"]) == 4)
    assert "replayed 0 of 0" in dlq(infra, "replay", *of_visitor)
    messages = visitor.transcript()["messages"]
    assert [message["role"] for message in messages] == ["visitor", "bot"] * 2
    assert not any(message["failed"] for message in messages)
