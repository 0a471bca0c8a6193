"""Versions in PostgreSQL, by their digests; none is changed or deleted."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors
from chassis.rollout.migrations import LOCATION
from chassis.rollout.tables import SCHEMA, version
from chassis.schema_revision import ready_schema
from chassis.settings import DatabaseSettings

_KEEP = sa.text(
    """
    INSERT INTO rollout.version (digest, content)
    SELECT digest, content FROM unnest(CAST(:digests AS text[]), CAST(:contents AS text[]))
        AS kept (digest, content)
    ON CONFLICT DO NOTHING
    """
)


class PostgresShelf:
    """Keeps versions for every process. Every method raises DatabaseUnavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._pool = engine
        # Each method is one statement, so a transaction around it would only add round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def ready(self, settings: DatabaseSettings) -> None:
        """Return once the schema is there, for a process that writes to it."""
        await ready_schema(self._pool, settings, script_location=LOCATION, schema=SCHEMA)

    async def keep(self, contents: Mapping[str, str]) -> None:
        """Keep these contents by their digests; safe to repeat."""
        kept = {"digests": list(contents), "contents": list(contents.values())}
        with translate_database_errors():
            async with self._engine.connect() as connection:
                await connection.execute(_KEEP, kept)

    async def find(self, digest: str) -> str | None:
        """The content with this digest, None where none is kept."""
        query = sa.select(version.c.content).where(version.c.digest == digest)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                content: str | None = await connection.scalar(query)
                return content
