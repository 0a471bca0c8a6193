"""What every provider delivers, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.mail import Verdicts
from contracts.mail import MailProvider
from services.gateway.domain.webhooks import Delivery

SIGNED_WITHIN: Final = timedelta(minutes=5)
# A delivery with a time is refused for its age after that.
REMEMBERED: Final = 2 * SIGNED_WITHIN
# One without is recognised for as long as its provider would try again.
REMEMBERED_WITHOUT_TIME: Final = timedelta(days=1)

Fields = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDelivery:
    """A mail whose delivery is really its provider's.

    Attributes:
        delivery: how it is recognised when it comes again.
        content: the mail as MIME.
        envelope_sender: whom a bounce would go to; empty for a bounce.
        envelope_recipients: for whom the provider took it in.
        verdicts: what the provider found out about its origin.
    """

    delivery: Delivery
    provider: MailProvider
    content: bytes
    envelope_sender: str
    envelope_recipients: tuple[str, ...]
    verdicts: Verdicts
