"""The data keys of this process: read from PostgreSQL, kept for a moment, spare ones for its outages."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Self
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import metrics
from chassis.data_keys import statements
from chassis.data_keys.data_key import DataKey, DataKeyDestroyed, DataKeyUnknown
from chassis.data_keys.key_cache import KeyCache
from chassis.data_keys.key_table import KeyTable
from chassis.data_keys.migrations import LOCATION
from chassis.data_keys.settings import DataKeySettings
from chassis.data_keys.table import SCHEMA
from chassis.data_keys.wrapping import KeyWrapping
from chassis.errors import TransientError, describe
from chassis.postgres import DatabaseUnavailable, ping
from chassis.schema_revision import ready_schema
from chassis.supervised import Unready

logger = structlog.get_logger()

# Somebody waits for an answer, and a spare key serves as well.
_DATABASE_TIMEOUT_S: Final = 0.5
_SUSPENDED_FOR_S: Final = 2.0
_TICK_S: Final = 1.0
_CONFIRM_EVERY_TICKS: Final = 15
_TIDY_EVERY_TICKS: Final = 60


class DataKeys:
    """Makes, reads and destroys data keys. Its work `keep` has to run in the background.

    Args:
        engine: the pool of PostgreSQL.
        settings: the secrets that stored keys are encrypted with.
        spares: how many stored keys are held ready. Without the database a conversation is then given one of
            them; it is bound to the conversation by whoever reads its first record.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        settings: DataKeySettings,
        *,
        spares: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._settings = settings
        previous = [secret.get_secret_value() for secret in settings.previous_data_key_secrets]
        wrapping = KeyWrapping(settings.data_key_secret.get_secret_value(), previous)
        self._table = KeyTable(engine, wrapping)
        self._cache = KeyCache(clock)
        self._clock = clock
        self._wanted_spares = spares
        self._spares: deque[DataKey] = deque()
        self._suspended_until_s = 0.0

    async def __aenter__(self) -> Self:
        """Nothing is connected before it is used."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the pool; not needed where somebody else does."""
        await self._engine.dispose()

    def kept_for(self, conversation_id: UUID) -> DataKey | None:
        """The key to encrypt with, if it is in memory."""
        return self._cache.of(conversation_id)

    async def key_for(self, conversation_id: UUID) -> DataKey:
        """The key to encrypt with; the first of a conversation is made.

        Raises:
            DataKeyDestroyed: the conversation was erased.
            DatabaseUnavailable: there is no key now, nor a spare one.
        """
        if (kept := self._cache.of(conversation_id)) is not None:
            return kept
        find = self._key_or_spare if self._wanted_spares else self._table.first_key
        key = await find(conversation_id)
        self._cache.add(key)
        return key

    async def load(self, wanted: Mapping[UUID, UUID]) -> None:
        """Read the keys of records, so that `held` knows them.

        Args:
            wanted: by key, the conversation that its record names.

        Raises:
            DatabaseUnavailable: try again.
            DataKeySecretUnfit: a key cannot be decrypted.
        """
        missing = {key_id: each for key_id, each in wanted.items() if not self._cache.has(key_id)}
        if not missing:
            return
        found = await self._table.load(missing)
        for key_id in missing:
            key = found.get(key_id)
            if key is not None:
                self._cache.add(key)
            else:
                self._cache.add_missing(key_id, DataKeyDestroyed if key_id in found else DataKeyUnknown)

    def held(self, key_id: UUID) -> DataKey:
        """A key that was loaded.

        Raises:
            DataKeyDestroyed: its conversation was erased.
            DataKeyUnknown: there is no such key.
            DataKeyNotLoaded: load it, once more if need be.
        """
        return self._cache.get(key_id)

    async def destroy(self, connection: AsyncConnection, conversation_ids: Sequence[UUID]) -> int:
        """Destroy every key of these conversations, in the caller's transaction; none is made for them again.

        Call `forget` after the commit. Other processes have the keys in memory for a minute at most.

        Returns:
            How many keys there were.

        Raises:
            What the driver raises: translate it with the rest of the transaction.
        """
        erased = {"conversation_ids": list(conversation_ids)}
        return int(await connection.scalar(statements.DESTROY, erased) or 0)

    def forget(self, conversation_ids: Sequence[UUID]) -> None:
        """Drop the keys of these conversations from memory."""
        self._cache.drop(conversation_ids)

    async def confirm_kept(self) -> None:
        """Ask which of the keys in memory are destroyed or lost: one statement, however many there are."""
        at_s, asked = self._clock(), self._cache.key_ids()
        spare_ids = [spare.id for spare in self._spares]
        if not asked and not spare_ids:
            return
        alive = await self._table.alive([*asked, *spare_ids])
        self._cache.confirm(asked, alive, at_s=at_s)
        # Nobody could read what is sealed with a spare key that a restored database does not have.
        lost = frozenset(spare_ids) - alive
        self._spares = deque(spare for spare in self._spares if spare.id not in lost)

    async def probe(self) -> None:
        """Raise Unready while no spare key is left, so that a conversation may get none."""
        if not self._spares:
            raise Unready("no data key is spare; PostgreSQL is needed for some")

    async def keep(self) -> None:
        """Create the table, then keep the spares full and the memory short, until cancelled."""
        await self._migrate()
        ticks = 0
        try:
            while True:
                self._cache.drop_expired()
                try:
                    if ticks % _CONFIRM_EVERY_TICKS == 0:
                        await self.confirm_kept()
                    await self._fill_spares()
                    if ticks % _TIDY_EVERY_TICKS == 0:
                        await self._table.tidy()
                except TransientError as error:
                    logger.warning("data_keys_not_tidied", error=describe(error))
                ticks += 1
                await asyncio.sleep(_TICK_S)
        finally:
            with suppress(TransientError):
                await self._table.remove_spares([*self._spares])

    async def _migrate(self) -> None:
        while True:
            try:
                await ping(self._engine)
            except DatabaseUnavailable as error:
                logger.warning("data_keys_awaited", error=describe(error))
                await asyncio.sleep(_TICK_S)
            else:
                break
        # A thread, in which it is migrated, cannot be cancelled: it is not begun before the database answers.
        await ready_schema(self._engine, self._settings, script_location=LOCATION, schema=SCHEMA)

    async def _key_or_spare(self, conversation_id: UUID) -> DataKey:
        if self._clock() >= self._suspended_until_s:
            try:
                async with asyncio.timeout(_DATABASE_TIMEOUT_S):
                    return await self._table.first_key(conversation_id)
            except (TransientError, TimeoutError) as error:
                self._suspended_until_s = self._clock() + _SUSPENDED_FOR_S
                logger.warning("spare_data_key_used", error=describe(error), spares=len(self._spares))
        if not self._spares:
            raise DatabaseUnavailable("no data key is spare")
        spare = self._spares.popleft()
        metrics.SPARE_DATA_KEYS.labels(SCHEMA).set(len(self._spares))
        return DataKey(spare.id, conversation_id, spare.cipher)

    async def _fill_spares(self) -> None:
        if len(self._spares) < self._wanted_spares:
            self._spares.extend(await self._table.add_spares(self._wanted_spares - len(self._spares)))
            metrics.SPARE_DATA_KEYS.labels(SCHEMA).set(len(self._spares))
