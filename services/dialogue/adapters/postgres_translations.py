"""Translated lines in PostgreSQL: one row a language and line; whoever claims a row translates it."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors

_LOAD = sa.text(
    """
    SELECT digest, text FROM dialogue.translation
    WHERE language = :language AND (text <> '' OR claimed_until > now())
    """
)
_CLAIM = sa.text(
    """
    INSERT INTO dialogue.translation (language, digest, line, claimed_until)
    SELECT :language, digest, line, now() + make_interval(secs => :lease_s)
    FROM unnest(CAST(:digests AS text[]), CAST(:lines AS text[])) AS claimed (digest, line)
    ORDER BY digest
    ON CONFLICT (language, digest) DO UPDATE SET claimed_until = excluded.claimed_until, text = NULL
    WHERE coalesce(translation.text, '') = '' AND translation.claimed_until <= now()
    RETURNING digest
    """
)
_KEEP = sa.text(
    """
    UPDATE dialogue.translation
    SET text = kept.text, author = :author, changed_at = now(),
        claimed_until = now() + make_interval(secs => :again_s)
    FROM unnest(CAST(:digests AS text[]), CAST(:texts AS text[])) AS kept (digest, text)
    WHERE translation.language = :language AND translation.digest = kept.digest
    """
)


class PostgresTranslations:
    """The TranslationStore port.

    A claim holds for `lease_s`: longer than a model takes, and so long that one which always fails is not
    asked, and paid, with every turn. A line that could not be translated faithfully is tried again after
    `again_s`.
    """

    def __init__(self, engine: AsyncEngine, *, lease_s: float = 300.0, again_s: float = 86_400.0) -> None:
        # Each method is one statement, so a transaction around it would only add round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
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

    async def _run(self, statement: sa.TextClause, **values: object) -> list[sa.Row[tuple[object, ...]]]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                result = await connection.execute(statement, values)
                return [*result.all()] if result.returns_rows else []
