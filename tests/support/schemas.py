"""A service's schema on a real PostgreSQL, emptied for each test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings


@asynccontextmanager
async def emptied(database_url: str, metadata: sa.MetaData) -> AsyncIterator[AsyncEngine]:
    """An engine on the migrated database, its tables without a row."""
    engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
    async with engine.begin() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(table.delete())
    yield engine
    await engine.dispose()
