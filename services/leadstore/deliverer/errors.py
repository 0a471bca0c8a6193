"""What can go wrong in the deliverer.

PermanentError
├── UnknownSubscription   there is none of this name
├── NameTaken             there is another of this name
└── UnfitReceiver         nothing may be sent there
"""

from chassis.errors import PermanentError


class UnknownSubscription(PermanentError):
    """No subscription has this name."""


class NameTaken(PermanentError):
    """Another subscription has this name."""


class UnfitReceiver(PermanentError):
    """The address of a receiver, or its secret, cannot be used; the message says why."""
