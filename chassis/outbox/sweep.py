"""One sweep: publishes the oldest unsent events, each ordering key in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.errors import describe
from chassis.kafka.publisher import BrokerUnavailable, EventPublisher, EventRefused, PublishFailure
from chassis.outbox.process_state import OrderingKey, ProcessState
from chassis.outbox.republisher import Republisher
from chassis.outbox.statements import Statements

logger = structlog.get_logger()

Row = sa.Row[Any]

_FIRST_BACKOFF_S = 0.5
# Ordering keys beyond it are tried again at once: a bound on memory, and nothing is lost by trying.
_MOST_WAITING = 2_000
# A refusal is believed when the event is sent alone; so many a sweep, the others in the next ones.
_MOST_SENT_ALONE = 20


@dataclass(frozen=True, slots=True)
class _Backoff:
    attempts: int
    until_s: float


@dataclass(slots=True)
class Sweeper:
    """Publishes unsent events; one process at a time.

    An ordering key that fails waits a while, so that the next sweep reaches those behind it.
    """

    engine: AsyncEngine
    schema: str
    statements: Statements
    publisher: EventPublisher
    state: ProcessState
    republisher: Republisher
    _waiting: dict[OrderingKey, _Backoff] = field(default_factory=dict)

    async def sweep(self) -> bool:
        """Publish one page; whether there may be more."""
        async with self.engine.begin() as connection:
            # Two sweepers would each keep their own order.
            lock = sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(f"outbox:{self.schema}", 0))
            if not await connection.scalar(sa.select(lock)):
                return False
            left = dict(self.state.left)
            rows = await self._claim(connection, left)
            if not rows:
                return False
            failures = await self._send(rows)
            sent = [row.event_id for row in rows if failures[row.event_id] is None]
            marked = set((await connection.scalars(self.statements.mark_sent, {"ids": sent})).all())
            await self._refuse(connection, rows, failures)
        self.state.note_marked(marked)
        self._note_outcome(rows, failures)
        # The process that stored these may have sent them as well, and its records may be on their way.
        foreign = [row for row in rows if row.event_id in marked and row.event_id not in left]
        self.republisher.schedule_later(foreign)
        logger.info("outbox_swept", events=len(marked), failed=len(rows) - len(sent))
        return len(rows) == self.state.options.sweep_limit

    async def _claim(self, connection: AsyncConnection, left: dict[UUID, float]) -> Sequence[Row]:
        now_s, options = self.state.clock(), self.state.options
        waiting = [ordering_key for ordering_key, backoff in self._waiting.items() if backoff.until_s > now_s]
        parameters = {
            "lease_s": options.lease_s,
            "left": list(left),
            "waiting_topics": [topic for topic, _ in waiting],
            "waiting_keys": [key for _, key in waiting],
            "limit": options.sweep_limit,
        }
        return (await connection.execute(self.statements.claim, parameters)).all()

    async def _send(self, rows: Sequence[Row]) -> dict[UUID, PublishFailure | None]:
        failures = await self._send_each(rows)
        refused = [row for row in rows if isinstance(failures[row.event_id], EventRefused)]
        for row in refused:
            failures[row.event_id] = BrokerUnavailable("refused beside others")
        for row in refused[:_MOST_SENT_ALONE]:
            # Records travel in batches, and one is not refused for what stands beside it.
            failures |= await self._send_each([row])
            if isinstance(failures[row.event_id], BrokerUnavailable):
                break
        return failures

    async def _send_each(self, rows: Sequence[Row]) -> dict[UUID, PublishFailure | None]:
        def note_ack(index: int) -> None:
            self.state.acked[rows[index].event_id] = None

        records = [(row.topic, row.key, row.value, row.headers) for row in rows]
        failures = await self.publisher.send_each(
            records, note_ack, timeout_s=self.state.options.sweep_timeout_s
        )
        return {row.event_id: failure for row, failure in zip(rows, failures, strict=True)}

    async def _refuse(
        self, connection: AsyncConnection, rows: Sequence[Row], failures: dict[UUID, PublishFailure | None]
    ) -> None:
        """Mark events as refused; they hold back their ordering keys until an operator acts."""
        for row in rows:
            failure = failures[row.event_id]
            if isinstance(failure, EventRefused):
                refusal = {"event_id": row.event_id, "reason": describe(failure)}
                await connection.execute(self.statements.refuse, refusal)
                logger.error(
                    "outbox_event_refused",
                    **{"event_id": str(row.event_id), "topic": row.topic, "reason": describe(failure)},
                    conversation_id=row.headers.get("ce_subject"),
                    size=len(row.value),
                )

    def _note_outcome(self, rows: Sequence[Row], failures: dict[UUID, PublishFailure | None]) -> None:
        for row in rows:
            ordering_key = (row.topic, row.key)
            if failures[row.event_id] is not None:
                self._back_off(ordering_key)
            elif self._waiting.pop(ordering_key, None) is not None:
                # What was away for one ordering key of a topic is back, most likely for the others too.
                self._waiting = {
                    other: wait for other, wait in self._waiting.items() if other[0] != row.topic
                }

    def _back_off(self, ordering_key: OrderingKey) -> None:
        now_s = self.state.clock()
        before = self._waiting.pop(ordering_key, None)
        if before is not None and before.until_s > now_s:
            # Further events of the same sweep.
            self._waiting[ordering_key] = before
            return
        attempts = before.attempts + 1 if before else 1
        wait_s = min(self.state.options.longest_backoff_s, _FIRST_BACKOFF_S * 2.0 ** min(attempts, 10))
        self._waiting[ordering_key] = _Backoff(attempts, now_s + wait_s)
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
