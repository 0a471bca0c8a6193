"""The transactional outbox: an event is stored with the change it tells of, then published.

https://microservices.io/patterns/data/transactional-outbox.html
Events are published at once after the commit; a sweeper publishes what a crash or an outage left behind.
Either way the events of one key go out in the order in which they were stored.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import metrics
from chassis.errors import TransientError, describe
from chassis.kafka.publisher import EventPublisher
from chassis.kafka.telemetry import trace_headers
from chassis.postgres import translate_database_errors
from contracts.cloudevent import CloudEvent, Event

logger = structlog.get_logger()

_SWEEP_INTERVAL_S = 1.0
# Old enough that the process which stored the event is not about to publish it itself.
_LEFT_BEHIND_AFTER = timedelta(seconds=5)
_KEEP_SENT = timedelta(days=7)
_SWEEP_LIMIT = 200
_PRUNE_EVERY_SWEEPS = 600


def outbox_table(metadata: sa.MetaData) -> sa.Table:
    """The outbox of a service, in the schema of `metadata`."""
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("cause_id", sa.Uuid, nullable=True, index=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Index("outbox_unsent", "position", postgresql_where=sa.text("sent_at is null")),
    )


def insert_events(table: sa.Table, *, provided: str | None = None) -> str:
    """The SQL that stores what `event_parameters` hold, in their order.

    As a part of a larger statement it can name a CTE in `provided`: events are stored only if that has a row.
    """
    columns = "event_id, cause_id, topic, key, value, headers"
    condition = f"WHERE EXISTS (SELECT FROM {provided})" if provided else ""
    # Arrays, because a statement with as many rows as there are events would be compiled anew each time.
    # Only names of our own are put in.
    return f"""
        INSERT INTO {table.fullname} ({columns})
        SELECT event_id, cause_id, topic, key, value, CAST(headers AS jsonb)
        FROM unnest(
            CAST(:event_ids AS uuid[]), CAST(:cause_ids AS uuid[]), CAST(:topics AS text[]),
            CAST(:keys AS bytea[]), CAST(:values AS bytea[]), CAST(:headers AS text[])
        ) WITH ORDINALITY AS event ({columns}, place)
        {condition}
        ORDER BY place
        ON CONFLICT (event_id) DO NOTHING
    """  # noqa: S608


def event_parameters(events: Sequence[CloudEvent[Event]]) -> dict[str, Any]:
    """Parameters for `insert_events`."""
    return {
        "event_ids": [event.id for event in events],
        "cause_ids": [event.causation_id for event in events],
        "topics": [event.topic for event in events],
        "keys": [event.key for event in events],
        "values": [event.value() for event in events],
        "headers": [
            orjson.dumps(event.headers() | trace_headers(event.causation_id)).decode() for event in events
        ],
    }


class Outbox:
    """Events of one service between their transaction and their topic.

    Args:
        table: made by `outbox_table`; its schema is the label of the metrics.
    """

    def __init__(self, engine: AsyncEngine, table: sa.Table, publisher: EventPublisher) -> None:
        self._engine = engine
        self._table = table
        self._add = sa.text(insert_events(table))
        self._publisher = publisher
        self._sent: list[UUID] = []
        # How often events of a key were left to the sweeper; the key's next events must not overtake them.
        self._left: Counter[bytes] = Counter()
        self._pending_gauge = metrics.OUTBOX_PENDING.labels(table.schema or "")

    async def add(self, connection: AsyncConnection, events: Sequence[CloudEvent[Event]]) -> None:
        """Store events inside the caller's transaction. Storing an event again changes nothing."""
        if events:
            await connection.execute(self._add, event_parameters(events))

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """Publish events whose transaction is committed. A failure leaves them to the sweeper."""
        behind = [event for event in events if event.key in self._left]
        in_turn = [event for event in events if event.key not in self._left]
        try:
            if in_turn:
                await self._publisher.publish(*in_turn)
        except TransientError as error:
            logger.warning("publishing_left_to_sweeper", events=len(events), error=describe(error))
            behind += in_turn
        else:
            self._sent.extend(event.id for event in in_turn)
        self._left.update(event.key for event in behind)

    async def publish_caused_by(self, cause_id: UUID) -> None:
        """Publish again whatever `cause_id` led to; consumers recognise what they have by its id.

        Raises:
            DatabaseUnavailable, BrokerUnavailable: try again.
        """
        table = self._table
        with translate_database_errors():
            async with self._engine.connect() as connection:
                query = sa.select(table).where(table.c.cause_id == cause_id).order_by(table.c.position)
                rows = (await connection.execute(query)).all()
        await self._send(rows)
        self._sent.extend(row.event_id for row in rows)

    async def run_sweeper(self) -> None:
        """Publish what was left behind, until cancelled."""
        sweeps = 0
        try:
            while True:
                try:
                    await self._note_sent()
                    await self._sweep()
                    if sweeps % _PRUNE_EVERY_SWEEPS == 0:
                        await self._prune()
                except TransientError as error:
                    logger.warning("sweep_postponed", error=describe(error))
                sweeps += 1
                await asyncio.sleep(_SWEEP_INTERVAL_S)
        finally:
            # Whatever is not noted would be published a second time by the next process.
            with suppress(TransientError):
                await self._note_sent()

    async def _note_sent(self) -> None:
        """Write down which events were published; in one statement for many."""
        sent, self._sent = self._sent, []
        if not sent:
            return
        try:
            with translate_database_errors():
                async with self._engine.begin() as connection:
                    await self._mark_sent(connection, sent)
        except TransientError:
            self._sent = sent + self._sent
            raise

    async def _mark_sent(self, connection: AsyncConnection, event_ids: Sequence[UUID]) -> None:
        ids = sa.func.unnest(sa.bindparam("ids", event_ids, type_=sa.ARRAY(sa.Uuid))).column_valued()
        await connection.execute(
            sa.update(self._table).where(self._table.c.event_id == ids).values(sent_at=sa.func.now())
        )

    async def _sweep(self) -> None:
        unsent = self._table.c.sent_at.is_(None)
        with translate_database_errors():
            while await self._sweep_once() == _SWEEP_LIMIT:
                pass
            left = dict(self._left)
            async with self._engine.connect() as connection:
                pending = await connection.scalar(sa.select(sa.func.count()).where(unsent))
                query = sa.select(self._table.c.key).where(unsent, self._table.c.key.in_(left)).distinct()
                still_left = set((await connection.scalars(query)).all()) if left else set()
        self._pending_gauge.set(pending or 0)
        for key in left.keys() - still_left:
            # Unless more of it was left while we looked.
            if self._left[key] == left[key]:
                del self._left[key]

    async def _sweep_once(self) -> int:
        """Publish the oldest events that were left behind, and note it; how many they were."""
        table = self._table
        is_left = sa.or_(
            table.c.stored_at < sa.func.now() - _LEFT_BEHIND_AFTER, table.c.key.in_(list(self._left))
        )
        query = sa.select(table).where(table.c.sent_at.is_(None), is_left).order_by(table.c.position)
        async with self._engine.begin() as connection:
            # One sweeper at a time: two would each keep their own order.
            lock = sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(f"outbox:{table.schema}", 0))
            if not await connection.scalar(sa.select(lock)):
                return 0
            # Rows that are locked are just being noted as sent.
            claim = query.limit(_SWEEP_LIMIT).with_for_update(skip_locked=True)
            rows = (await connection.execute(claim)).all()
            if rows:
                await self._send(rows)
                await self._mark_sent(connection, [row.event_id for row in rows])
                logger.info("outbox_swept", events=len(rows))
        return len(rows)

    async def _send(self, rows: Sequence[sa.Row[Any]]) -> None:
        await self._publisher.send(*((row.topic, row.key, row.value, row.headers) for row in rows))

    async def _prune(self) -> None:
        table = self._table
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(sa.delete(table).where(table.c.sent_at < sa.func.now() - _KEEP_SENT))
