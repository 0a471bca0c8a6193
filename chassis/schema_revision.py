"""Makes sure before a service works that its schema has the revision the service knows, or a newer one.

Migrations only add at first; what no version needs any more goes in a later release. So versions N and N-1
work beside each other on the newer schema.
"""

import asyncio
from pathlib import Path
from typing import Final

import structlog
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import describe
from chassis.migrations import is_newer, run_migrations
from chassis.postgres import DatabaseUnavailable, translate_database_errors
from chassis.settings import DatabaseSettings

logger = structlog.get_logger()

_LOOK_AGAIN_AFTER_S: Final = 1.0
_LOG_EVERY_TIMES: Final = 15


async def ready_schema(
    engine: AsyncEngine, settings: DatabaseSettings, *, script_location: Path, schema: str
) -> None:
    """Migrate the schema, or wait for whoever does: DATABASE_MIGRATE_AT_START says which.

    Raises:
        DatabaseUnavailable: the database did not come up, and we were to migrate.
    """
    if settings.database_migrate_at_start:
        await asyncio.to_thread(run_migrations, settings, script_location=script_location, schema=schema)
        return
    times = 0
    while (lack := await _lack(engine, script_location, schema)) is not None:
        if times % _LOG_EVERY_TIMES == 0:
            logger.warning("schema_awaited", schema=schema, reason=lack)
        times += 1
        await asyncio.sleep(_LOOK_AGAIN_AFTER_S)


async def _lack(engine: AsyncEngine, script_location: Path, schema: str) -> str | None:
    """Why the schema cannot be worked with; None when it can."""
    wanted = ScriptDirectory(str(script_location)).get_current_head()
    statement = text(f'select version_num from "{schema}".alembic_version')  # noqa: S608 - a name of ours
    try:
        with translate_database_errors():
            async with engine.connect() as connection:
                current: str | None = await connection.scalar(statement)
    except DatabaseUnavailable as error:
        return f"no revision: {describe(error)}"
    if current == wanted or (current is not None and is_newer(current, str(script_location))):
        return None
    return f"revision {current}, not {wanted}"
