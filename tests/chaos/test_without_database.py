"""The database is away: turns of known and of new conversations are taken, and all are answered later."""

from collections.abc import Iterator

import pytest

from devstack.data_dir import DataDir
from devstack.postgres import Postgres
from tests.support.product import Product, Visitor, eventually

# The gateway does not wait for replies that cannot come.
SETTINGS = {"REPLY_TIMEOUT_S": "0.5"}
VISITORS = 5


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A database of this module's own, so that nobody else misses it."""
    server = Postgres(DataDir(tmp_path_factory.mktemp("postgres")))
    server.start()
    yield server
    server.terminate()


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], postgres: Postgres) -> dict[str, str]:
    return product_env | {"DATABASE_URL": postgres.url()}


def spares(product: Product) -> float:
    return sum(product.samples("salesbot_spare_data_keys", "gateway").values())


def lines_of(visitor: Visitor, role: str) -> list[str]:
    return [line["text"] for line in visitor.transcript()["messages"] if line["role"] == role]


def until_replied(visitor: Visitor, times: int) -> None:
    eventually(lambda: len(lines_of(visitor, "bot")) >= times, within_s=30.0)


def test_turns_are_taken_without_the_database_and_answered_when_it_is_back(
    product: Product, postgres: Postgres
) -> None:
    full = eventually(lambda: spares(product))
    known = [product.visitor() for _ in range(VISITORS)]
    for visitor in known:
        visitor.post("Hello, I run a bakery.")
    new = [product.visitor() for _ in range(VISITORS)]

    postgres.kill()
    taken = [visitor.post(f"We sell bread, says {number}.") for number, visitor in enumerate([*known, *new])]
    again = [visitor.post("And cakes.") for visitor in new]
    left = spares(product)
    postgres.start()

    assert {response.status_code for response in (*taken, *again)} == {202}
    # One each for the new; the keys of the others were in memory.
    assert left == full - VISITORS
    for visitor in (*known, *new):
        until_replied(visitor, 2 if visitor in known else 1)
    eventually(lambda: spares(product) == full)
    # Their keys are the conversation's own from now on, and each reads what was said meanwhile.
    for visitor in new:
        assert lines_of(visitor, "visitor")[1] == "And cakes."
        visitor.post("Every morning.")
        until_replied(visitor, 2)
