"""Takes a finished mail apart again, to show it."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

from services.gateway.mailer.domain import Delivery
from services.gateway.mailer.ports.campaigns import Preview

# How it is transported, and its signature, tell nobody anything.
_NOT_SHOWN: Final = frozenset({"dkim-signature", "mime-version", "content-type", "content-transfer-encoding"})


def preview_of(delivery: Delivery) -> Preview:
    """The Previewer port."""
    message = message_from_bytes(delivery.message, policy=default)
    assert isinstance(message, EmailMessage)
    headers = ((name, str(value)) for name, value in message.items() if name.lower() not in _NOT_SHOWN)
    return Preview(tuple(headers), _part(message, "plain"), _part(message, "html"))


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
