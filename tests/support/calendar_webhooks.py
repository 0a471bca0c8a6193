"""Signed webhooks of a calendar for the running product."""

import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2

from tests.support.calcom_payloads import CalcomVisitor
from tests.support.calendly_payloads import Visitor as Invitee
from tests.support.product import Product

KEY = "signing-key-of-the-product-under-test"
SETTINGS = {"CALENDLY_SIGNING_KEY": KEY}
BOTH = SETTINGS | {"CALCOM_SECRET": KEY}


def notify(product: Product, body: dict[str, Any]) -> httpx2.Response:
    content, at_s = json.dumps(body).encode(), int(time.time())
    mac = hmac.new(KEY.encode(), f"{at_s}.".encode() + content, "sha256").hexdigest()
    headers = {"calendly-webhook-signature": f"t={at_s},v1={mac}"}
    return httpx2.post(f"{product.url}/webhooks/calendly", content=content, headers=headers, timeout=30)


def notify_as_calcom(product: Product, body: dict[str, Any]) -> httpx2.Response:
    content = json.dumps(body).encode()
    headers = {"x-cal-signature-256": hmac.new(KEY.encode(), content, "sha256").hexdigest()}
    return httpx2.post(f"{product.url}/webhooks/calcom", content=content, headers=headers, timeout=30)


def attendee_of(link: str) -> CalcomVisitor:
    """Somebody who books at Cal.com, where a link carries the same in `metadata`."""
    query = parse_qs(urlsplit(link).query)
    attendee = CalcomVisitor(email=f"{uuid4()}@example.com", place=str(uuid4()))
    claimed, token = (query[name][0] for name in ("utm_content", "utm_term"))
    attendee.metadata = {"conversation_id": claimed, "conversation_token": token}
    return attendee


def invitee_of(link: str) -> Invitee:
    """Somebody who books through this link: what it carries comes back with the webhook."""
    query = parse_qs(urlsplit(link).query)
    invitee = Invitee(email=f"{uuid4()}@example.com", place=str(uuid4()))
    invitee.tracking = {name: query[name][0] for name in ("utm_content", "utm_term")}
    return invitee
