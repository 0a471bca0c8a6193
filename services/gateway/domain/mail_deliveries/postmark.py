"""Postmark Inbound: JSON, with a login in the address of the webhook and no signature.

https://postmarkapp.com/developer/webhooks/inbound-webhook
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from chassis.mail import Verdicts
from contracts.text import load_json
from services.gateway.domain.mail_deliveries.delivery import REMEMBERED_WITHOUT_TIME, MailDelivery
from services.gateway.domain.mail_deliveries.forms import UploadedFile, build_mime
from services.gateway.domain.webhooks import Delivery
from services.gateway.errors import DeliveryUnreadable

_ENVELOPE_FROM: Final = re.compile(r"envelope-from=<?\"?([^\s;>\"]{1,320})")
_WRITTEN: Final = ("To", "Cc", "Subject", "Date", "ReplyTo")


def postmark_delivery(body: bytes) -> MailDelivery:
    """Read a delivery whose login was checked.

    Raises:
        DeliveryUnreadable: it is no JSON object of a mail.
    """
    try:
        said = load_json(body)
    except ValueError as error:
        raise DeliveryUnreadable("The body is not a JSON object, or nested too deeply.") from error
    if not isinstance(said, dict) or not {"From", "FromFull", "RawEmail"} & said.keys():
        raise DeliveryUnreadable("The body is not a mail as Postmark sends it.")
    headers = _headers_in(said)
    sender = _envelope_sender(headers)
    name = str(said.get("MessageID") or hashlib.sha256(body).hexdigest())
    recipient = str(said.get("OriginalRecipient") or "")
    return MailDelivery(
        delivery=Delivery(f"postmark:{name[:200]}", body, REMEMBERED_WITHOUT_TIME),
        provider="postmark",
        content=_content_of(said, headers),
        envelope_sender=sender,
        envelope_recipients=(recipient,) if recipient else (),
        verdicts=_verdicts_in(headers, sender),
    )


def _content_of(said: Mapping[str, Any], headers: list[tuple[str, str]]) -> bytes:
    """The raw mail where Postmark is set to send it, else one made of its parts."""
    if isinstance(raw := said.get("RawEmail"), str) and raw:
        return raw.encode()
    named = {name.lower() for name, _ in headers}
    written = [(name.replace("ReplyTo", "Reply-To"), said.get(name)) for name in _WRITTEN]
    written.append(("From", _sender_in(said)))
    headers = [
        *headers,
        *(
            (name, value)
            for name, value in written
            if isinstance(value, str) and value and name.lower() not in named
        ),
    ]
    text, html = (str(value) if (value := said.get(name)) else None for name in ("TextBody", "HtmlBody"))
    return build_mime(headers, text=text, html=html, files=_files_in(said))


def _sender_in(said: Mapping[str, Any]) -> str:
    """The sender with the name that Postmark keeps apart."""
    full = said.get("FromFull")
    if not isinstance(full, dict) or not full.get("Email"):
        return str(said.get("From") or "")
    name = re.sub(r'["\\<>]', "", str(full.get("Name") or ""))
    return f'"{name}" <{full["Email"]}>'


def _headers_in(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    listed = said.get("Headers")
    pairs = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [(str(each.get("Name") or ""), str(each.get("Value") or "")) for each in pairs]


def _files_in(said: Mapping[str, Any]) -> list[UploadedFile]:
    listed = said.get("Attachments")
    pairs = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [
        UploadedFile(str(each.get("Name") or ""), str(each.get("ContentType") or ""), _decoded(each))
        for each in pairs[:100]
    ]


def _decoded(attachment: Mapping[str, Any]) -> bytes:
    # Postmark's own test delivery calls it otherwise.
    encoded = attachment.get("Content") or attachment.get("Data") or ""
    try:
        return base64.b64decode(str(encoded))
    except (binascii.Error, ValueError):
        return b""


def _envelope_sender(headers: list[tuple[str, str]]) -> str:
    path = next((value for name, value in headers if name.lower() == "return-path"), "")
    return path.strip().strip("<>")


def _verdicts_in(headers: list[tuple[str, str]], envelope_sender: str) -> Verdicts:
    """What Postmark found out; it stands in the first header of its name."""
    received = next((value for name, value in headers if name.lower() == "received-spf"), "")
    found = _ENVELOPE_FROM.search(received)
    named = found[1] if found else envelope_sender
    return Verdicts(
        spf=received.partition(" ")[0].lower().strip() or None,
        spf_domain=named.rpartition("@")[2].lower() or None,
    )
