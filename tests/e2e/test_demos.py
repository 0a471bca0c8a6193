"""From the booking link to a demo that is true: signed webhooks reach the conversation, lead and funnel."""

import hmac
import json
import random
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2

from contracts.events import DemoBooked, DemoRescheduled
from tests.support.calendly_payloads import STARTS
from tests.support.calendly_payloads import Visitor as Invitee
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import Product, Visitor, eventually
from tests.support.topics import read_until

KEY = "signing-key-of-the-product-under-test"
SETTINGS = {"CALENDLY_SIGNING_KEY": KEY}


def notify(product: Product, body: dict[str, Any]) -> httpx2.Response:
    content, at_s = json.dumps(body).encode(), int(time.time())
    mac = hmac.new(KEY.encode(), f"{at_s}.".encode() + content, "sha256").hexdigest()
    headers = {"calendly-webhook-signature": f"t={at_s},v1={mac}"}
    return httpx2.post(f"{product.url}/webhooks/calendly", content=content, headers=headers, timeout=30)


def invitee_of(link: str) -> Invitee:
    """Somebody who books through this link: what it carries comes back with the webhook."""
    query = parse_qs(urlsplit(link).query)
    invitee = Invitee(email=f"{uuid4()}@example.com", place=str(uuid4()))
    invitee.tracking = {name: query[name][0] for name in ("utm_content", "utm_term")}
    return invitee


def booked_days(infra: Infrastructure) -> dict[str, int]:
    """The funnel's last step, counted anew from the topic: on which day how many booked first."""
    types = {DemoBooked.type_name(), DemoRescheduled.type_name()}
    first: dict[bytes, str] = {}
    for record in read_until(infra.kafka_bootstrap, DemoBooked.topic, lambda _: False, within_s=3):
        headers = {name: value.decode() for name, value in record.headers}
        if headers["ce_type"] in types:
            day = headers["ce_time"][:10]
            first[record.key] = min(first.get(record.key, day), day)
    return {day: [*first.values()].count(day) for day in first.values()}


def test_a_demo_is_booked_moved_and_canceled_in_every_order_and_told_everywhere(
    product: Product, infra: Infrastructure
) -> None:
    visitors: list[Visitor] = [product.visitor() for _ in range(3)]
    for seed, visitor in enumerate(visitors):
        link = visitor.say("Send me the link for a demo, please.")["response"]
        invitee = invitee_of(next(word for word in link.split() if "utm_content" in word))
        deliveries = [
            invitee.created("A"),
            invitee.canceled("A", moved_to="B"),
            invitee.created("B", instead_of="A"),
        ] * 2
        random.Random(seed).shuffle(deliveries)
        statuses = [notify(product, delivery).status_code for delivery in deliveries]
        # The same second gives the same signature, which is then a replay.
        assert set(statuses) <= {204, 409}

        lead = product.lead_of(visitor, once_it_has="demo_at")
        eventually(
            lambda visitor=visitor: any("2026-11-27" in text for text in visitor.read_from("playbook"))
        )
        assert lead["status"] == "booked"

    starts = {product.lead_of(visitor, once_it_has="demo_at")["demo_at"] for visitor in visitors}
    assert starts == {STARTS["B"].replace(".000000Z", "Z")}
    notify(product, invitee.canceled("B", instead_of="A"))
    canceled = SHIPPED.lines.demo_canceled
    eventually(lambda: canceled in visitors[-1].read_from("playbook"))
    # The link is given anew, as a message of its own.
    eventually(lambda: visitors[-1].transcript()["messages"][-1]["text"] != canceled)
    assert "https://calendly.com/" in visitors[-1].transcript()["messages"][-1]["text"]
    assert visitors[-1].transcript()["status"] == "canceled"

    days = product.get("/funnel?from=2026-11-01&to=2026-11-30")["items"]
    counted = {day["day"]: day["booked"] for day in days if day["booked"]}
    assert counted == booked_days(infra)
    assert sum(counted.values()) == len(visitors)


def test_what_is_not_signed_changes_nothing(product: Product) -> None:
    content = json.dumps(Invitee().created()).encode()
    refused = httpx2.post(f"{product.url}/webhooks/calendly", content=content, timeout=30)
    assert (refused.status_code, refused.json()["code"]) == (403, "signature-invalid")
    off = httpx2.post(f"{product.url}/webhooks/calcom", content=content, timeout=30)
    assert (off.status_code, off.json()["code"]) == (404, "webhook-off")
