"""A schema is brought to its newest revision whole or not at all; a refusal repeats no word it was given."""

import asyncio
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from chassis import migrations
from chassis.errors import describe
from chassis.logging import render_exception
from chassis.migrations import run_migrations
from chassis.postgres import DatabaseUnavailable, make_engine
from chassis.settings import DatabaseSettings

WORDS = "ravenscroft"
ENV = """
import sqlalchemy as sa
from chassis.migrations import run_revisions
run_revisions(sa.MetaData(schema="kitchen"))
"""
REVISION = """
from alembic import op
revision, down_revision = "{number}", {before}
def upgrade(): op.execute("{statement}")
"""
PAN, POT, JUG = (f"CREATE TABLE kitchen.{name} (id int)" for name in ("pan", "pot", "jug"))


def migrate(location: Path, database_url: str, *statements: str) -> None:
    """Run a history of revisions, one for each statement, written as a service writes them."""
    (location / "versions").mkdir(exist_ok=True)
    (location / "env.py").write_text(ENV)
    for number, statement in enumerate(statements):
        before = repr(str(number - 1)) if number else None
        text = REVISION.format(number=number, before=before, statement=statement)
        (location / "versions" / f"{number}.py").write_text(text)
    run_migrations(DatabaseSettings.at(database_url), script_location=location, schema="kitchen")


def tables(database_url: str) -> set[str]:
    async def ask() -> set[str]:
        engine = make_engine(DatabaseSettings(database_url=SecretStr(database_url)))
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names("kitchen"))
        await engine.dispose()
        return set(names)

    return asyncio.run(ask())


def test_each_run_adds_what_is_new_or_if_a_revision_fails_nothing(tmp_path: Path, database_url: str) -> None:
    migrate(tmp_path, database_url, PAN)
    assert tables(database_url) == {"pan", "alembic_version"}
    for _ in range(2):
        migrate(tmp_path, database_url, PAN, POT)
    assert tables(database_url) == {"pan", "pot", "alembic_version"}

    with pytest.raises(sa.exc.ProgrammingError):
        migrate(tmp_path, database_url, PAN, POT, JUG, "SELECT no_such_function()")
    assert tables(database_url) == {"pan", "pot", "alembic_version"}


def test_a_database_that_stays_away_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "_DATABASE_WAIT_S", 0.3)
    with pytest.raises(DatabaseUnavailable):
        migrate(tmp_path, "postgresql+asyncpg://nobody@127.0.0.1:9/nothing")


@pytest.mark.parametrize(
    ("statement", "words", "said"),
    [
        ("INSERT INTO kept VALUES (:words)", WORDS, "sqlstate 23505 constraint_name kept_words_key"),
        ("SELECT CAST(CAST(:words AS text) AS jsonb)", WORDS, "sqlstate 22P02"),
        ("SELECT CAST(:words AS text)", f"{WORDS}\x00", "sqlstate 22021"),
        ("INSERT INTO gone VALUES (:words)", WORDS, "sqlstate 42P01"),
    ],
)
async def test_a_refusal_repeats_no_word(database_url: str, statement: str, words: str, said: str) -> None:
    engine = make_engine(DatabaseSettings(database_url=SecretStr(database_url)))
    async with engine.connect() as connection:
        await connection.execute(sa.text("CREATE TEMPORARY TABLE kept (words text UNIQUE)"))
        await connection.execute(sa.text("INSERT INTO kept VALUES (:words)"), {"words": WORDS})
        with pytest.raises(sa.exc.DBAPIError) as refusal:
            await connection.execute(sa.text(statement), {"words": words})
    await engine.dispose()
    error = refusal.value
    rendered = orjson.dumps(render_exception((type(error), error, error.__traceback__))).decode()
    assert describe(error) == f"{type(error).__name__} {said}"
    assert WORDS not in rendered
    assert WORDS not in str(error).split("[SQL:")[-1]
