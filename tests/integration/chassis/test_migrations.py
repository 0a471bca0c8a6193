"""A schema is brought to its newest revision whole or not at all, however many ask for it at once."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrations
from chassis.migrations import run_migrations
from chassis.postgres import DatabaseUnavailable

ENV = """
import sqlalchemy as sa
from chassis.migrations import run_revisions
run_revisions(sa.MetaData(schema="{schema}"))
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{revision}", {down_revision}
def upgrade(): {upgrade}
"""


class History:
    """The revisions of a schema, written as a service writes them."""

    def __init__(self, location: Path, schema: str) -> None:
        self.location, self.schema = location, schema
        self._last: str | None = None
        (location / "versions").mkdir(parents=True)
        (location / "env.py").write_text(ENV.format(schema=schema))

    def add(self, revision: str, upgrade: str) -> None:
        text = REVISION.format(revision=revision, down_revision=repr(self._last), upgrade=upgrade)
        (self.location / "versions" / f"{revision}.py").write_text(text)
        self._last = revision

    def create_table(self, name: str) -> None:
        column = 'sa.Column("id", sa.Integer, primary_key=True)'
        self.add(f"create_{name}", f'op.create_table("{name}", {column}, schema="{self.schema}")')

    def run(self, database_url: str) -> None:
        run_migrations(database_url, script_location=self.location, schema=self.schema)


def tables_of(database_url: str, schema: str) -> set[str]:
    async def ask() -> set[str]:
        engine = create_async_engine(database_url)
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names(schema=schema))
        await engine.dispose()
        return set(names)

    return asyncio.run(ask())


def test_each_run_adds_what_is_new_or_if_a_revision_fails_nothing(tmp_path: Path, database_url: str) -> None:
    history = History(tmp_path, "kitchen")
    history.create_table("pan")
    history.run(database_url)
    assert tables_of(database_url, "kitchen") == {"pan", "alembic_version"}
    history.create_table("pot")
    for _ in range(2):
        history.run(database_url)
    assert tables_of(database_url, "kitchen") == {"pan", "pot", "alembic_version"}

    history.create_table("jug")
    history.add("broken", 'op.execute("SELECT no_such_function()")')
    with pytest.raises(sa.exc.ProgrammingError):
        history.run(database_url)
    assert tables_of(database_url, "kitchen") == {"pan", "pot", "alembic_version"}


def test_a_database_that_stays_away_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "_DATABASE_WAIT_S", 0.3)
    with pytest.raises(DatabaseUnavailable):
        History(tmp_path, "nowhere").run("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
