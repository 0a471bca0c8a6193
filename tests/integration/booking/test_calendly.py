"""The Calendly adapter with a real client, against a server that speaks Calendly's API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.booking.adapters import Calendly
from services.booking.errors import CalendarBusy, CalendarRefused
from tests.support.fake_calendly import EVENT_TYPE, TOKEN, FakeCalendly, Fault


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def a_calendar(
    seconds: Seconds | None = None,
    *,
    token: str = TOKEN,
    event_type: str = EVENT_TYPE,
    timeout_s: float = 5.0,
) -> AsyncIterator[tuple[Calendly, FakeCalendly]]:
    async with FakeCalendly() as server:
        calendar = Calendly(
            server.api_url,
            token=token,
            event_type=event_type,
            timeout_s=timeout_s,
            clock=seconds or Seconds(),
        )
        async with calendar:
            yield calendar, server


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
    "fault",
    [
        Fault.unauthenticated(),
        Fault.permission_denied(),
        Fault.redirect("https://evil.example/"),
        Fault.answer(b"not json"),
        Fault.answer(b'{"resource": {}}'),
        Fault.answer(b'{"resource": {"booking_url": null}}'),
    ],
    ids=["401", "403", "302", "no json", "no link", "null link"],
)
async def test_an_answer_that_no_retry_cures_is_a_refusal(fault: Fault) -> None:
    async with a_calendar() as (calendar, server):
        server.next(fault)

        with pytest.raises(CalendarRefused) as refused:
            await calendar.single_use_link()
        assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    "fault",
    [Fault.server_error(), Fault.server_error(503), Fault.too_many_requests(), Fault.drop()],
    ids=["500", "503", "429", "dropped"],
)
async def test_a_busy_calendar_can_be_asked_again(fault: Fault) -> None:
    async with a_calendar() as (calendar, server):
        server.next(fault)
        with pytest.raises(CalendarBusy) as busy:
            await calendar.single_use_link()
        assert TOKEN not in str(busy.value)

        link = await calendar.single_use_link()

    assert link.url == server.made[0]


@pytest.mark.parametrize("fault", [Fault.hang(), Fault.drip()], ids=["silent", "dripping"])
async def test_a_slow_calendar_is_given_up_in_time(fault: Fault) -> None:
    async with a_calendar(timeout_s=0.2) as (calendar, server):
        server.next(fault)

        with pytest.raises(CalendarBusy, match=r"within 0\.2s"):
            await calendar.single_use_link()


async def test_a_calendar_that_is_not_there_is_busy() -> None:
    async with FakeCalendly() as server:
        gone = server.api_url
    async with Calendly(gone, token=TOKEN, event_type=EVENT_TYPE, timeout_s=1.0) as calendar:
        with pytest.raises(CalendarBusy, match="cannot be reached"):
            await calendar.single_use_link()


async def test_a_pause_that_calendly_asks_for_is_kept() -> None:
    seconds = Seconds()
    async with a_calendar(seconds) as (calendar, server):
        server.next(Fault.too_many_requests(retry_after_s=30))
        with pytest.raises(CalendarBusy, match="429"):
            await calendar.single_use_link()

        seconds.now += 29
        with pytest.raises(CalendarBusy, match="pause"):
            await calendar.single_use_link()
        assert len(server.requests) == 1

        seconds.now += 1
        await calendar.single_use_link()

    assert len(server.requests) == 2
