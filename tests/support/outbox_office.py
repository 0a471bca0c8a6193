"""An outbox in a schema of its own, a publisher that a test may cut, and a look into the table."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import BrokerUnavailable, EventRefused
from chassis.kafka.publisher import PublishFailure
from chassis.kafka.sealing import OutgoingEvent, Sealing, SerialisedEvent
from chassis.outbox import Outbox, OutboxOptions
from contracts.cloudevent import CloudEvent, Event

IN_A_HURRY = OutboxOptions(sweep_every_s=0.02, publish_within_s=60.0, lease_s=0.05, longest_backoff_s=0.1)


class Wire:
    """A publisher that a test may cut, for all or for some records."""

    def __init__(self) -> None:
        self.sent: list[SerialisedEvent] = []
        self.is_cut = False
        self.takes_s = 0.0
        self.refuses: Callable[[SerialisedEvent], bool] = lambda record: False
        self.is_away: Callable[[SerialisedEvent], bool] = lambda record: False

    async def serialise(self, events: Sequence[CloudEvent[Event]]) -> list[OutgoingEvent]:
        return await Sealing().serialise(events)

    async def send_each(
        self,
        records: Sequence[SerialisedEvent],
        on_ack: Callable[[int], None],
        *,
        timeout_s: float | None = None,
    ) -> list[PublishFailure | None]:
        await asyncio.sleep(random.uniform(0, self.takes_s))
        failures: list[PublishFailure | None] = []
        failed: set[tuple[str, bytes]] = set()
        for index, record in enumerate(records):
            failures.append(self._failure(record, failed))
            if failures[-1]:
                failed.add(record[:2])
            else:
                self.sent.append(record)
                on_ack(index)
        return failures

    def _failure(self, record: SerialisedEvent, failed: set[tuple[str, bytes]]) -> PublishFailure | None:
        if self.is_cut or self.is_away(record) or record[:2] in failed:
            return BrokerUnavailable("cut, or behind one that failed")
        return EventRefused("refused") if self.refuses(record) else None

    @property
    def ids(self) -> list[str]:
        return [headers["ce_id"] for _, _, _, headers in self.sent]


@dataclass(slots=True)
class Office:
    """An outbox in a schema of its own, its publisher, and a look into its table."""

    engine: AsyncEngine
    table: sa.Table
    wire: Any
    options: OutboxOptions = IN_A_HURRY
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = self.of_another_process()

    def of_another_process(self) -> Outbox:
        """A second outbox on the same table."""
        return Outbox(self.engine, self.table, self.wire, options=self.options)

    def change(self, **options: Any) -> None:
        self.options = replace(self.options, **options)
        self.outbox = self.of_another_process()

    async def store(self, *events: CloudEvent[Event]) -> None:
        async with self.engine.begin() as connection:
            await self.outbox.add(connection, events)

    async def let_pass(self, event: CloudEvent[Event], age: timedelta, column: str = "stored_at") -> None:
        """Make an event older than it is."""
        async with self.engine.begin() as connection:
            await connection.execute(
                sa.update(self.table)
                .where(self.table.c.event_id == event.id)
                .values({column: sa.func.now() - age})
            )

    async def unsent(self) -> list[UUID]:
        """The events that nobody noted as sent, in their order."""
        return await self._stored(self.table.c.sent_at.is_(None))

    async def until_unsent(self, *events: CloudEvent[Event]) -> None:
        """Wait until these are all that is left to send."""
        await self._until(self.table.c.sent_at.is_(None), events)

    async def until_stored(self, *events: CloudEvent[Event]) -> None:
        """Wait until these are all there are."""
        await self._until(sa.true(), events)

    async def _until(self, condition: sa.ColumnElement[bool], events: Sequence[CloudEvent[Event]]) -> None:
        deadline = time.monotonic() + 10.0
        while await self._stored(condition) != [event.id for event in events]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def _stored(self, condition: sa.ColumnElement[bool]) -> list[UUID]:
        query = sa.select(self.table.c.event_id).where(condition).order_by(self.table.c.position)
        async with self.engine.connect() as connection:
            return list((await connection.scalars(query)).all())


@asynccontextmanager
async def sweeping(*outboxes: Outbox) -> AsyncIterator[None]:
    """The background work of one or several processes."""
    tasks = [asyncio.create_task(outbox.run_sweeper()) for outbox in outboxes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def ids(events: Sequence[CloudEvent[Event]]) -> list[str]:
    return [str(event.id) for event in events]
