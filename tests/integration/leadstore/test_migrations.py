"""The revisions make the tables that the code knows."""

import asyncio
import os
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.leadstore.adapters import tables
from tests.integration.leadstore.conftest import Leadstore


def differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "schema" or name == tables.SCHEMA

    opts = {"version_table_schema": tables.SCHEMA, "include_schemas": True, "include_name": is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=opts), tables.metadata))


async def test_replicas_that_start_together_migrate_once(database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url}
    command = (sys.executable, "-m", "services.leadstore.migrations")
    replicas = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(3)]
    assert [await replica.wait() for replica in replicas] == [0, 0, 0]


async def test_the_tables_in_code_are_those_in_the_database(leadstore: Leadstore) -> None:
    async with leadstore.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
