"""Cal.com with a real client, against a server that speaks its API: links, and what a lost webhook missed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from contracts.booking_token import conversation_token
from contracts.events import DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from services.booking.adapters import CALCOM, Calcom, CalcomRecords, CalendarApi
from services.booking.adapters.calcom_notices import TRIGGERS
from services.booking.errors import CalendarBusy, CalendarRefused
from services.booking.settings import Settings
from services.booking.usecases import take_notification
from tests.integration.booking.conftest import running
from tests.integration.booking.readings import NOW, Reading
from tests.support import calcom_payloads
from tests.support.fake_calcom import EVENT_TYPE, KEY, FakeCalcom
from tests.support.fake_calendar import Fault
from tests.support.streams import published
from tests.unit.booking.builders import CONVERSATION, SECRET
from tests.unit.booking.test_demos import notified

HOOK = "https://chat.example.com/webhooks/calcom"
OURS = calcom_payloads.CalcomVisitor(CONVERSATION, SECRET)


def a_booking(uid: str, conversation_id: UUID = CONVERSATION, **facts: Any) -> dict[str, Any]:
    """A booking as Cal.com keeps it."""
    token = conversation_token(conversation_id, SECRET)
    known = {
        "id": 123,
        "uid": uid,
        "status": "accepted",
        "start": "2026-11-25T18:00:00.000Z",
        "end": "2026-11-25T18:20:00.000Z",
        "createdAt": f"2026-11-20T15:00:0{len(uid) % 10}.538Z",
        "updatedAt": NOW.isoformat(),
        "eventType": {"id": int(EVENT_TYPE), "slug": "demo"},
        "hosts": [{"id": 1, "name": "Ada", "email": calcom_payloads.HOST}],
        "attendees": [{"name": "Dana", "email": "dana@example.com", "timeZone": "UTC", "absent": False}],
        "metadata": {"conversation_id": str(conversation_id), "conversation_token": token},
    }
    return known | facts


@asynccontextmanager
async def an_api(**changes: Any) -> AsyncIterator[tuple[CalendarApi, FakeCalcom]]:
    known = {"token": KEY, "timeout_s": 1.0, "clock": lambda: 1_000.0}
    async with FakeCalcom() as server, CalendarApi(server.api_url, CALCOM, **{**known, **changes}) as api:
        yield api, server


@asynccontextmanager
async def a_reading(*, hook: str | None = None, **changes: Any) -> AsyncIterator[Reading[FakeCalcom]]:
    async with an_api(**changes) as (api, server):
        records = CalcomRecords(api, webhook_url=hook, secret="a key of sixteen" if hook else None)
        yield Reading(server, records)


async def test_each_call_makes_a_private_link_for_one_booking() -> None:
    async with an_api() as (api, server):
        links = [await Calcom(api, event_type=EVENT_TYPE).single_use_link() for _ in range(2)]
    assert [link.url for link in links] == server.made
    assert len(set(server.made)) == 2
    assert all(link.single_use for link in links)


@pytest.mark.parametrize(
    ("wrong", "event_type", "told"),
    [({"token": "revoked"}, EVENT_TYPE, r"401.*CALCOM_API_KEY"), ({}, "7", r"404.*event type")],
)
async def test_what_is_set_wrong_is_refused_and_named(
    wrong: dict[str, Any], event_type: str, told: str
) -> None:
    async with an_api(**wrong) as (api, _):
        with pytest.raises(CalendarRefused, match=told):
            await Calcom(api, event_type=event_type).single_use_link()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.answer(b'{"status": "success", "data": {"linkId": "abc"}}'), CalendarRefused),
        (Fault.redirect("https://evil.example/"), CalendarRefused),
        (Fault.server_error(502), CalendarBusy),
        (Fault.drop(), CalendarBusy),
        (Fault.hang(), CalendarBusy),
        (Fault.drip(), CalendarBusy),
    ],
)
async def test_an_answer_with_no_link_is_told(fault: Fault, error: type[Exception]) -> None:
    async with an_api(timeout_s=0.5) as (api, server):
        server.next(fault)
        with pytest.raises(error) as failed:
            await Calcom(api, event_type=EVENT_TYPE).single_use_link()
        assert KEY not in str(failed.value)
        assert (await Calcom(api, event_type=EVENT_TYPE).single_use_link()).url == server.made[0]


@pytest.mark.parametrize(("asked_s", "pause_s"), [(None, 60), (7, 7)])
async def test_after_too_many_requests_cal_com_is_left_alone(asked_s: int | None, pause_s: int) -> None:
    now_s = 1_000.0
    async with an_api(clock=lambda: now_s) as (api, server):
        calendar = Calcom(api, event_type=EVENT_TYPE)
        server.next(Fault.too_many_requests(retry_after_s=asked_s))
        with pytest.raises(CalendarBusy, match="429"):
            await calendar.single_use_link()
        now_s += pause_s - 1
        with pytest.raises(CalendarBusy, match="pause"):
            await calendar.single_use_link()
        assert len(server.asked) == 1
        now_s += 1
        await calendar.single_use_link()


async def test_a_webhook_that_was_lost_is_made_up_for_and_one_that_came_is_not_told_again() -> None:
    async with a_reading() as reading:
        await take_notification(notified(OURS.created(), "calcom"), reading.demos)
        reading.calendar.bookings = [a_booking("A")]
        await reading.run()
        assert reading.kinds == [DemoBooked]

        moved = a_booking("A", status="cancelled", rescheduledToUid="B")
        again = a_booking("B", rescheduledFromUid="A", start="2026-11-27T09:30:00.000Z")
        reading.calendar.bookings = [moved, again]
        await reading.run()
        assert reading.kinds == [DemoBooked, DemoRescheduled]
        late = OURS.moved()
        await take_notification(notified(late, "calcom"), reading.demos)
        assert reading.kinds == [DemoBooked, DemoRescheduled]

        reading.calendar.bookings = [
            moved,
            again | {"status": "cancelled", "cancelledByEmail": calcom_payloads.HOST},
        ]
        await reading.run()
    assert reading.kinds == [DemoBooked, DemoRescheduled, DemoCanceled]
    canceled = reading.store.events[-1].data
    assert isinstance(canceled, DemoCanceled)
    assert canceled.canceled_by == "host"


async def test_a_no_show_changes_no_booking_there_and_is_told_once_by_reading_and_webhook() -> None:
    async with a_reading() as reading:
        reading.now += timedelta(days=2)
        reading.calendar.bookings = [a_booking("A")]
        await reading.run()
        absent = {"name": "Dana", "email": "dana@example.com", "timeZone": "UTC", "absent": True}
        reading.calendar.bookings = [a_booking("A", attendees=[absent])]
        for _ in range(2):
            await reading.run()
        assert reading.kinds == [DemoBooked, DemoNoShow]

        await take_notification(notified(OURS.missed(at="2026-11-26T09:00"), "calcom"), reading.demos)
        assert reading.kinds == [DemoBooked, DemoNoShow]
        taken_back = OURS.missed(no_show=False, at="2026-11-26T09:05")
        await take_notification(notified(taken_back, "calcom"), reading.demos)
    assert [event.data.is_taken_back for event in reading.store.events[1:]] == [False, True]


async def test_every_page_is_read_and_one_record_that_cannot_be_keeps_back_no_other() -> None:
    async with a_reading() as reading:
        bookings = [a_booking(f"u{number}", uuid4()) for number in range(5)]
        unreadable = a_booking("odd") | {"start": "2026-11-25T18:00:00.000Z", "end": None}
        unconfirmed = a_booking("pending", uuid4(), status="pending")
        reading.calendar.bookings = [unreadable, *bookings, unconfirmed]
        with capture_logs() as logs:
            await reading.run()
        assert reading.kinds == [DemoBooked] * 5
        assert [log["fields"] for log in logs if log["event"] == "calendar_record_unreadable"] == [["end"]]

        asked = [path for path in reading.calendar.asked if path == "GET /v2/bookings"]
        assert len(asked) == 4
        reading.now += timedelta(hours=1)
        await reading.run()
        reading.calendar.bookings[1] |= {"status": "cancelled", "updatedAt": reading.now.isoformat()}
        reading.calendar.bookings[2] |= {"status": "cancelled"}
        await reading.run()
    assert reading.kinds == [DemoBooked] * 5 + [DemoCanceled]


async def test_what_cal_com_does_not_answer_is_read_the_next_time() -> None:
    async with a_reading() as reading:
        reading.calendar.bookings = [a_booking("A")]
        for fault in (Fault.server_error(503), Fault.hang()):
            reading.calendar.next(fault)
            with pytest.raises(CalendarBusy):
                await reading.run()
        await reading.run()
    assert reading.kinds == [DemoBooked]


async def test_a_webhook_is_made_and_mended_when_somebody_switched_it_off() -> None:
    async with a_reading(hook=HOOK) as reading:
        other = {"id": "other", "subscriberUrl": "https://crm.example", "active": True, "triggers": []}
        reading.calendar.webhooks = [other]
        await reading.run()
        made = reading.calendar.webhooks[-1]
        assert (made["subscriberUrl"], made["secret"]) == (HOOK, "a key of sixteen")
        assert tuple(made["triggers"]) == TRIGGERS

        for change in ({"active": False}, {"triggers": ["BOOKING_CREATED"]}):
            made |= change
            await reading.run()
            assert (made["active"], tuple(made["triggers"])) == (True, TRIGGERS)
        asked = len(reading.calendar.asked)
        await reading.run()
        assert not [path for path in reading.calendar.asked[asked:] if not path.startswith("GET")]
    assert reading.calendar.webhooks == [other, made]


async def test_the_service_reads_cal_com_by_itself(settings: Settings) -> None:
    conversation_id = uuid4()
    start = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    async with FakeCalcom() as server:
        server.bookings = [a_booking(str(conversation_id), conversation_id, start=start, end=start)]
        own = {"calcom_api_key": KEY, "calcom_api_url": server.api_url, "calendar_reconcile_s": 0.2}
        often = Settings.model_validate(settings.model_dump() | own)
        async with running(often):
            (booked,) = await published(settings, DemoBooked, conversation_id)
    assert booked.data.starts_at == datetime.fromisoformat(start)
    assert booked.data.is_proven
