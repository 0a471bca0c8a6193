"""How getting a booking link fails. The visitor never sees it, because the public link always works.

TransientError
├── CalendarBusy             the calendar did not answer in time, or asked for a pause
└── IssuedLinksUnavailable   the issued links cannot be read or saved now
PermanentError
└── CalendarRefused          the calendar refused, or gave a link that may not be shown: a person must act
"""

from chassis.errors import PermanentError, TransientError


class CalendarBusy(TransientError):
    """The calendar gave no link; a later call may succeed."""


class IssuedLinksUnavailable(TransientError):
    """The store of issued links did not answer; a link is issued without it."""


class CalendarRefused(PermanentError):
    """The calendar will give no link until the settings change."""
