"""The deliverer's tables in a database of this module."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.migrations import run_migrations
from chassis.settings import DatabaseSettings
from services.leadstore.deliverer.adapters import tables
from services.leadstore.deliverer.migrations import LOCATION
from tests.support.schemas import emptied


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(DatabaseSettings.at(database_url), script_location=LOCATION, schema=tables.SCHEMA)
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with emptied(migrated_url, tables.metadata) as engine:
        yield engine
