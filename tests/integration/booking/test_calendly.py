"""The Calendly adapter with a real client, against a server that speaks Calendly's API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.booking.adapters import CALENDLY, CalendarApi, Calendly
from services.booking.errors import CalendarBusy, CalendarRefused
from tests.support.fake_calendar import Fault
from tests.support.fake_calendly import EVENT_TYPE, TOKEN, FakeCalendly


@asynccontextmanager
async def a_calendar(**changes: Any) -> AsyncIterator[tuple[Calendly, FakeCalendly]]:
    event_type = changes.pop("event_type", EVENT_TYPE)
    known = {"token": TOKEN, "timeout_s": 5.0, "clock": lambda: 1_000.0}
    async with FakeCalendly() as server, CalendarApi(server.api_url, CALENDLY, **{**known, **changes}) as api:
        yield Calendly(api, event_type=event_type), server


async def test_each_call_makes_a_single_use_link_for_the_event_type() -> None:
    async with a_calendar() as (calendar, server):
        links = [await calendar.single_use_link() for _ in range(2)]
    assert [link.url for link in links] == server.made
    assert all(link.single_use for link in links)
    assert server.requests == [{"max_event_count": 1, "owner": EVENT_TYPE, "owner_type": "EventType"}] * 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"token": "revoked"}, r"401.*CALENDLY_API_TOKEN"),
        ({"event_type": "https://api.calendly.com/event_types/GONE"}, r"404.*event type"),
    ],
)
async def test_what_is_set_wrong_is_refused_and_named(wrong: dict[str, Any], told: str) -> None:
    async with a_calendar(**wrong) as (calendar, _):
        with pytest.raises(CalendarRefused, match=told):
            await calendar.single_use_link()


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        (Fault.permission_denied(), CalendarRefused, "403"),
        (Fault.redirect("https://evil.example/"), CalendarRefused, "302"),
        (Fault.answer(b"not json"), CalendarRefused, None),
        (Fault.answer(b'{"resource": {}}'), CalendarRefused, None),
        (Fault.answer(b'{"resource": {"booking_url": null}}'), CalendarRefused, None),
        (Fault.server_error(503), CalendarBusy, "503"),
        (Fault.too_many_requests(), CalendarBusy, "429"),
        (Fault.drop(), CalendarBusy, "cannot be reached"),
        (Fault.hang(), CalendarBusy, r"within 0\.5s"),
        (Fault.drip(), CalendarBusy, r"within 0\.5s"),
    ],
)
async def test_an_answer_with_no_link_is_told(fault: Fault, error: type[Exception], told: str | None) -> None:
    async with a_calendar(timeout_s=0.5) as (calendar, server):
        server.next(fault)
        with pytest.raises(error, match=told) as failed:
            await calendar.single_use_link()
        assert TOKEN not in str(failed.value)

        link = await calendar.single_use_link()

    assert link.url == server.made[0]


async def test_a_calendar_that_is_not_there_is_busy() -> None:
    async with a_calendar() as (_, server):
        gone = server.api_url
    async with CalendarApi(gone, CALENDLY, token=TOKEN, timeout_s=1.0) as api:
        with pytest.raises(CalendarBusy, match="cannot be reached"):
            await Calendly(api, event_type=EVENT_TYPE).single_use_link()


async def test_a_pause_that_calendly_asks_for_is_kept() -> None:
    now_s = 1_000.0
    async with a_calendar(clock=lambda: now_s) as (calendar, server):
        server.next(Fault.too_many_requests(retry_after_s=30))
        with pytest.raises(CalendarBusy, match="429"):
            await calendar.single_use_link()

        now_s += 29
        with pytest.raises(CalendarBusy, match="pause"):
            await calendar.single_use_link()
        assert len(server.requests) == 1

        now_s += 1
        await calendar.single_use_link()

    assert len(server.requests) == 2
