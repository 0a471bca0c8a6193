"""Whatever a calendar's webhook holds: it is refused, unreadable or read, at once, and read to the end."""

import json
from datetime import UTC, timedelta
from time import process_time
from typing import Any

import pytest

from contracts.events import CalendarNotified, DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from playbook.demo_changes import change_in
from services.booking.adapters import READERS
from services.booking.errors import NotificationUnreadable
from services.gateway.domain import CalendarName, Delivery
from services.gateway.errors import DeliveryUnreadable
from services.gateway.usecases import take_notification as publish_notification
from services.leadstore.domain import Conversation, fold, lead_of
from tests.support.booking_fakes import InMemoryDemoStore
from tests.support.calcom_payloads import CalcomVisitor
from tests.support.calendly_payloads import Visitor
from tests.support.gateway_fakes import FakeOutside
from tests.support.hostile_json import mutations
from tests.support.playbooks import SHIPPED
from tests.unit.booking.builders import CONVERSATION, NOW, SECRET
from tests.unit.booking.test_demos import notified, told

OURS, CALCOM = Visitor(CONVERSATION, SECRET), CalcomVisitor(CONVERSATION, SECRET)
SAMPLES: list[tuple[CalendarName, dict[str, Any]]] = [
    *(("calendly", body) for body in (OURS.created(), OURS.canceled(moved_to="B"), OURS.missed())),
    *(("calcom", body) for body in (CALCOM.created(), CALCOM.moved(), CALCOM.canceled(), CALCOM.missed())),
]
# On a machine that is busy, for a body of 256 KB; the slowest kind took two seconds.
MOST_CPU_S = 1.0


async def outcome_of(body: bytes, provider: CalendarName) -> str:
    """What becomes of a signed body, from the gateway to everybody who reads of the demo."""
    outside = FakeOutside()
    delivery = Delivery("id", body, timedelta(minutes=1))
    try:
        await publish_notification(delivery, provider, SECRET, outside.ports())
    except DeliveryUnreadable:
        return "refused"
    (event,) = outside.publisher.published
    # As booking reads it from Kafka.
    read = CalendarNotified.model_validate_json(event.data.model_dump_json())
    assert read == event.data
    try:
        notice = READERS[provider].read(read.notification)
    except NotificationUnreadable as unreadable:
        assert len(str(unreadable)) < 500
        return "unreadable"
    if notice is None:
        return "another thing"
    booked = OURS.created() if provider == "calendly" else CALCOM.created()
    await follow_to_the_end(await told(read.notification, booked, by=provider))
    return notice.kind


async def follow_to_the_end(store: InMemoryDemoStore) -> None:
    conversation = Conversation(id=CONVERSATION, source="widget", started_at=NOW)
    for event in store.events:
        assert isinstance(event.data, DemoBooked | DemoRescheduled | DemoCanceled | DemoNoShow)
        assert event.time.astimezone(UTC)
        assert type(event.data).model_validate_json(event.data.model_dump_json()) == event.data
        change = change_in(event.data)
        assert change is None or change.told_in(SHIPPED.lines)
        conversation = fold(conversation, event)
    lead = lead_of(conversation)
    assert lead is not None and lead.model_dump_json()


@pytest.mark.parametrize(("provider", "sample"), SAMPLES)
async def test_no_webhook_breaks_or_stops_anybody_who_reads_it(
    provider: CalendarName, sample: dict[str, Any]
) -> None:
    outcomes = set[str]()
    for body in mutations(sample, count=150, seed=7):
        began_s = process_time()
        outcomes.add(await outcome_of(body, provider))
        assert process_time() - began_s < MOST_CPU_S, body[:300]
    assert {"refused", "unreadable"} < outcomes


@pytest.mark.parametrize("depth", [31, 33, 150, 210])
async def test_what_a_reader_of_kafka_could_not_read_is_refused_at_the_edge(depth: int) -> None:
    body = json.dumps(OURS.created()).encode()
    nested = body.replace(b'"event":', b'"more":' + b"[" * depth + b"]" * depth + b',"event":', 1)
    assert await outcome_of(nested, "calendly") == ("booked" if depth < 32 else "refused")


async def test_a_time_that_no_meeting_has_is_not_read() -> None:
    body = OURS.created()
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z"):
        body["payload"]["scheduled_event"]["start_time"] = at
        with pytest.raises(NotificationUnreadable, match="starts_at"):
            READERS["calendly"].read(notified(body).data.notification)
