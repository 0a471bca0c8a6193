"""Applies again what was erased, where the database was restored from a backup of before.

The topic of erasures is kept for ever, and how far it was read stands in the database: a database that is
restored has a position of then, and what was erased since is read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import TransientError, describe
from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.record import parse_as
from chassis.kafka.topic_reader import read_on
from chassis.postgres import translate_database_errors
from chassis.settings import ServiceSettings
from chassis.supervised import Unready
from contracts.cloudevent import CloudEvent
from contracts.events import ErasureRecorded

logger = structlog.get_logger()

_EVERY_S = 3600.0
_RETRY_AFTER_S = 5.0
_AT_ONCE = 500
Apply = Callable[[Sequence[CloudEvent[ErasureRecorded]]], Awaitable[None]]


def position_table(metadata: sa.MetaData) -> sa.Table:
    """How far a service has read the topic of erasures, in its schema."""
    return sa.Table(
        "erasure_position",
        metadata,
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )


class ErasureLog:
    """Reads the erasures that the database has not seen, at start and every hour.

    Args:
        table: made by `position_table`.
        apply: erases what is not erased yet; safe to repeat.
    """

    def __init__(self, engine: AsyncEngine, table: sa.Table, settings: ServiceSettings, apply: Apply) -> None:
        self._engine = engine
        self._table = table
        self._cluster = KafkaCluster.of(settings)
        self._apply = apply
        self._reason: str | None = "erasures are not applied yet"

    async def run(self) -> None:
        """Catch up again and again, until cancelled."""
        while True:
            try:
                await self.catch_up()
            except TransientError as error:
                logger.warning("erasures_not_applied", error=describe(error))
                if self._reason is not None:
                    self._reason = f"erasures are not applied yet: {describe(error)}"
                await asyncio.sleep(_RETRY_AFTER_S)
            else:
                self._reason = None
                await asyncio.sleep(_EVERY_S)

    async def probe(self) -> None:
        """Raise Unready until erasures were applied once: a restored database may hold what was erased."""
        if self._reason is not None:
            raise Unready(self._reason)

    async def catch_up(self) -> None:
        """Read on from the stored positions, apply, store the new ones.

        Raises:
            TransientError: not all was applied; catch up again.
        """
        topic = ErasureRecorded.topic
        records, positions = await read_on(self._cluster, topic, await self._positions())
        erasures = [parse_as(ErasureRecorded, record) for record in records if record.value]
        for first in range(0, len(erasures), _AT_ONCE):
            await self._apply(erasures[first : first + _AT_ONCE])
        await self._store(positions)
        if erasures:
            logger.info("erasures_read", erasures=len(erasures))

    async def _positions(self) -> dict[int, int]:
        query = sa.select(self._table.c.partition, self._table.c.position)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return {row.partition: row.position for row in await connection.execute(query)}

    async def _store(self, positions: dict[int, int]) -> None:
        rows = [{"partition": number, "position": position} for number, position in positions.items()]
        statement = insert(self._table)
        upsert = statement.on_conflict_do_update(
            index_elements=[self._table.c.partition], set_={"position": statement.excluded.position}
        )
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(upsert, rows)
