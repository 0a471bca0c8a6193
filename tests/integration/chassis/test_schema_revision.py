"""Two versions of a service on one schema: the older works on, the newer waits for the migration."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.migrations import run_migrations
from chassis.postgres import make_engine
from chassis.schema_revision import ready_schema
from chassis.settings import DatabaseSettings
from tests.support.infrastructure import Unique

ENV = """
import sqlalchemy as sa
from chassis.migrations import run_revisions
run_revisions(sa.MetaData())
"""
REVISION = """
import sqlalchemy as sa
from alembic import context, op
revision, down_revision = {revision!r}, {before!r}
def upgrade():
    op.create_table("t" + revision, sa.Column("id", sa.Integer), schema=context.config.attributes["schema"])
"""


def history(folder: Path, *revisions: str) -> Path:
    """The migrations of one version of a service."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    for before, revision in zip((None, *revisions), revisions, strict=False):
        text = REVISION.format(revision=revision, before=before)
        (folder / "versions" / f"{revision}.py").write_text(text)
    return folder


@pytest.fixture
def settings(database_url: str) -> DatabaseSettings:
    return DatabaseSettings.model_validate({"database_url": database_url, "database_migrate_at_start": False})


@pytest.fixture
async def engine(settings: DatabaseSettings) -> AsyncIterator[AsyncEngine]:
    yield (engine := make_engine(settings))
    await engine.dispose()


async def test_an_older_and_a_newer_version_share_the_newer_schema(
    tmp_path: Path, settings: DatabaseSettings, engine: AsyncEngine, unique: Unique
) -> None:
    schema, database_url = unique("schema"), settings.database_url.get_secret_value()
    old, new = history(tmp_path / "old", "0001"), history(tmp_path / "new", "0001", "0002")

    async def migrate(location: Path) -> None:
        await asyncio.to_thread(
            run_migrations, DatabaseSettings.at(database_url), script_location=location, schema=schema
        )

    def waiting(location: Path) -> asyncio.Task[None]:
        return asyncio.create_task(ready_schema(engine, settings, script_location=location, schema=schema))

    waits = [waiting(old), waiting(new)]
    await migrate(old)
    await asyncio.wait_for(waits[0], 10)
    assert not waits[1].done()
    await migrate(new)
    await asyncio.wait_for(waits[1], 10)
    # The older one starts anew, and again as one that migrates by itself.
    await asyncio.wait_for(waiting(old), 10)
    await migrate(old)

    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names(schema))
    assert sorted(tables) == ["alembic_version", "t0001", "t0002"]
