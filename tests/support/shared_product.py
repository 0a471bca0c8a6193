"""One product for the modules of a folder that need no setting of their own: services take seconds to start.

A folder's conftest imports `product`; `tests.support.scheduling` keeps the folder on one worker.
"""

from collections.abc import Iterator

import pytest

from tests.support.infrastructure import Infrastructure
from tests.support.product import Product, running_product
from tests.support.topics import create_topics, forget_dead_members


@pytest.fixture(scope="package")
def product(infra: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Without a model, on the database and cache that the infrastructure starts with."""
    forget_dead_members(infra)
    create_topics(infra.kafka_bootstrap)
    # A turn waits for its proposal and its link however busy the machine is.
    env = infra.service_env() | {"HOLDING_AFTER_S": "60"}
    with running_product(env, tmp_path_factory.mktemp("logs")) as running:
        yield running
