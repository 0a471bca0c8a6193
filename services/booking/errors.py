"""How booking fails. The visitor never sees it: the public link always works, and a demo is told once known.

TransientError
├── CalendarBusy             the calendar did not answer in time, or asked for a pause
└── IssuedLinksUnavailable   the issued links cannot be read or saved now
PermanentError
├── CalendarRefused          the calendar refused, or gave a link that may not be shown: a person must act
├── CalendarUnknown          a notification of a calendar that booking does not know
├── NotificationUnreadable   a notification is not what its calendar sends
├── ConversationUnknown      nothing was ever said in such a conversation
├── DemoUnknown              there is no such demo
└── DemoBelongsToAnother     a demo belongs to another conversation
"""

from chassis.errors import PermanentError, TransientError


class CalendarBusy(TransientError):
    """The calendar gave no link; a later call may succeed."""


class IssuedLinksUnavailable(TransientError):
    """The store of issued links did not answer; a link is issued without it."""


class CalendarRefused(PermanentError):
    """The calendar will give no link until the settings change."""


class CalendarUnknown(PermanentError):
    """No reader knows what this calendar tells."""


class NotificationUnreadable(PermanentError):
    """What a calendar told lacks something that it always has, or has it in another form."""


class ConversationUnknown(PermanentError):
    """No service knows the conversation, so nobody could be told."""


class DemoUnknown(PermanentError):
    """No calendar told of such a demo, or it was forgotten."""


class DemoBelongsToAnother(PermanentError):
    """The demo is matched: what was published of it is not taken back."""
