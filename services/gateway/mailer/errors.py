"""How sending a mail fails.

TransientError
├── MailServerUnavailable    the server takes no mails from us now; the fault is in no single mail
└── JournalUnavailable       how far an attempt has come cannot be noted
PermanentError
├── UnknownDelivery          no mail has this id
├── NotDoubtful              the mail is on its way, or there is no doubt that it was sent
├── NotParked                nobody has to decide about the mail
├── CampaignsNotSetUp        a setting is missing without which no campaign is sent
└── CampaignStopped          nothing is sent of the campaign until it is resumed
"""

from typing import Literal

from chassis.errors import PermanentError, TransientError

ServerFault = Literal["unreachable", "encryption", "login", "sender"]
"""Why a mail server takes no mails at all: it is away, is not who it should be, or refuses us."""


class MailServerUnavailable(TransientError):
    """The mail server cannot be reached, cannot be trusted, or refuses us. Every mail waits."""

    def __init__(self, reason: str, *, fault: ServerFault) -> None:
        super().__init__(reason)
        self.fault = fault


class JournalUnavailable(TransientError):
    """How far an attempt has come cannot be noted, so that it must not go further."""


class UnknownDelivery(PermanentError):
    """No mail has this id, or it is not stored any more."""


class NotDoubtful(PermanentError):
    """There is nothing to decide about the mail: it is on its way, or was sent."""


class NotParked(PermanentError):
    """Nobody has to decide about the mail: it was taken for a person's, or needs no answer."""


class CampaignsNotSetUp(PermanentError):
    """A setting is missing without which no campaign is sent; the message names it."""


class CampaignStopped(PermanentError):
    """The campaign was stopped; the message says by whom, and how it goes on."""
