"""What a lost webhook missed is read from Calendly's own records, and its webhooks are kept coming."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from chassis.data_keys import DataKeyDestroyed
from contracts.events import DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from services.booking.adapters import CALENDLY, CalendarApi, CalendlyRecords
from services.booking.adapters.calendly_notices import EVENTS
from services.booking.errors import CalendarBusy
from services.booking.settings import Settings
from services.booking.usecases import erase_conversation, take_notification
from tests.integration.booking.conftest import running
from tests.integration.booking.readings import NOW, Reading
from tests.support.calendly_payloads import Visitor
from tests.support.fake_calendar import Fault
from tests.support.fake_calendly import TOKEN, FakeCalendly
from tests.support.streams import published
from tests.unit.booking.builders import CONVERSATION, SECRET
from tests.unit.booking.test_demos import notified

HOOK = "https://chat.example.com/webhooks/calendly"


@asynccontextmanager
async def a_reading(*, hook: str | None = None) -> AsyncIterator[Reading[FakeCalendly]]:
    async with (
        FakeCalendly() as calendly,
        CalendarApi(calendly.api_url, CALENDLY, token=TOKEN, timeout_s=1.0) as api,
    ):
        records = CalendlyRecords(api, webhook_url=hook, signing_key="a key of sixteen" if hook else None)
        yield Reading(calendly, records)


def kept(body: dict[str, Any], *, updated_at: datetime = NOW) -> dict[str, Any]:
    """An invitee as Calendly keeps it after this webhook."""
    payload = body["payload"]
    payload["scheduled_event"]["updated_at"] = updated_at.isoformat()
    payload["scheduled_event"]["uri"] = payload["uri"].partition("/invitees/")[0]
    return payload


def looks(outcome: str) -> float:
    return REGISTRY.get_sample_value("salesbot_calendar_checks_total", {"outcome": outcome}) or 0.0


OURS = Visitor(CONVERSATION, SECRET)


async def test_a_webhook_that_was_lost_is_made_up_for_and_one_that_came_is_not_told_again() -> None:
    async with a_reading() as reading:
        await take_notification(notified(OURS.created("A")), reading.demos)
        told = [*reading.store.events]
        reading.calendar.meetings = [kept(OURS.created("A"))]
        await reading.run()
        assert reading.store.events == told

        reading.calendar.meetings = [
            kept(OURS.canceled("A", moved_to="B")),
            kept(OURS.created("B", instead_of="A")),
        ]
        await reading.run()
        assert reading.kinds == [DemoBooked, DemoRescheduled]
        # Late, but it comes after all.
        await take_notification(notified(OURS.created("B", instead_of="A")), reading.demos)
        assert reading.kinds == [DemoBooked, DemoRescheduled]

        missed = kept(OURS.canceled("B", instead_of="A")) | {"no_show": {"created_at": NOW.isoformat()}}
        reading.calendar.meetings = [missed]
        await reading.run()

    assert reading.kinds == [DemoBooked, DemoRescheduled, DemoCanceled, DemoNoShow]


async def test_every_page_is_read_and_later_only_what_changed_since() -> None:
    async with a_reading() as reading:
        visitors = [Visitor(uuid4(), SECRET, place=f"P{number}-") for number in range(5)]
        reading.calendar.meetings = [kept(visitor.created("A")) for visitor in visitors]
        await reading.run()
        assert reading.kinds == [DemoBooked] * 5

        reading.now += timedelta(hours=1)
        await reading.run()
        asked = len(reading.calendar.asked)
        await reading.run()
        of_invitees = [path for path in reading.calendar.asked[asked:] if path.endswith("/invitees")]

    assert of_invitees == []


async def test_what_calendly_does_not_answer_is_read_the_next_time() -> None:
    async with a_reading() as reading:
        reading.calendar.meetings = [kept(OURS.created("A"))]
        for fault in (Fault.server_error(503), Fault.hang()):
            reading.calendar.next(fault)
            with pytest.raises(CalendarBusy):
                await reading.run()
        refused, ok = looks("refused"), looks("ok")
        reading.calendar.next(Fault.permission_denied())
        await reading.run()
        assert (looks("refused"), looks("ok")) == (refused + 1, ok)
        await reading.run()

    assert reading.kinds == [DemoBooked]
    assert (looks("refused"), looks("ok")) == (refused + 1, ok + 1)


async def test_who_was_erased_is_not_read_from_the_calendar_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_reading() as reading:
        reading.calendar.meetings = [kept(OURS.created("A")), kept(Visitor(uuid4(), SECRET).created("B"))]
        await reading.run()
        await erase_conversation(CONVERSATION, reading.demos)
        reading.calendar.meetings = [kept(each) for each in (OURS.canceled("A"), OURS.created("B"))][:1]
        await reading.run()
        assert len(reading.store.demos) == 1

        # A demo that nobody knew before the erasure: there is no key to seal anything of it with.
        async def destroyed(*_: object) -> None:
            raise DataKeyDestroyed("erased")

        monkeypatch.setattr(reading.store, "save", destroyed)
        reading.calendar.meetings = [kept(Visitor(CONVERSATION, SECRET, place="new").created("A"))]
        await reading.run()


async def test_a_subscription_is_made_and_made_anew_when_calendly_has_disabled_it() -> None:
    async with a_reading(hook=HOOK) as reading:
        other = {
            "uri": "https://api.calendly.com/webhook_subscriptions/other",
            "callback_url": "https://crm.example",
        }
        reading.calendar.subscriptions = [other | {"state": "active", "events": []}]
        await reading.run()
        made = reading.calendar.subscriptions[-1]
        assert (made["callback_url"], tuple(made["events"])) == (HOOK, EVENTS)

        await reading.run()
        assert reading.calendar.subscriptions[-1] is made
        made["state"] = "disabled"
        await reading.run()

        assert [each["state"] for each in reading.calendar.subscriptions] == ["active", "active"]
        assert reading.calendar.subscriptions[-1] is not made


async def test_the_service_reads_the_calendar_by_itself(settings: Settings) -> None:
    conversation_id = uuid4()
    visitor = Visitor(conversation_id, SECRET, place=str(conversation_id))
    start = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    invitee = kept(visitor.created("A"), updated_at=datetime.now(UTC))
    invitee["scheduled_event"] |= {"start_time": start, "end_time": start}
    often = Settings.model_validate(settings.model_dump() | {"calendar_reconcile_s": 0.2})
    async with FakeCalendly() as calendly:
        calendly.meetings = [invitee]
        async with running(often, calendly):
            (booked,) = await published(settings, DemoBooked, conversation_id)
    assert booked.data.starts_at == datetime.fromisoformat(start)
