"""What PostgreSQL refuses is told by state and constraint; the words it was given are not repeated."""

import orjson
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from chassis.errors import describe
from chassis.logging import render_exception
from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings

WORDS = "ravenscroft"


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
        with pytest.raises(DBAPIError) as refusal:
            await connection.execute(sa.text(statement), {"words": words})
    await engine.dispose()
    error = refusal.value
    rendered = orjson.dumps(render_exception((type(error), error, error.__traceback__))).decode()
    assert describe(error) == f"{type(error).__name__} {said}"
    assert WORDS not in rendered
    assert WORDS not in str(error).split("[SQL:")[-1]
