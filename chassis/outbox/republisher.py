"""Publishes events again after which an older one of their ordering key may have been published.

A process that has published an event late checks for newer events of its ordering key, publishes them again
in order, and checks once more until there are none: then the last record is the newest event.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka.publisher import EventPublisher
from chassis.outbox.process_state import OrderingKey, ProcessState
from chassis.outbox.statements import Statements

logger = structlog.get_logger()

Row = sa.Row[Any]

_MAX_PLANNED = 50_000


@dataclass(frozen=True, slots=True)
class _Check:
    """Check an ordering key for events after `position`, from `at_s` on."""

    ordering_key: OrderingKey
    position: int
    at_s: float


@dataclass(slots=True)
class Republisher:
    """The ordering keys to check for newer events."""

    engine: AsyncEngine
    statements: Statements
    publisher: EventPublisher
    state: ProcessState
    _planned: deque[_Check] = field(default_factory=lambda: deque(maxlen=_MAX_PLANNED))

    def schedule_now(self, rows: Iterable[Row], *, itself: bool = False) -> None:
        """Check the keys of these events at the next sweep; with `itself` the events are republished too."""
        self._plan(rows, self.state.clock(), before=1 if itself else 0)

    def schedule_later(self, rows: Iterable[Row]) -> None:
        """Check the keys of these events once no record of another process can be in flight any more."""
        self._plan(rows, self.state.clock() + self.state.options.repeat_after_s, before=0)

    def _plan(self, rows: Iterable[Row], at_s: float, *, before: int) -> None:
        lowest: dict[OrderingKey, int] = {}
        for row in rows:
            ordering_key = (row.topic, row.key)
            lowest[ordering_key] = min(lowest.get(ordering_key, row.position), row.position)
        self._planned.extend(
            _Check(ordering_key, place - before, at_s) for ordering_key, place in lowest.items()
        )

    async def republish_due(self) -> None:
        """Republish what follows the events that are due; failures are retried at the next sweep."""
        now_s = self.state.clock()
        places: dict[OrderingKey, int] = {}
        for check in self._planned:
            if check.at_s <= now_s:
                places[check.ordering_key] = min(
                    places.get(check.ordering_key, check.position), check.position
                )
        failed: set[OrderingKey] = set()
        while places and (rows := await self._newer(places)):
            failed |= await self._send(rows, places)
        # After sending, so that an outage or a cancellation loses none; more may have been planned meanwhile.
        self._planned = deque(
            (check for check in self._planned if check.at_s > now_s or check.ordering_key in failed),
            _MAX_PLANNED,
        )

    async def _newer(self, places: dict[OrderingKey, int]) -> Sequence[Row]:
        parameters = {
            "topics": [topic for topic, _ in places],
            "keys": [key for _, key in places],
            "positions": list(places.values()),
            "lowest": min(places.values()),
            "limit": self.state.options.sweep_limit,
        }
        async with self.engine.connect() as connection:
            return (await connection.execute(self.statements.newer, parameters)).all()

    async def _send(self, rows: Sequence[Row], places: dict[OrderingKey, int]) -> set[OrderingKey]:
        """Publish rows and advance `places`. Drops refused and failed keys; returns the failed."""
        held = {
            (row.topic, row.key): row.position for row in reversed(rows) if row.refused_at and not row.sent_at
        }
        sendable = [row for row in rows if row.position < held.get((row.topic, row.key), row.position + 1)]
        failures = await self.publisher.send_each(
            [(row.topic, row.key, row.value, row.headers) for row in sendable], _nothing_to_note
        )
        failed: set[OrderingKey] = set()
        for row, failure in zip(sendable, failures, strict=True):
            ordering_key = (row.topic, row.key)
            if failure is None:
                places[ordering_key] = row.position
            else:
                failed.add(ordering_key)
        for ordering_key in held.keys() | failed:
            places.pop(ordering_key, None)
        logger.info("outbox_repeated", events=len(sendable), failed=len(failed))
        return failed


def _nothing_to_note(_index: int) -> None:
    """Nothing to note: the process that published these first marks them as sent."""
