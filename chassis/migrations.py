"""Schema migrations: Alembic, one history per service, each in the service's own schema.

A service's `migrations/` holds what is its own, the revisions; how they are run stands here. Its `env.py`
calls `run_revisions(metadata)`, its `__main__.py` calls `run_command(...)`.
"""

import argparse
import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential,
)

from chassis.postgres import DatabaseUnavailable, make_migration_engine, ping
from chassis.settings import DatabaseSettings

logger = structlog.get_logger()

_CONNECTION = "connection"
_SCHEMA = "schema"
_DATABASE_WAIT_S = 60
# Alembic keeps the environment it runs in module globals, so one process runs one history at a time.
_one_history_at_a_time = threading.Lock()


def run_migrations(settings: DatabaseSettings, *, script_location: Path, schema: str) -> None:
    """Bring `schema` to its newest revision; calling it again, or from many replicas at once, is safe.

    All revisions run in one transaction that holds an advisory lock: a second caller waits, finds nothing
    to do and returns; a failing revision leaves the schema as it was. A schema that a newer version of the
    service has migrated is left as it is. Waits up to a minute for a database
    that is starting. Call it outside an event loop, e.g. through `asyncio.to_thread`.

    Raises:
        DatabaseUnavailable: the database did not come up.
    """
    _with_config(settings, script_location, schema, _upgrade)


def _upgrade(config: Config) -> None:
    """Upgrade to the newest revision, unless somebody newer was here: what they did is left to them."""
    versions = MigrationContext.configure(
        config.attributes[_CONNECTION], opts={"version_table_schema": config.attributes[_SCHEMA]}
    )
    current = versions.get_current_revision()
    if current is not None and is_newer(current, config.get_main_option("script_location", "")):
        logger.info("schema_is_newer", schema=config.attributes[_SCHEMA], revision=current)
        return
    command.upgrade(config, "head")


def is_newer(revision: str, script_location: str) -> bool:
    """Whether a revision comes after all at `script_location`: it is none of them; a history is a line."""
    return revision not in {each.revision for each in ScriptDirectory(script_location).walk_revisions()}


def run_revisions(metadata: MetaData) -> None:
    """Run the requested revisions on Alembic's connection; called by each service's `env.py`."""
    schema = context.config.attributes[_SCHEMA]
    context.configure(
        connection=context.config.attributes[_CONNECTION],
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        include_name=lambda name, kind, _: kind != "schema" or name == schema,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_command(*, script_location: Path, schema: str) -> None:
    """`python -m services.<name>.migrations`: migrate, or with `--new` draft the next revision."""
    parser = argparse.ArgumentParser(description=f"Bring the schema {schema!r} to its newest revision.")
    parser.add_argument("--new", metavar="SUBJECT", help="draft a revision from what the tables in code lack")
    subject: str | None = parser.parse_args().new
    settings = DatabaseSettings()
    run_migrations(settings, script_location=script_location, schema=schema)
    if subject is not None:
        _with_config(
            settings,
            script_location,
            schema,
            lambda config: command.revision(config, subject, autogenerate=True),
        )


def _with_config(
    settings: DatabaseSettings,
    script_location: Path,
    schema: str,
    run_in: Callable[[Config], object],
) -> None:
    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes[_SCHEMA] = schema

    def run(connection: Connection) -> None:
        config.attributes[_CONNECTION] = connection
        run_in(config)

    with _one_history_at_a_time:
        asyncio.run(_in_locked_transaction(settings, schema, run))


async def _in_locked_transaction(
    settings: DatabaseSettings, schema: str, run: Callable[[Connection], None]
) -> None:
    engine = make_migration_engine(settings)
    await _wait_until_up(engine)
    async with engine.begin() as connection:
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"migrations:{schema}", 0))
        await connection.execute(select(lock))
        await connection.execute(CreateSchema(schema, if_not_exists=True))
        await connection.run_sync(run)


async def _wait_until_up(engine: AsyncEngine) -> None:
    patiently = AsyncRetrying(
        retry=retry_if_exception_type(DatabaseUnavailable),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_delay(_DATABASE_WAIT_S),
        before_sleep=_log_wait,
        reraise=True,
    )
    await patiently(ping, engine)


def _log_wait(state: RetryCallState) -> None:
    assert state.outcome is not None
    logger.warning("database_awaited", attempt=state.attempt_number, error=str(state.outcome.exception()))
