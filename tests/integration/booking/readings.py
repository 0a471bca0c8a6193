"""A calendar's own records, read again whenever a test says so."""

from datetime import UTC, datetime
from typing import Generic, TypeVar

from services.booking.adapters import READERS
from services.booking.ports import CalendarRecords
from services.booking.usecases import DemoDependencies, Reconciliation
from tests.support.booking_fakes import InMemoryDemoStore
from tests.unit.booking.builders import SECRET, InMemoryIssuedLinks

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

CalendarT = TypeVar("CalendarT")


class Reading(Generic[CalendarT]):
    """What is read from the records of a calendar, in the store where webhooks leave theirs."""

    def __init__(self, calendar: CalendarT, records: CalendarRecords) -> None:
        self.calendar = calendar
        self.store = InMemoryDemoStore()
        self.now = NOW
        self.demos = DemoDependencies(
            store=self.store,
            issued=InMemoryIssuedLinks(),
            announcer=self.store,
            readers=READERS,
            secret=SECRET,
            clock=lambda: self.now,
        )
        self.run = Reconciliation(records, self.demos).run

    @property
    def kinds(self) -> list[type]:
        return [type(event.data) for event in self.store.events]
