"""From the booking link to a demo that is true: signed webhooks reach the conversation, lead and funnel."""

import json
import random
from uuid import uuid4

import httpx2

from contracts.events import DemoBooked, DemoRescheduled
from tests.support.calendar_webhooks import SETTINGS, invitee_of, notify
from tests.support.calendly_payloads import STARTS
from tests.support.calendly_payloads import Visitor as Invitee
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import Product, Visitor, eventually
from tests.support.topics import read_until

__all__ = ["SETTINGS"]


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


def test_whoever_gives_the_address_of_somebody_else_does_not_learn_when_they_meet_us(
    product: Product,
) -> None:
    address = f"{uuid4()}@example.com"
    victim = Invitee(email=address, place=str(uuid4()))
    attacker = product.visitor()
    attacker.say(f"Hi, I run a bakery. My email is {address}")
    notify(product, victim.created("A"))
    eventually(lambda: SHIPPED.lines.demo_booked_untimed in attacker.read_from("playbook"))
    notify(product, victim.created("B", instead_of="A"))
    eventually(lambda: SHIPPED.lines.demo_moved_untimed in attacker.read_from("playbook"))
    attacker.say("When is my demo? Send me its time and the link.")

    path = f"/conversation/{attacker.conversation_id}"
    headers = {"authorization": f"Bearer {attacker.session_token}"}
    read = [
        httpx2.get(f"{product.url}{path}{what}", headers=headers, timeout=30).text for what in ("", "/export")
    ]
    with httpx2.stream("GET", f"{product.url}{path}/events", headers=headers, timeout=30) as stream:
        followed = []
        for line in stream.iter_lines():
            followed.append(line)
            if '"status": "booked"' in line:
                break
    for text in (*read, "\n".join(followed)):
        assert "booked" in text
        assert not [told for told in ("2026-11-25", "2026-11-27", "18:00", "09:30") if told in text]
    lead = product.lead_of(attacker, once_it_has="demo_at")
    assert lead["demo_at"] == STARTS["B"].replace(".000000Z", "Z")
    assert product.get(path)["demo_at"] == lead["demo_at"]


def test_what_is_not_signed_changes_nothing(product: Product) -> None:
    content = json.dumps(Invitee().created()).encode()
    refused = httpx2.post(f"{product.url}/webhooks/calendly", content=content, timeout=30)
    assert (refused.status_code, refused.json()["code"]) == (403, "signature-invalid")
    off = httpx2.post(f"{product.url}/webhooks/calcom", content=content, timeout=30)
    assert (off.status_code, off.json()["code"]) == (404, "webhook-off")
