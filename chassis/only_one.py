"""Work that one process at a time may do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors


@asynccontextmanager
async def only_one(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """Hold the advisory lock of this name while the block runs; yields False where another process holds it.

    A connection is taken for as long. The lock ends with it, also when the process dies.

    Raises:
        DatabaseUnavailable: nobody can say who may; try again.
    """
    lock = sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(name, 0))
    with translate_database_errors():
        async with engine.begin() as connection:
            yield bool(await connection.scalar(sa.select(lock)))
