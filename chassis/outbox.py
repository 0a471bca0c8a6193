"""The transactional outbox: an event is stored with the change it tells of, then published.

https://microservices.io/patterns/data/transactional-outbox.html
Events are published at once after the commit; a sweeper publishes what a crash left behind.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import metrics
from chassis.errors import TransientError
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


class Outbox:
    """Events of one service between their transaction and their topic.

    Args:
        table: made by `outbox_table`; its schema is the label of the metrics.
    """

    def __init__(self, engine: AsyncEngine, table: sa.Table, publisher: EventPublisher) -> None:
        self._engine = engine
        self._table = table
        self._publisher = publisher
        self._sent: list[UUID] = []
        self._pending_gauge = metrics.OUTBOX_PENDING.labels(table.schema or "")

    async def add(self, connection: AsyncConnection, events: Sequence[CloudEvent[Event]]) -> None:
        """Store events inside the caller's transaction. Storing an event again changes nothing."""
        if not events:
            return

        rows = [
            {
                "event_id": event.id,
                "cause_id": event.causation_id,
                "topic": event.topic,
                "key": event.key,
                "value": event.value(),
                "headers": event.headers() | trace_headers(event.causation_id),
            }
            for event in events
        ]
        await connection.execute(
            insert(self._table).values(rows).on_conflict_do_nothing(index_elements=["event_id"])
        )

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """Publish events whose transaction is committed. A failure leaves them to the sweeper."""
        if not events:
            return
        try:
            await self._publisher.publish(*events)
        except TransientError as error:
            logger.warning("publishing_left_to_sweeper", events=len(events), error=str(error))
            return
        self._sent.extend(event.id for event in events)

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
        await self._publisher.send(*((row.topic, row.key, row.value, row.headers) for row in rows))
        self._sent.extend(row.event_id for row in rows)

    async def run_sweeper(self) -> None:
        """Publish what was left behind, until cancelled."""
        sweeps = 0
        while True:
            await asyncio.sleep(_SWEEP_INTERVAL_S)
            sweeps += 1
            try:
                await self.note_sent()
                await self._sweep()
                if sweeps % _PRUNE_EVERY_SWEEPS == 0:
                    await self._prune()
            except TransientError as error:
                logger.warning("sweep_postponed", error=str(error))

    async def note_sent(self) -> None:
        """Write down which events were published; in one statement for many."""
        sent, self._sent = self._sent, []
        if not sent:
            return
        table = self._table
        try:
            with translate_database_errors():
                async with self._engine.begin() as connection:
                    ids = sa.func.unnest(sa.bindparam("ids", sent, type_=sa.ARRAY(sa.Uuid))).column_valued()
                    await connection.execute(
                        sa.update(table).where(table.c.event_id == ids).values(sent_at=sa.func.now())
                    )
        except TransientError:
            self._sent = sent + self._sent
            raise

    async def _sweep(self) -> None:
        table = self._table
        left_before = datetime.now(UTC) - _LEFT_BEHIND_AFTER
        with translate_database_errors():
            async with self._engine.begin() as connection:
                query = (
                    sa.select(table)
                    .where(table.c.sent_at.is_(None), table.c.stored_at < left_before)
                    .order_by(table.c.position)
                    .limit(_SWEEP_LIMIT)
                    .with_for_update(skip_locked=True)
                )
                rows = (await connection.execute(query)).all()
                self._pending_gauge.set(len(rows))
                if not rows:
                    return
                await self._publisher.send(*((row.topic, row.key, row.value, row.headers) for row in rows))
                await connection.execute(
                    sa.update(table)
                    .where(table.c.event_id.in_([row.event_id for row in rows]))
                    .values(sent_at=sa.func.now())
                )
        logger.info("outbox_swept", events=len(rows))

    async def _prune(self) -> None:
        table = self._table
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(
                    sa.delete(table).where(table.c.sent_at < datetime.now(UTC) - _KEEP_SENT)
                )
