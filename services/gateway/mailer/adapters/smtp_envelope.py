"""What is said of a mail before it is sent, by what the server can (RFC 5321, 6152, 1870, 6531)."""

import smtplib
from dataclasses import dataclass
from typing import Final

from services.gateway.mailer.domain import Delivery, Refused, ascii_domain

_TOO_LARGE: Final = frozenset({"5.2.3", "5.3.4"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a mail goes to, and the parameters of `MAIL FROM`."""

    recipient: str
    options: tuple[str, ...]


def envelope_for(delivery: Delivery, server: smtplib.SMTP) -> Envelope | Refused:
    """The envelope of a mail; Refused where this server can never take it."""
    try:
        recipient = ascii_domain(delivery.recipient)
    except ValueError:
        return Refused("the domain of the address cannot be one", is_bad_address=True)
    options = list[str]()
    if not recipient.isascii():
        if not server.has_extn("smtputf8"):
            return Refused("the mail server takes no addresses beyond ASCII (SMTPUTF8)")
        options.append("SMTPUTF8")
    if server.has_extn("8bitmime") and not delivery.message.isascii():
        options.append("BODY=8BITMIME")
    if server.has_extn("size"):
        most = server.esmtp_features["size"].strip()
        if most.isdecimal() and 0 < int(most) < len(delivery.message):
            return Refused(f"the mail server takes at most {most} bytes")
        options.append(f"SIZE={len(delivery.message)}")
    return Envelope(recipient, tuple(options))


def is_of_this_mail(code: int, text: str) -> bool:
    """Whether an answer to `MAIL FROM` is about the mail, not about us: the server takes none so large."""
    return code == 552 or any(status in text for status in _TOO_LARGE)
