"""The use case: one request in, one booking link out."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.booking.domain import Link
from services.booking.errors import CalendarBusy, CalendarRefused
from services.booking.ports import Calendar
from services.booking.usecases import LinkDependencies, issue_link
from tests.unit.booking.builders import (
    BOOKING,
    CONVERSATION,
    NOW,
    SECRET,
    InMemoryIssuedLinks,
    ScriptedCalendar,
    a_request,
    requested,
    single_use,
)


def dependencies(
    calendar: Calendar | None = None, issued: InMemoryIssuedLinks | None = None
) -> LinkDependencies:
    return LinkDependencies(
        booking=BOOKING, secret=SECRET, calendar=calendar, issued=issued or InMemoryIssuedLinks()
    )


async def issued_url(deps: LinkDependencies, conversation_id: UUID = CONVERSATION) -> str:
    issued = await issue_link(requested(a_request(conversation_id=conversation_id)), deps, clock=lambda: NOW)
    return issued.data.url.partition("?")[0]


async def test_with_a_calendar_a_link_that_can_be_used_once_answers_the_turn_that_asked_for_it() -> None:
    event, deps = requested(a_request()), dependencies(ScriptedCalendar(single_use("d/abc")))

    issued = await issue_link(event, deps, clock=lambda: NOW)

    assert issued.data.url.startswith("https://calendly.com/d/abc?name=")
    assert issued.data.single_use is True
    assert (issued.data.conversation_id, issued.data.turn_id) == (CONVERSATION, event.data.turn_id)
    assert (issued.causation_id, issued.source) == (event.id, "booking")


@pytest.mark.parametrize(
    ("calendar", "late_minutes"),
    [
        (None, 0),
        (ScriptedCalendar(CalendarBusy("busy")), 0),
        (ScriptedCalendar(CalendarRefused("no")), 0),
        (ScriptedCalendar(AssertionError("a request of an hour ago is worth no call")), 61),
        *(
            (ScriptedCalendar(Link(url=url, single_use=True)), 0)
            for url in ("https://calendly.com/d/../evilcorp/30min", "https://[calendly.com/d/abc", "")
        ),
    ],
    ids=["none", "busy", "refused", "too late", "not ours", "no address", "empty"],
)
async def test_without_a_usable_answer_of_a_calendar_the_public_link_is_given(
    calendar: Calendar | None, late_minutes: int
) -> None:
    now = NOW + timedelta(minutes=late_minutes)

    issued = await issue_link(requested(a_request()), dependencies(calendar), clock=lambda: now)

    assert issued.data.url.startswith(f"{BOOKING.public_link}?")
    assert issued.data.single_use is False


async def test_a_request_delivered_twice_gives_the_same_link_under_the_same_id() -> None:
    event, deps = requested(a_request()), dependencies(ScriptedCalendar())

    first = await issue_link(event, deps, clock=lambda: NOW)
    second = await issue_link(event, deps, clock=lambda: NOW)

    assert first == second


async def test_a_link_given_again_is_filled_in_with_what_was_learnt_since() -> None:
    deps = dependencies(ScriptedCalendar())
    await issue_link(requested(a_request(contact_email=None)), deps, clock=lambda: NOW)

    again = await issue_link(requested(a_request(contact_email="new@example.com")), deps, clock=lambda: NOW)

    assert "email=new%40example.com" in again.data.url


async def test_two_conversations_never_share_a_single_use_link() -> None:
    deps = dependencies(ScriptedCalendar())

    first = await issued_url(deps, conversation_id=uuid4())
    second = await issued_url(deps, conversation_id=uuid4())

    assert first != second


async def test_a_kept_link_whose_host_is_no_longer_allowed_is_replaced() -> None:
    issued = InMemoryIssuedLinks()
    request = a_request()
    issued.links[request.conversation_id] = Link(url="https://old.example/d/abc", single_use=True)

    assert (
        await issued_url(dependencies(ScriptedCalendar(single_use("d/new")), issued))
        == "https://calendly.com/d/new"
    )


async def test_the_visitor_gets_a_link_when_nobody_knows_the_issued_ones() -> None:
    issued = InMemoryIssuedLinks()
    issued.is_away = True

    assert (
        await issued_url(dependencies(ScriptedCalendar(single_use("d/abc")), issued))
        == "https://calendly.com/d/abc"
    )


async def test_a_link_that_cannot_be_kept_is_given_all_the_same() -> None:
    class Forgetful(InMemoryIssuedLinks):
        async def find(self, conversation_id: UUID) -> Link | None:
            found = await super().find(conversation_id)
            self.is_away = True
            return found

    calendar = ScriptedCalendar(single_use("d/abc"))

    assert await issued_url(dependencies(calendar, Forgetful())) == "https://calendly.com/d/abc"
    assert calendar.asked == 1
