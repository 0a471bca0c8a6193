"""What PostgreSQL refuses is told by state and constraint; the words it was given are not repeated."""

from collections.abc import AsyncIterator

import orjson
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import describe
from chassis.logging import render_exception
from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings

WORDS = "ravenscroft"


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(DatabaseSettings(database_url=SecretStr(database_url)))
    async with engine.connect() as connection:
        await connection.execute(
            sa.text("CREATE TEMPORARY TABLE kept (words text UNIQUE, CONSTRAINT short CHECK (words <> 'x'))")
        )
        await connection.execute(sa.text("INSERT INTO kept VALUES (:words)"), {"words": WORDS})
        yield connection
    await engine.dispose()


@pytest.mark.parametrize(
    ("statement", "words", "said"),
    [
        ("INSERT INTO kept VALUES (:words)", WORDS, "sqlstate 23505 constraint_name kept_words_key"),
        ("SELECT CAST(CAST(:words AS text) AS jsonb)", WORDS, "sqlstate 22P02"),
        ("SELECT CAST(CAST(:words AS text) AS integer)", WORDS, "sqlstate 22P02"),
        ("SELECT CAST(:words AS text)", f"{WORDS}\x00", "sqlstate 22021"),
        ("INSERT INTO gone VALUES (:words)", WORDS, "sqlstate 42P01"),
    ],
)
async def test_a_refusal_is_told_without_what_was_refused(
    connection: AsyncConnection, statement: str, words: str, said: str
) -> None:
    with pytest.raises(DBAPIError) as refusal:
        await connection.execute(sa.text(statement), {"words": words})

    error = refusal.value
    rendered = orjson.dumps(render_exception((type(error), error, error.__traceback__))).decode()
    assert describe(error) == f"{type(error).__name__} {said}"
    assert WORDS not in rendered
    assert WORDS not in str(error).split("[SQL:")[-1]
