"""Mailgun Routes: a form, raw or taken apart, with an HMAC of a time and a token.

https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/
"""

import re
from datetime import datetime
from typing import Final

from chassis.mail import Verdicts
from contracts.text import load_json
from services.gateway.domain.mail_deliveries.delivery import REMEMBERED, MailDelivery
from services.gateway.domain.mail_deliveries.forms import MailForm, build_mime, read_form
from services.gateway.domain.mail_deliveries.signatures import check_hmac, check_time
from services.gateway.domain.webhooks import Delivery
from services.gateway.errors import SignatureInvalid

_HEX_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_TOKEN: Final = re.compile(r"[\w-]{16,128}")
_SIGNED_BY: Final = re.compile(r"(?:^|;)\s{0,9}d\s{0,9}=\s{0,9}([\w.-]{1,253})", re.ASCII)


def mailgun_delivery(body: bytes, content_type: str, *, key: bytes, now: datetime) -> MailDelivery:
    """Check the fields `timestamp`, `token` and `signature`, and read the rest.

    The signature does not cover the mail, so a token is good for one mail.

    Raises:
        SignatureInvalid: missing, malformed, wrong, or older than five minutes.
        DeliveryUnreadable: it is no form.
    """
    form = read_form(body, content_type)
    timestamp, token, signature = (form.text(name) for name in ("timestamp", "token", "signature"))
    if not _TOKEN.fullmatch(token) or not _HEX_SHA256.fullmatch(signature):
        raise SignatureInvalid("The fields timestamp, token and signature are missing or malformed.")
    check_time(timestamp, now)
    check_hmac(key, bytes.fromhex(signature), f"{timestamp}{token}".encode())
    headers, sender = _headers_in(form), form.text("sender")
    return MailDelivery(
        delivery=Delivery(f"mailgun:{token}", body, REMEMBERED, is_body_signed=False),
        provider="mailgun",
        content=_content_of(form, headers),
        envelope_sender=sender,
        envelope_recipients=tuple(filter(None, (each.strip() for each in form.text("recipient").split(",")))),
        verdicts=_verdicts_in(headers, sender),
    )


def _content_of(form: MailForm, headers: list[tuple[str, str]]) -> bytes:
    """The raw mail where the address of the route ends in `mime`, else one made of its parts."""
    raw = form.files["body-mime"].content if "body-mime" in form.files else form.fields.get("body-mime")
    if raw is not None:
        return raw
    named = {name.lower() for name, _ in headers}
    headers = headers + [
        (name, form.text(name))
        for name in ("from", "To", "subject", "Message-Id")
        if name.lower() not in named and form.text(name)
    ]
    text, html = (form.text(name) if name in form.fields else None for name in ("body-plain", "body-html"))
    files = [file for name, file in form.files.items() if name.startswith("attachment")]
    return build_mime(headers, text=text, html=html, files=files)


def _headers_in(form: MailForm) -> list[tuple[str, str]]:
    """The headers of the original mail: a list of pairs in JSON."""
    try:
        pairs = load_json(form.fields.get("message-headers", b"[]"))
    except ValueError:
        return []
    if not isinstance(pairs, list):
        return []
    return [(str(each[0]), str(each[1])) for each in pairs if isinstance(each, list) and len(each) == 2]


def _verdicts_in(headers: list[tuple[str, str]], envelope_sender: str) -> Verdicts:
    """What Mailgun found out, in headers of its own; a mail that brought such headers has each twice."""
    said = [(name.lower(), value) for name, value in headers]
    spf = [value.lower() for name, value in said if name == "x-mailgun-spf"]
    dkim = [value.lower() for name, value in said if name == "x-mailgun-dkim-check-result"]
    signers = [
        found[1].lower()
        for name, value in said
        if name == "dkim-signature" and (found := _SIGNED_BY.search(value))
    ]
    return Verdicts(
        spf=spf[0] if len(spf) == 1 else None,
        spf_domain=envelope_sender.rpartition("@")[2].lower() or None,
        dkim=dkim[0] if len(dkim) == 1 else "none",
        # With several signatures nobody says which one is good.
        dkim_domains=tuple(signers) if dkim == ["pass"] and len(signers) == 1 else (),
    )
