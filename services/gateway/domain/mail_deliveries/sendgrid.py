"""SendGrid Inbound Parse: a form, raw or taken apart, signed with ECDSA.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chassis.mail import Verdicts, decode_text
from contracts.text import load_json
from services.gateway.domain.mail_deliveries.delivery import (
    REMEMBERED,
    REMEMBERED_WITHOUT_TIME,
    MailDelivery,
)
from services.gateway.domain.mail_deliveries.forms import MailForm, UploadedFile, build_mime, read_form
from services.gateway.domain.mail_deliveries.signatures import PublicKey, check_ecdsa, check_time
from services.gateway.domain.webhooks import Delivery

_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"
# Looks like JSON and is none: `{@example.com : pass, @other.example : fail}`.
_DKIM: Final = re.compile(r"@([\w.-]{1,253})\s{0,3}:\s{0,3}(\w{1,12})")
_TAKEN_APART: Final = ("from", "to", "cc", "subject")


def sendgrid_delivery(
    body: bytes, headers: Mapping[str, str], *, key: PublicKey | None, now: datetime
) -> MailDelivery:
    """Read a delivery and, with a key, check its signature. Without one its login was checked.

    Raises:
        SignatureInvalid: missing, malformed, wrong, or older than five minutes.
        DeliveryUnreadable: it is no form.
    """
    name, remembered = hashlib.sha256(body).hexdigest(), REMEMBERED_WITHOUT_TIME
    if key is not None:
        signature, timestamp = headers.get(_SIGNATURE, ""), headers.get(_TIMESTAMP, "")
        check_time(timestamp, now)
        check_ecdsa(key, signature, timestamp.encode() + body)
        # An ECDSA signature can be written in more than one way; what is signed is one thing.
        name, remembered = hashlib.sha256(timestamp.encode() + body).hexdigest(), REMEMBERED
    form = read_form(body, headers.get("content-type", ""))
    envelope = _object(form.text("envelope"))
    recipients = envelope.get("to")
    sender = str(envelope.get("from") or "")
    return MailDelivery(
        delivery=Delivery(f"sendgrid:{name}", body, remembered),
        provider="sendgrid",
        content=_content_of(form),
        envelope_sender=sender,
        envelope_recipients=tuple(map(str, recipients)) if isinstance(recipients, list) else (),
        verdicts=_verdicts_in(form, sender),
    )


def _content_of(form: MailForm) -> bytes:
    """The raw mail where SendGrid sends it, else one made of its parts, each decoded by its own charset."""
    if "email" in form.files:
        return form.files["email"].content
    if "email" in form.fields:
        return form.fields["email"]
    charsets = _object(form.text("charsets"))
    said = {name: decode_text(value, str(charsets.get(name) or "")) for name, value in form.fields.items()}
    headers = _headers_in(said.get("headers", ""))
    named = {name.lower() for name, _ in headers}
    headers += [(name, said[name]) for name in _TAKEN_APART if said.get(name) and name not in named]
    return build_mime(headers, text=said.get("text"), html=said.get("html"), files=_files_in(form))


def _headers_in(text: str) -> list[tuple[str, str]]:
    """The headers of the original mail, whose continued lines begin with white space."""
    unfolded = re.sub(r"\r?\n[ \t]+", " ", text)
    pairs = (line.partition(":") for line in unfolded.splitlines())
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]


def _files_in(form: MailForm) -> list[UploadedFile]:
    return [file for name, file in form.files.items() if name.startswith("attachment")]


def _verdicts_in(form: MailForm, envelope_sender: str) -> Verdicts:
    signatures = [(domain.lower(), verdict.lower()) for domain, verdict in _DKIM.findall(form.text("dkim"))]
    good = tuple(domain for domain, verdict in signatures if verdict == "pass")
    return Verdicts(
        spf=form.text("SPF").lower() or None,
        spf_domain=envelope_sender.rpartition("@")[2].lower() or None,
        dkim="pass" if good else next((verdict for _, verdict in signatures), None),
        dkim_domains=good,
    )


def _object(text: str) -> dict[str, object]:
    try:
        value = load_json(text.encode())
    except ValueError:
        return {}
    return dict(value) if isinstance(value, dict) else {}
