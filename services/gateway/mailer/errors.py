"""How sending a mail fails.

TransientError
└── MailServerUnavailable    the server takes no mails from us now; the fault is in no single mail
PermanentError
├── UnknownDelivery          no mail has this id
└── NotDoubtful              the mail is on its way, or there is no doubt that it was sent
"""

from chassis.errors import PermanentError, TransientError


class MailServerUnavailable(TransientError):
    """The mail server cannot be reached, or refuses us as a sender. Every mail waits."""


class UnknownDelivery(PermanentError):
    """No mail has this id, or it is not stored any more."""


class NotDoubtful(PermanentError):
    """There is nothing to decide about the mail: it is on its way, or was sent."""
