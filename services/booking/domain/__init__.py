"""The booking link, what a calendar tells of demos, and what becomes of a demo."""

from services.booking.domain.demos import (
    Demo,
    Invitation,
    applied,
    assigned,
    demo_id_of,
    events_of,
    matched,
)
from services.booking.domain.links import Link, is_calendly, personalised_url, readable_name, usable_email
from services.booking.domain.notices import CalendarName, Notice

__all__ = [
    "CalendarName",
    "Demo",
    "Invitation",
    "Link",
    "Notice",
    "applied",
    "assigned",
    "demo_id_of",
    "events_of",
    "is_calendly",
    "matched",
    "personalised_url",
    "readable_name",
    "usable_email",
]
