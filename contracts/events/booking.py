"""What the booking service publishes."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.cloudevent import Event
from contracts.text import CleanText

BOOKING_EVENTS = "booking.events.v1"


class BookingLinkIssued(Event):
    """A link under which the visitor can book a demo is ready to be shown."""

    topic: ClassVar[str] = BOOKING_EVENTS

    booking_id: UUID
    turn_id: UUID
    url: CleanText
    single_use: bool


class DemoBooked(Event):
    """The visitor picked a time for the demo; `timezone` is the name of the zone they picked it in.

    Without `is_proven` only an address that somebody typed says whose demo it is, and anybody can type one:
    when it takes place is for the sales team, and not for whoever talks with us.
    """

    topic: ClassVar[str] = BOOKING_EVENTS

    demo_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    invitee_email: CleanText
    timezone: CleanText | None = None
    is_proven: bool = True


class DemoRescheduled(Event):
    """The demo was moved to another time; `is_proven` as in `DemoBooked`."""

    topic: ClassVar[str] = BOOKING_EVENTS

    demo_id: UUID
    previous_demo_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    timezone: CleanText | None = None
    is_proven: bool = True


class DemoCanceled(Event):
    """The demo will not take place; `is_proven` as in `DemoBooked`."""

    topic: ClassVar[str] = BOOKING_EVENTS

    demo_id: UUID
    canceled_by: CleanText
    reason: CleanText | None = None
    is_proven: bool = True


class DemoNoShow(Event):
    """The visitor did not come to the demo, or that was said by mistake and is taken back.

    `is_proven` as in `DemoBooked`: whoever is told that somebody did not come learns when that was.
    """

    topic: ClassVar[str] = BOOKING_EVENTS

    demo_id: UUID
    is_taken_back: bool = False
    is_proven: bool = True
