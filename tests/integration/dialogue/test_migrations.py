"""The revisions make the tables that the code knows, and the version before goes on beside them."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from services.dialogue.adapters import tables


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table_schema": tables.SCHEMA,
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == tables.SCHEMA,
        },
    )
    return list(compare_metadata(context, tables.metadata))


async def test_the_tables_in_code_are_those_in_the_database(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_version_before_can_store_and_mark_events(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            sa.text(
                "INSERT INTO dialogue.outbox (event_id, cause_id, topic, key, value, headers)"
                " VALUES (gen_random_uuid(), NULL, 't', 'k', 'v', '{}')"
            )
        )
        await connection.execute(sa.text("UPDATE dialogue.outbox SET sent_at = now()"))

        assert await connection.scalar(
            sa.text("SELECT count(*) FROM dialogue.outbox WHERE sent_at < now() + interval '1 s'")
        )
