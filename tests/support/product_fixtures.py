"""The product without a model, once for each module; loaded by the root conftest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_openai import FakeOpenAI
from tests.support.infrastructure import Infrastructure
from tests.support.model_thread import ModelThread, model_thread
from tests.support.product import Product, running_product
from tests.support.topics import create_topics, forget_dead_members


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def product_env(infra: Infrastructure, service_env: dict[str, str]) -> dict[str, str]:
    """What the services of a module are started with."""
    forget_dead_members(infra)
    create_topics(infra.kafka_bootstrap)
    return service_env


@pytest.fixture(scope="module")
def slow_model() -> Iterator[ModelThread]:
    """A model that leaves time to write on while it speaks."""
    with model_thread(FakeOpenAI(delay_s=0.8, chunks=8)) as running:
        yield running


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], logs: Path) -> Iterator[Product]:
    with running_product(product_env, logs) as running:
        yield running
