"""The store meets a database that cannot serve, and one that serves again, on the connections it has."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import DatabaseUnavailable, DataRefused, make_engine, ping
from chassis.settings import DatabaseSettings
from devstack.ports import free_port
from services.dialogue.adapters import PostgresStore
from tests.integration.dialogue.changes import a_change
from tests.integration.dialogue.conftest import NoKeys, unpublished_outbox

Execute = Callable[[str], Awaitable[None]]
OTHERS = "datname = current_database() and pid <> pg_backend_pid()"
DROP_CONNECTIONS = f"select pg_terminate_backend(pid) from pg_stat_activity where {OTHERS}"


@pytest.fixture
async def execute(engine: AsyncEngine) -> AsyncIterator[Execute]:
    """Executes what an administrator would, on a connection of its own."""
    admin = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:

        async def run(statement: str) -> None:
            await connection.execute(sa.text(statement))

        yield run


@asynccontextmanager
async def served(url: str) -> AsyncIterator[tuple[AsyncEngine, PostgresStore]]:
    """The pool of a service that has connected before, and its store."""
    engine = make_engine(DatabaseSettings.model_validate({"database_url": url}))
    async with engine.connect() as one, engine.connect() as other:
        await one.execute(sa.text("select 1"))
        await other.execute(sa.text("select 1"))
    yield engine, PostgresStore(engine, unpublished_outbox(engine), NoKeys())
    await engine.dispose()


async def test_a_demoted_server_is_left(migrated_url: str, engine: AsyncEngine, execute: Execute) -> None:
    name = engine.url.database
    await execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    async with served(migrated_url) as (pool, store):
        with pytest.raises(DatabaseUnavailable, match="25006"):
            await ping(pool)
        await execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')

        # These connections are what a failover leaves: they will never be writable.
        with pytest.raises(DatabaseUnavailable, match="25006"):
            await store.save(a_change())
        await ping(pool)
        for _ in range(3):
            await store.save(a_change())


async def test_of_several_hosts_the_writable_one_is_found(engine: AsyncEngine, execute: Execute) -> None:
    name, url = engine.url.database, engine.url
    hosts = (f"{url.host}:{free_port()}", f"{url.host}:{url.port}")
    query = {"host": hosts, "target_session_attrs": "read-write"}
    several = url.set(host=None, port=None).update_query_dict(query)
    async with served(several.render_as_string(hide_password=False)) as (pool, _):
        await ping(pool)
        await execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        await execute(DROP_CONNECTIONS)
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await ping(pool)
        await execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')

        await ping(pool)


async def test_a_plan_that_a_migration_made_stale_is_waited_for_once(migrated_url: str, execute: Execute):
    change = a_change(new_turns=[uuid4()])
    identity = change.conversation.conversation_id
    async with served(migrated_url) as (_, store):
        await store.save(change)
        for _ in range(4):
            await store.load(identity)
        await execute("ALTER TABLE dialogue.turn ALTER COLUMN reply TYPE varchar(9000)")
        try:
            with pytest.raises(DatabaseUnavailable, match="0A000"):
                await store.load(identity)
            for _ in range(4):
                await store.load(identity)
        finally:
            await execute("ALTER TABLE dialogue.turn ALTER COLUMN reply TYPE text")


async def test_a_value_that_the_driver_cannot_send_is_the_records_own_fault(migrated_url: str) -> None:
    async with served(migrated_url) as (_, store):
        with pytest.raises(DataRefused) as caught:
            await store.save(a_change(reply="half of a pair: \ud83e"))
    assert "half of a pair" not in str(caught.value)
