"""How getting a booking link fails. A visitor never sees any of it: the public link always works.

TransientError
├── CalendarBusy      the calendar did not answer in time, or asked for a pause
└── LinksUnreachable  the kept links cannot be read or written now
PermanentError
└── CalendarRefused   the calendar said no, or gave a link that may not be shown: a person must look
"""

from chassis.errors import PermanentError, TransientError


class CalendarBusy(TransientError):
    """The calendar gave no link this time; it may the next."""


class LinksUnreachable(TransientError):
    """What holds the issued links did not answer; go on without it."""


class CalendarRefused(PermanentError):
    """The calendar will give no link until somebody changes the settings."""
