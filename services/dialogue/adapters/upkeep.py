"""Which conversations are to be erased, and which turns forgotten, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.only_one import only_one
from chassis.postgres import translate_database_errors

_FORGET_AT_ONCE = 5_000
_NOT_ERASED = sa.text(
    """
    SELECT id FROM unnest(CAST(:ids AS uuid[])) AS id
    WHERE NOT EXISTS (
        SELECT FROM dialogue.conversation WHERE conversation_id = id AND erased_at IS NOT NULL
    )
    """
)
# Fields without a value are left out of the state.
_EXPIRED = sa.text(
    """
    SELECT conversation_id FROM dialogue.conversation
    WHERE erased_at IS NULL
        AND changed_at < greatest(CAST(:lead AS timestamptz), CAST(:other AS timestamptz))
        AND changed_at < CASE
            WHEN state ?| array['proposal', 'booking_url']
                OR state -> 'profile' ?| array['contact_email', 'contact_phone']
            THEN CAST(:lead AS timestamptz) ELSE CAST(:other AS timestamptz) END
    ORDER BY changed_at
    LIMIT :limit
    """
)
_FORGET_TURNS = sa.text(
    """
    DELETE FROM dialogue.turn WHERE turn_id IN (
        SELECT turn_id FROM dialogue.turn WHERE changed_at < :before AND status <> 'awaiting' LIMIT :limit
    )
    """
)


class PostgresUpkeep:
    """The Upkeep port."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def not_erased(self, conversation_ids: Sequence[UUID]) -> Sequence[UUID]:
        """In one statement, however many there are."""
        return await self._ids(_NOT_ERASED, {"ids": list(conversation_ids)})

    async def expired(self, *, lead: datetime | None, other: datetime | None, limit: int) -> Sequence[UUID]:
        """The longest unchanged first."""
        return await self._ids(_EXPIRED, {"lead": lead, "other": other, "limit": limit})

    async def forget_turns(self, before: datetime) -> None:
        """In short transactions, so that no turn waits long."""
        is_more = True
        while is_more:
            with translate_database_errors():
                async with self._engine.begin() as connection:
                    page = {"before": before, "limit": _FORGET_AT_ONCE}
                    is_more = (await connection.execute(_FORGET_TURNS, page)).rowcount == _FORGET_AT_ONCE

    def only_one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """By an advisory lock."""
        return only_one(self._engine, f"dialogue:{name}")

    async def _ids(self, query: sa.TextClause, parameters: Mapping[str, Any]) -> Sequence[UUID]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return (await connection.execute(query, parameters)).scalars().all()
