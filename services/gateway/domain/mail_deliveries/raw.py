"""A mail as MIME, from a mail server of one's own, with the headers of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chassis.mail import Verdicts, verdicts_by
from services.gateway.domain.mail_deliveries.delivery import REMEMBERED, MailDelivery
from services.gateway.domain.mail_deliveries.signatures import check_time
from services.gateway.domain.webhooks import Delivery
from services.gateway.errors import DeliveryUnreadable, SignatureInvalid

_ID: Final = re.compile(r"[!-~]{1,200}")
_MOST_SIGNATURES: Final = 10


def raw_delivery(
    body: bytes, headers: Mapping[str, str], *, key: bytes, now: datetime, authserv_id: str | None = None
) -> MailDelivery:
    """Check `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64>`, or several of these.

    A mail may be in any charset, and the library of Standard Webhooks takes text in UTF-8 alone.

    Args:
        authserv_id: by which name our mail server writes `Authentication-Results`; nobody else's counts.

    Raises:
        SignatureInvalid: missing, malformed, wrong, or older than five minutes.
        DeliveryUnreadable: there is no mail.
    """
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(name):
        raise SignatureInvalid("The header webhook-id is missing or malformed.")
    check_time(timestamp, now)
    mac = hmac.digest(key, f"{name}.{timestamp}.".encode() + body, "sha256")
    given = headers.get("webhook-signature", "").split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]
    if not any(hmac.compare_digest(mac, _decoded(each)) for each in given):
        raise SignatureInvalid("The header webhook-signature is not that of this delivery.")
    if not body.strip():
        raise DeliveryUnreadable("The body is empty; send the mail as message/rfc822.")
    recipients = headers.get("x-envelope-to", "").split(",")
    return MailDelivery(
        delivery=Delivery(f"raw:{name}", body, REMEMBERED),
        provider="raw",
        content=body,
        envelope_sender=headers.get("x-envelope-from", "").strip().strip("<>"),
        envelope_recipients=tuple(filter(None, (each.strip().strip("<>") for each in recipients))),
        verdicts=Verdicts() if authserv_id is None else verdicts_by(authserv_id, body),
    )


def _decoded(signature: str) -> bytes:
    version, _, encoded = signature.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else b""
    except (binascii.Error, ValueError):
        return b""
