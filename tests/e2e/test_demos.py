"""From the booking link to a demo that is true: signed webhooks reach the conversation, lead and funnel."""

import json
import random
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from uuid import uuid4

import httpx2

from contracts.events import DemoBooked, DemoRescheduled
from tests.support.calendar_webhooks import BOTH, attendee_of, invitee_of, notify, notify_as_calcom
from tests.support.calendly_payloads import STARTS
from tests.support.calendly_payloads import Visitor as Invitee
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import Product, Visitor, eventually
from tests.support.topics import read_until

SETTINGS = BOTH


def funnel_days(product: Product) -> Counter[str]:
    """The funnel's last step: on which day how many booked first."""
    days = product.get("/funnel?from=2026-11-01&to=2026-11-30")["items"]
    return Counter({day["day"]: day["booked"] for day in days if day["booked"]})


def booked_days(infra: Infrastructure, visitors: Collection[Visitor]) -> Counter[str]:
    """The same of these visitors, counted anew from the topic."""
    keys = {str(visitor.conversation_id).encode() for visitor in visitors}
    types = {DemoBooked.type_name(), DemoRescheduled.type_name()}
    first: dict[bytes, str] = {}
    for record in read_until(infra.kafka_bootstrap, DemoBooked.topic, lambda _: False, within_s=3):
        headers = {name: value.decode() for name, value in record.headers}
        if headers["ce_type"] in types and record.key in keys:
            day = headers["ce_time"][:10]
            first[record.key] = min(first.get(record.key, day), day)
    return Counter(first.values())


def booked_and_moved(product: Product, visitor: Visitor, provider: str, *, seed: int) -> Callable[[], object]:
    """Tell that a visitor books a demo and moves it, each twice and in any order; how it is canceled."""
    said = visitor.say("Send me the link for a demo, please.")["response"]
    link = next(word for word in said.split() if "utm_content" in word)
    if provider == "calendly":
        invitee = invitee_of(link)
        halves = [invitee.canceled("A", moved_to="B"), invitee.created("B", instead_of="A")]
        deliveries, tell = [invitee.created("A"), *halves] * 2, partial(notify, product)
        cancellation = invitee.canceled("B", instead_of="A")
    else:
        attendee = attendee_of(link)
        deliveries, tell = (
            [attendee.created("A"), attendee.moved("B")] * 2,
            partial(notify_as_calcom, product),
        )
        cancellation = attendee.canceled("B")
    random.Random(seed).shuffle(deliveries)
    # The same second gives the same signature, which is then a replay.
    assert {tell(delivery).status_code for delivery in deliveries} <= {204, 409}
    return partial(tell, cancellation)


def test_a_demo_is_booked_moved_and_canceled_in_every_order_and_told_everywhere(
    product: Product, infra: Infrastructure
) -> None:
    canceled, everybody, before = SHIPPED.lines.demo_canceled, list[Visitor](), funnel_days(product)
    for provider in ("calendly", "calcom"):
        visitors = [product.visitor() for _ in range(3)]
        everybody += visitors
        for seed, visitor in enumerate(visitors):
            cancel = booked_and_moved(product, visitor, provider, seed=seed)
            eventually(
                lambda visitor=visitor: any("2026-11-27" in text for text in visitor.read_from("playbook"))
            )
            lead = product.lead_of(visitor, once_it_has="demo_at")
            assert (lead["status"], lead["demo_at"]) == ("booked", STARTS["B"].replace(".000000Z", "Z"))

        cancel()
        eventually(lambda visitor=visitors[-1]: canceled in visitor.read_from("playbook"))
        # The link is given anew, as a message of its own.
        eventually(lambda visitor=visitors[-1]: visitor.transcript()["messages"][-1]["text"] != canceled)
        assert "https://calendly.com/" in visitors[-1].transcript()["messages"][-1]["text"]
        assert visitors[-1].transcript()["status"] == "canceled"

    # Other tests may have booked in the same database.
    counted = funnel_days(product) - before
    assert counted == booked_days(infra, everybody)
    assert counted.total() == len(everybody)


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
    forged = {"x-cal-signature-256": "0" * 64}
    other = httpx2.post(f"{product.url}/webhooks/calcom", content=content, headers=forged, timeout=30)
    assert (other.status_code, other.json()["code"]) == (403, "signature-invalid")
