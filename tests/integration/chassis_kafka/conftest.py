"""One stage a test: fresh topics and a fresh group are cheap, and nothing leaks between tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaProducer
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from chassis.errors import PermanentError
from chassis.outbox import outbox_table
from chassis.postgres import make_engine, metadata_for
from chassis.settings import DatabaseSettings, ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.registry import DEAD_LETTER_SUFFIX
from tests.support.data_keys import KeyProcesses, create_key_table
from tests.support.infrastructure import Infrastructure, Unique
from tests.support.kafka_stage import Handler, Journal, Stage, create_topics
from tests.support.outbox_office import Office, Wire


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "beyond_tansu(why): asks what only Apache Kafka does of the broker")


@pytest.fixture(autouse=True)
def within_the_brokers_abilities(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("beyond_tansu")
    if marker and request.getfixturevalue("infra").broker_name.startswith("Tansu"):
        pytest.skip(f"Tansu {marker.args[0]}")


def metric(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"salesbot_{name}", labels)


def refusing(journal: Journal, failure: Exception | None = None, is_broken=lambda: True) -> Handler:
    """A handler that fails on poison while it is broken."""

    async def handle(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            if event.data.message.startswith("poison") and is_broken():
                raise failure or PermanentError("a fault of ours")

    return handle


MakeStage = Callable[..., Awaitable[Stage]]


@pytest.fixture(scope="session")
def kafka_settings(infra: Infrastructure) -> ServiceSettings:
    """What a service would be told of the broker; with short sessions, so that a death is noticed soon."""
    told = {name.lower(): value for name, value in infra.service_env().items() if name.startswith("KAFKA_")}
    soon = {"kafka_session_timeout_ms": 2_000, "kafka_rebalance_timeout_ms": 10_000}
    return ServiceSettings.model_validate(told | soon)


@pytest.fixture(scope="session")
async def producer(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        yield producer


@pytest.fixture
def make_stage(kafka_settings: ServiceSettings, producer: AIOKafkaProducer, unique: Unique) -> MakeStage:
    async def make(*, topics: int = 1, partitions: int = 6, dead_letters: bool = True) -> Stage:
        names = tuple(unique(f"topic-{number}") for number in range(topics))
        dlq = tuple(name + DEAD_LETTER_SUFFIX for name in names) if dead_letters else ()
        await create_topics(kafka_settings.kafka_bootstrap_servers, *names, *dlq, partitions=partitions)
        return Stage(kafka_settings, names, unique("group"), producer, partitions)

    return make


@pytest.fixture
async def stage(make_stage: MakeStage) -> Stage:
    """One topic with six partitions."""
    return await make_stage()


@pytest.fixture
async def narrow(make_stage: MakeStage) -> Stage:
    """One topic with one partition, so that all is in one order."""
    return await make_stage(partitions=1)


async def create_outbox(engine: AsyncEngine) -> sa.Table:
    """The table of an outbox, in a schema of its own."""
    metadata = metadata_for(f"outbox_{uuid4().hex[:8]}")
    table = outbox_table(metadata)
    async with engine.begin() as connection:
        await connection.execute(CreateSchema(str(metadata.schema)))
        await connection.run_sync(metadata.create_all)
    return table


@pytest.fixture
async def key_processes(database_url: str) -> AsyncIterator[KeyProcesses]:
    await asyncio.to_thread(create_key_table, database_url)
    engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
    yield KeyProcesses(engine)
    await engine.dispose()


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
    yield Office(engine, await create_outbox(engine), Wire())
    await engine.dispose()
