"""The revisions make the tables that the code knows."""

import asyncio
import os
import sys

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from chassis.migrations import _with_config, run_migrations
from chassis.settings import DatabaseSettings
from contracts.read_model import LeadQuery
from contracts.values import Profile
from services.leadstore.adapters import tables
from services.leadstore.migrations import LOCATION
from services.leadstore.usecases import list_leads
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import Story, slot


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


async def test_leads_of_before_are_found_once_the_words_are_stored(
    leadstore: Leadstore, migrated_url: str
) -> None:
    story = Story()
    await leadstore.project(story.turn(0), story.told(Profile(name=slot("Dana Müller"))))

    def back(config: Config) -> None:
        command.downgrade(config, "0007")

    await asyncio.to_thread(_with_config, DatabaseSettings.at(migrated_url), LOCATION, tables.SCHEMA, back)
    await asyncio.to_thread(
        run_migrations, DatabaseSettings.at(migrated_url), script_location=LOCATION, schema=tables.SCHEMA
    )

    (found,) = (await list_leads(LeadQuery(q="muller"), leadstore.read_model)).items
    assert found.conversation_id == story.id
