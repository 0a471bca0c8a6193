"""The outbox of a service: events from their transaction to their topic."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import metrics
from chassis.errors import TransientError, describe
from chassis.kafka.publisher import EventPublisher
from chassis.kafka.sealing import OutgoingEvent
from chassis.outbox.process_state import Clock, OutboxOptions, ProcessState
from chassis.outbox.republisher import Republisher
from chassis.outbox.statements import statements_for
from chassis.outbox.sweep import Sweeper
from chassis.outbox.table import event_parameters
from chassis.postgres import translate_database_errors
from contracts.cloudevent import CloudEvent, Event

logger = structlog.get_logger()

_SHORTEST_PAUSE_S = 0.1


class Outbox:
    """One process's view of an outbox that many processes share.

    Args:
        table: made by `outbox_table`; its schema is the label of the metrics.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        table: sa.Table,
        publisher: EventPublisher,
        *,
        options: OutboxOptions | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._engine = engine
        self._schema = table.schema or ""
        self._statements = statements_for(table)
        self._publisher = publisher
        self._has_left = asyncio.Event()
        self._options = options or OutboxOptions()
        self._state = ProcessState(self._options, clock)
        self._republisher = Republisher(engine, self._statements, publisher, self._state)
        self._sweeper = Sweeper(
            engine, self._schema, self._statements, publisher, self._state, self._republisher
        )

    async def add(self, connection: AsyncConnection, events: Sequence[CloudEvent[Event]]) -> None:
        """Store events inside the caller's transaction. Storing an event again changes nothing."""
        if events:
            outgoing, since_s = await self.serialise(events), self.now_s()
            unsent = (await connection.execute(self._statements.add, event_parameters(outgoing))).all()
            self.note_stored(
                outgoing, ((row.event_id, row.topic, row.key) for row in unsent), since_s=since_s
            )

    async def serialise(self, events: Sequence[CloudEvent[Event]]) -> list[OutgoingEvent]:
        """The records to store for events; raises as `EventPublisher.serialise` does."""
        return await self._publisher.serialise(events)

    def now_s(self) -> float:
        """The time to pass to `note_stored`, taken before the caller's own statement."""
        return self._state.clock()

    def note_stored(
        self,
        events: Sequence[OutgoingEvent],
        unsent: Iterable[tuple[UUID, str, bytes]],
        *,
        since_s: float,
    ) -> None:
        """Note that the caller stored events with `insert_events`.

        Args:
            unsent: id, topic and key of what `select_unsent` found in the same statement.
            since_s: `now_s` from before it.
        """
        self._state.note_stored(events, unsent, since_s)

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """Publish events whose transaction is committed; a sweeper publishes what cannot be published now."""
        ready = self._state.take_next(events)

        def note_ack(index: int) -> None:
            self._state.acked[ready[index].id] = None

        if len(ready) < len(events):
            self._has_left.set()
        if not ready:
            return
        records = [event.record for event in ready]
        failures = await self._publisher.send_each(records, note_ack)
        failed = {
            event.id: failure for event, failure in zip(ready, failures, strict=True) if failure is not None
        }
        if failed:
            self._state.left |= dict.fromkeys(failed, self.now_s())
            self._has_left.set()
            reasons = sorted({describe(failure) for failure in failed.values()})
            logger.warning("publishing_left_to_sweeper", events=len(failed), reasons=reasons)

    async def publish_again(self, event_id: UUID) -> None:
        """Publish an event once more, and what followed it in its ordering key.

        Readers recognise them by their ids. An event that is not published yet, or not stored any more, stays
        as it is.

        Raises:
            DatabaseUnavailable: try again.
        """
        with translate_database_errors():
            async with self._engine.connect() as connection:
                found = await connection.execute(self._statements.find, {"ids": [event_id]})
                self._republisher.schedule_now([row for row in found if row.sent_at is not None], itself=True)

    async def run_sweeper(self) -> None:
        """Publish unsent events, until cancelled."""
        sweeps = 0
        try:
            while True:
                is_more = False
                try:
                    with translate_database_errors():
                        is_more = await self._sweep_once()
                        if sweeps % self._options.prune_every_sweeps == 0:
                            await self._prune()
                except TransientError as error:
                    logger.warning("sweep_postponed", error=describe(error))
                sweeps += 1
                if not is_more:
                    await self._pause()
        finally:
            # Whatever is not marked would be published a second time by the next process.
            with suppress(TransientError), translate_database_errors():
                await self._mark_acked()

    async def _pause(self) -> None:
        """Wait for the next sweep, or until this process leaves events to the sweeper."""
        shortest_s = min(_SHORTEST_PAUSE_S, self._options.sweep_every_s)
        self._has_left.clear()
        await asyncio.sleep(shortest_s)
        if self._state.left:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._options.sweep_every_s - shortest_s):
                await self._has_left.wait()

    async def _sweep_once(self) -> bool:
        """Mark sent events, publish unsent ones, republish; whether there may be more."""
        await self._mark_acked()
        is_more = await self._sweeper.sweep()
        await self._republisher.republish_due()
        await self._report()
        self._state.forget_old()
        return is_more

    async def _mark_acked(self) -> None:
        """Mark published events in the table, many in one statement."""
        acked = list(self._state.acked)
        if not acked:
            # A process whose events all go through its sweeper marks them there, and would keep every id.
            self._state.note_marked((), begins_anew=True)
            return
        async with self._engine.begin() as connection:
            marked = set((await connection.scalars(self._statements.mark_sent, {"ids": acked})).all())
            others = [event_id for event_id in acked if event_id not in marked]
            found = await connection.execute(self._statements.find, {"ids": others}) if others else ()
            rows = list(found)
        for event_id in others:
            self._state.acked.pop(event_id, None)
        self._state.note_marked(marked, begins_anew=True)
        # Somebody else published these meanwhile, so newer ones may have gone out before ours.
        self._republisher.schedule_now([row for row in rows if row.sent_at is not None])
        # An older event of the ordering key is still to be published, and these once more after it.
        now_s = self.now_s()
        self._state.left |= {row.event_id: now_s for row in rows if row.sent_at is None}

    async def _report(self) -> None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(self._statements.waiting)).one()
        metrics.OUTBOX_PENDING.labels(self._schema).set(row.pending)
        metrics.OUTBOX_REFUSED.labels(self._schema).set(row.refused)
        metrics.OUTBOX_OLDEST_AGE.labels(self._schema).set(max(0.0, float(row.age_s or 0.0)))

    async def _prune(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(self._statements.prune, {"keep_s": self._options.keep_sent_s})
