"""The product, once for each module, as the module wants it; loaded by the root conftest.

A module that sets SETTINGS has its services started with them, one that defines `make_model` with that model;
without it the product is guided. One that sets HAS_OWN_CACHE may break `cache`: nobody else uses it.
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.data_dir import DataDir
from devstack.valkey import Valkey
from tests.support.desk import Colleague
from tests.support.fake_openai import FakeOpenAI
from tests.support.infrastructure import Infrastructure
from tests.support.product import Product, Visitor, running_product
from tests.support.topics import create_topics, forget_dead_members


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def model(request: pytest.FixtureRequest) -> Iterator[FakeOpenAI]:
    """The model of this module, on a loop of its own: a test's own code blocks."""
    server, loop = request.module.make_model(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    yield server
    asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """The cache of a module that sets HAS_OWN_CACHE."""
    server = Valkey(DataDir(tmp_path_factory.mktemp("cache")))
    server.start()
    yield server
    server.terminate()


@pytest.fixture(scope="module")
def product_env(
    infra: Infrastructure, service_env: dict[str, str], request: pytest.FixtureRequest
) -> dict[str, str]:
    """What the services of this module are started with."""
    forget_dead_members(infra)
    create_topics(infra.kafka_bootstrap)
    env = service_env | getattr(request.module, "SETTINGS", {})
    if getattr(request.module, "HAS_OWN_CACHE", False):
        env["REDIS_URL"] = request.getfixturevalue("cache").url
    has_model = hasattr(request.module, "make_model")
    return env | request.getfixturevalue("model").env() if has_model else env


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], logs: Path) -> Iterator[Product]:
    with running_product(product_env, logs) as running:
        yield running


@pytest.fixture
def visitor(product: Product) -> Visitor:
    """Somebody who has said hello."""
    visitor = product.visitor()
    visitor.say("Hello!")
    return visitor


@pytest.fixture
def colleague(product: Product, visitor: Visitor) -> Colleague:
    return Colleague(product.url, visitor.conversation_id)
