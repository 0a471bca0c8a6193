"""The schema `dialogue` in a database of this module, and what reads and writes it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.migrations import run_migrations
from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings
from services.dialogue.adapters import PostgresStore, tables
from services.dialogue.migrations import LOCATION


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(database_url, script_location=LOCATION, schema=tables.SCHEMA)
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(DatabaseSettings.model_validate({"database_url": migrated_url}))
    async with engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            await connection.execute(table.delete())
    yield engine
    await engine.dispose()


@pytest.fixture
def store(engine: AsyncEngine) -> PostgresStore:
    return PostgresStore(engine)
