"""Translated lines in PostgreSQL: one row a language and line; whoever claims a row translates it."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors


def translation_table(metadata: sa.MetaData) -> sa.Table:
    """The translations of a service, in the schema of `metadata`.

    `author` is a model or `operator`. A text is null while it is made, and empty where none may be said.
    """
    return sa.Table(
        "translation",
        metadata,
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=True),
        sa.Column("author", sa.Text, nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )


_LOAD = """
    SELECT digest, text FROM {table}
    WHERE language = :language AND (text <> '' OR claimed_until > now())
"""
_CLAIM = """
    INSERT INTO {table} AS kept (language, digest, line, claimed_until)
    SELECT :language, digest, line, now() + make_interval(secs => :lease_s)
    FROM unnest(CAST(:digests AS text[]), CAST(:lines AS text[])) AS claimed (digest, line)
    ORDER BY digest
    ON CONFLICT (language, digest) DO UPDATE SET claimed_until = excluded.claimed_until, text = NULL
    WHERE coalesce(kept.text, '') = '' AND kept.claimed_until <= now()
    RETURNING digest
"""
_KEEP = """
    UPDATE {table} AS kept
    SET text = made.text, author = :author, changed_at = now(),
        claimed_until = now() + make_interval(secs => :again_s)
    FROM unnest(CAST(:digests AS text[]), CAST(:texts AS text[])) AS made (digest, text)
    WHERE kept.language = :language AND kept.digest = made.digest
"""


class PostgresTranslations:
    """The TranslationStore, on a table made by `translation_table`.

    A claim holds for `lease_s`: longer than a model takes, and so long that one which always fails is not
    asked, and paid, each time. A line that could not be translated faithfully is tried again after `again_s`.
    """

    def __init__(
        self, engine: AsyncEngine, table: sa.Table, *, lease_s: float = 300.0, again_s: float = 86_400.0
    ) -> None:
        # Each method is one statement, so a transaction around it would only add round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._table = table.fullname
        self._lease_s = lease_s
        self._again_s = again_s

    async def load(self, language: str) -> Mapping[str, str | None]:
        """One statement."""
        rows = await self._run(_LOAD, language=language)
        return {row.digest: row.text for row in rows}

    async def claim(self, language: str, lines: Mapping[str, str]) -> frozenset[str]:
        """One statement, so that a line is never claimed twice."""
        rows = await self._run(
            _CLAIM, language=language, lease_s=self._lease_s, digests=[*lines], lines=[*lines.values()]
        )
        return frozenset(row.digest for row in rows)

    async def keep(self, language: str, texts: Mapping[str, str], author: str) -> None:
        """One statement; the newest text wins."""
        await self._run(
            _KEEP,
            language=language,
            author=author,
            again_s=self._again_s,
            digests=[*texts],
            texts=[*texts.values()],
        )

    async def _run(self, statement: str, **values: object) -> list[sa.Row[tuple[object, ...]]]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                result = await connection.execute(sa.text(statement.format(table=self._table)), values)
                return [*result.all()] if result.returns_rows else []
