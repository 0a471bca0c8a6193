"""The schema `leadstore` in a database of this module, and what reads and writes it."""

from collections.abc import AsyncIterator

import pytest
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher
from chassis.migrations import run_migrations
from chassis.outbox import Outbox
from services.leadstore.adapters import tables
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.adapters.postgres_read_model import PostgresReadModel
from services.leadstore.migrations import LOCATION
from tests.support.schemas import emptied


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(database_url, script_location=LOCATION, schema=tables.SCHEMA)
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with emptied(migrated_url, tables.metadata) as engine:
        yield engine


@pytest.fixture
def unconnected_outbox(engine: AsyncEngine) -> Outbox:
    """Stores; what it publishes goes nowhere, as when Kafka is away."""
    return Outbox(engine, tables.outbox, EventPublisher(KafkaBroker()))


@pytest.fixture
def store(engine: AsyncEngine, unconnected_outbox: Outbox) -> PostgresLeadStore:
    return PostgresLeadStore(engine, unconnected_outbox)


@pytest.fixture
def read_model(engine: AsyncEngine) -> PostgresReadModel:
    return PostgresReadModel(engine)
