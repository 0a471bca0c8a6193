"""The product, once for each module, as the module wants it; loaded by the root conftest.

A module that sets SETTINGS has its services started with them, one that defines `make_model` with that model;
without it the product is guided.
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_openai import FakeOpenAI
from tests.support.infrastructure import Infrastructure
from tests.support.product import Product, running_product
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
def product_env(
    infra: Infrastructure, service_env: dict[str, str], request: pytest.FixtureRequest
) -> dict[str, str]:
    """What the services of this module are started with."""
    forget_dead_members(infra)
    create_topics(infra.kafka_bootstrap)
    env = service_env | getattr(request.module, "SETTINGS", {})
    has_model = hasattr(request.module, "make_model")
    return env | request.getfixturevalue("model").env() if has_model else env


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], logs: Path) -> Iterator[Product]:
    with running_product(product_env, logs) as running:
        yield running
