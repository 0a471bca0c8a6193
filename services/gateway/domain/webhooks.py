"""Deliveries of other systems: whether one is really theirs, and how it is recognised when it comes again."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from contracts.booking_token import proven_conversation, unproven_conversation
from services.gateway.errors import SignatureInvalid

CalendarName = Literal["calendly", "calcom"]

SIGNED_WITHIN = timedelta(minutes=3)
# Calendly's own samples verify with this tolerance; a signature older than that is refused anyway.
_CALENDLY_REMEMBERED = 2 * SIGNED_WITHIN
# Cal.com signs no time, so a delivery is recognised for as long as it is worth remembering.
_CALCOM_REMEMBERED = timedelta(days=7)
_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES = 10


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery whose signature is right. With the same `id` it is the same delivery, sent again."""

    id: str
    body: bytes
    remembered_for: timedelta
    is_body_signed: bool = True
    """Without, whoever knows one signature could put another body below it."""


def calendly_delivery(body: bytes, signature: str | None, *, key: bytes, now: datetime) -> Delivery:
    """Check `Calendly-Webhook-Signature: t=<unix time>,v1=<hex>`; several `v1` are possible.

    https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures

    Raises:
        SignatureInvalid: missing, malformed, wrong, or older than three minutes.
    """
    parts = [part.strip().partition("=") for part in (signature or "").split(",", _MOST_SIGNATURES + 1)]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"][:_MOST_SIGNATURES]
    if len(times) != 1 or not _TIMESTAMP.fullmatch(times[0]) or not given:
        raise SignatureInvalid("The header Calendly-Webhook-Signature is missing or malformed.")
    mac = hmac.digest(key, times[0].encode() + b"." + body, "sha256")
    if not any(_is_mac(mac, each) for each in given):
        raise SignatureInvalid("The signature is not that of this body under CALENDLY_SIGNING_KEY.")
    if abs(now.timestamp() - int(times[0])) > SIGNED_WITHIN.total_seconds():
        raise SignatureInvalid("The signature is more than three minutes away from now.")
    return Delivery(f"calendly:{mac.hex()}", body, _CALENDLY_REMEMBERED)


def calcom_delivery(body: bytes, signature: str | None, *, key: bytes) -> Delivery:
    """Check `X-Cal-Signature-256: <hex>`, which covers the body alone.

    https://cal.com/docs/developing/guides/automation/webhooks

    Raises:
        SignatureInvalid: missing, malformed or wrong.
    """
    mac = hmac.digest(key, body, "sha256")
    if not _is_mac(mac, (signature or "").strip().removeprefix("sha256=")):
        raise SignatureInvalid("The header X-Cal-Signature-256 is not that of this body under CALCOM_SECRET.")
    return Delivery(f"calcom:{mac.hex()}", body, _CALCOM_REMEMBERED)


def content_id(body: bytes) -> str:
    """What a delivery says, as a short name: a provider signs the same content anew when it tries again."""
    return hashlib.sha256(body).hexdigest()


def conversation_of(notification: Mapping[str, Any], provider: CalendarName, secret: bytes) -> UUID:
    """Under which conversation a notification is published.

    That is the one whose signed parameters it carries, else a stand-in of the booking alone; the
    service booking, which knows more, decides what it belongs to.
    """
    payload = _object(notification.get("payload"))
    if provider == "calendly":
        claims = _object(payload.get("tracking"))
        claimed, token = claims.get("utm_content"), claims.get("utm_term")
        identity = payload.get("invitee") or payload.get("uri")
    else:
        claims = _object(payload.get("metadata"))
        claimed, token = claims.get("conversation_id"), claims.get("conversation_token")
        identity = payload.get("uid") or payload.get("bookingUid")
    proven = proven_conversation(claimed, token, secret)
    return proven or unproven_conversation(f"{identity}", secret)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_mac(mac: bytes, given: str) -> bool:
    return _HEX_SHA256.fullmatch(given) is not None and hmac.compare_digest(mac, bytes.fromhex(given))
