"""Finds what a lost webhook missed, by reading the calendar itself, and keeps its webhooks coming."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from chassis import metrics
from chassis.errors import PermanentError, describe
from contracts.cloudevent import derive_id
from services.booking.domain import demo_id_of
from services.booking.errors import CalendarRefused
from services.booking.ports import CalendarRecords
from services.booking.usecases.demos import DemoDependencies, note_told

logger = structlog.get_logger()

# A no-show is said within days; what is longer over changes nothing any more.
_LOOKS_BACK = timedelta(days=7)
# Clocks differ, and a change may be stored while we read.
_OVERLAP = timedelta(minutes=10)


@dataclass(slots=True)
class Reconciliation:
    """Reads a calendar again and again; after the first time only what changed since."""

    records: CalendarRecords
    dependencies: DemoDependencies
    _read_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    async def run(self) -> None:
        """Look once. Safe to run in every process: one of them looks, the others do nothing.

        Raises:
            TransientError: look again later.
        """
        async with self.dependencies.store.only_one(f"reconcile {self.records.name}") as is_ours:
            if is_ours:
                metrics.CALENDAR_CHECKS.labels(await self._look()).inc()

    async def _look(self) -> str:
        """The outcome of one look, as its metric names it."""
        try:
            is_active = await self.records.ensure_webhook()
            await self._read_calendar()
        except CalendarRefused as error:
            logger.error("calendar_refused", reason=describe(error))  # noqa: TRY400 - the reason suffices
            return "refused"
        return "ok" if is_active else "webhook_inactive"

    async def _read_calendar(self) -> None:
        now = self.dependencies.clock()
        changed_after, found = self._read_at, 0
        async for notice in self.records.notices(now - _LOOKS_BACK, changed_after):
            demo_id = demo_id_of(notice.provider, notice.provider_id)
            try:
                found += await note_told(notice, derive_id(demo_id, "reconciled"), self.dependencies)
            except PermanentError as error:
                # Whoever was erased may still have a booking there.
                logger.info("booking_not_reconciled", demo_id=str(demo_id), reason=describe(error))
        self._read_at = now - _OVERLAP
        if found:
            metrics.CALENDAR_RECONCILED.inc(found)
            logger.warning("calendar_reconciled", bookings=found)
