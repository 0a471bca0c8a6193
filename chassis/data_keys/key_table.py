"""Reads and writes `privacy.data_key`; what it returns is decrypted."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.data_keys import statements
from chassis.data_keys.data_key import KEY_BYTES, DataKey, DataKeyDestroyed
from chassis.data_keys.wrapping import KeyWrapping
from chassis.postgres import DatabaseUnavailable, translate_database_errors

# Dead letters are kept for 90 days, and may be sealed with a key that nobody has read yet.
_SPARES_KEPT_DAYS: Final = 120
_REWRAPPED_AT_ONCE: Final = 500


class KeyTable:
    """The stored keys. Every method raises DatabaseUnavailable, and DataKeySecretUnfit where it decrypts."""

    def __init__(self, engine: AsyncEngine, wrapping: KeyWrapping) -> None:
        # Each method but one is one statement, so a transaction around it would only add round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._wrapping = wrapping

    async def first_key(self, conversation_id: UUID) -> DataKey:
        """The first key of a conversation, made where there is none.

        Raises:
            DataKeyDestroyed: the conversation was erased.
        """
        fresh = os.urandom(KEY_BYTES)
        wanted = {"conversation_id": conversation_id, "key": self._wrapping.wrap(conversation_id, fresh)}
        rows = await self._run(statements.FIRST_KEY, wanted)
        if not rows:
            # Another process was just storing it, and a statement sees what was there when it began.
            rows = await self._run(statements.FIRST_KEY, wanted)
        if not rows:
            raise DatabaseUnavailable("the key of a conversation is being made")
        if rows[0].key is None:
            raise DataKeyDestroyed(f"conversation {conversation_id} was erased")
        return self._key(conversation_id, conversation_id, rows[0].key)

    async def load(self, wanted: Mapping[UUID, UUID]) -> dict[UUID, DataKey | None]:
        """The keys with these ids, None for a destroyed one; unknown ones are left out.

        Args:
            wanted: by key, the conversation that a record names. A spare key is bound to it for good.
        """
        rows = await self._rows(wanted)
        if any(row.conversation_id is None for row in rows):
            spare = {row.id: wanted[row.id] for row in rows if row.conversation_id is None}
            await self._run(statements.BIND, _columns_of(spare))
            rows = await self._rows(wanted)
        return {
            row.id: None if row.key is None else self._key(row.id, row.conversation_id, row.key)
            for row in rows
        }

    async def alive(self, key_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of these keys that are stored and not destroyed."""
        rows = await self._run(statements.ALIVE, {"ids": [*key_ids]})
        return frozenset(row.id for row in rows)

    async def add_spares(self, count: int) -> list[DataKey]:
        """Store keys that serve no conversation yet."""
        fresh = {uuid4(): os.urandom(KEY_BYTES) for _ in range(count)}
        keys = [self._wrapping.wrap(key_id, key) for key_id, key in fresh.items()]
        await self._run(statements.ADD_SPARES, {"ids": [*fresh], "keys": keys})
        return [DataKey(key_id, None, AESGCM(key)) for key_id, key in fresh.items()]

    async def remove_spares(self, keys: Sequence[DataKey]) -> None:
        """Remove keys that were never used."""
        await self._run(statements.REMOVE_SPARES, {"ids": [key.id for key in keys]})

    async def tidy(self) -> None:
        """Destroy what an erase missed, forget old spares, encrypt all with the current secret."""
        await self._run(statements.DESTROY_LEFT, {})
        await self._run(statements.FORGET_SPARES, {"days": _SPARES_KEPT_DAYS})
        outdated = {"current": self._wrapping.current_name, "limit": _REWRAPPED_AT_ONCE}
        if rows := await self._run(statements.OUTDATED, outdated):
            keys = [self._wrapping.wrap(row.id, self._wrapping.unwrap(row.id, row.key)) for row in rows]
            await self._run(statements.REWRAP, {"ids": [row.id for row in rows], "keys": keys})

    async def _rows(self, wanted: Mapping[UUID, UUID]) -> Sequence[sa.Row[Any]]:
        return await self._run(statements.LOAD, _columns_of(wanted))

    async def _run(self, statement: sa.TextClause, parameters: Mapping[str, Any]) -> Sequence[sa.Row[Any]]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                result = await connection.execute(statement, parameters)
                return result.all() if result.returns_rows else ()

    def _key(self, key_id: UUID, conversation_id: UUID | None, wrapped: bytes) -> DataKey:
        return DataKey(key_id, conversation_id, AESGCM(self._wrapping.unwrap(key_id, wrapped)))


def _columns_of(wanted: Mapping[UUID, UUID]) -> dict[str, list[UUID]]:
    return {"ids": [*wanted.keys()], "conversation_ids": [*wanted.values()]}
