"""The use case: one request in, one booking link out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import BookingLinkIssued
from services.booking.domain import Link
from services.booking.errors import CalendarBusy, CalendarRefused
from services.booking.ports import Calendar
from services.booking.usecases import LinkDependencies, issue_link
from tests.unit.booking import builders
from tests.unit.booking.builders import NOW, InMemoryIssuedLinks, ScriptedCalendar, a_request, requested


def dependencies(calendar: Calendar | None, issued: InMemoryIssuedLinks | None = None) -> LinkDependencies:
    kept = issued or InMemoryIssuedLinks()
    return LinkDependencies(booking=builders.BOOKING, secret=builders.SECRET, calendar=calendar, issued=kept)


async def issue(deps: LinkDependencies, now: datetime = NOW, **asked: Any) -> CloudEvent[BookingLinkIssued]:
    return await issue_link(requested(a_request(**asked)), deps, clock=lambda: now)


async def test_a_conversation_has_one_single_use_link_filled_in_with_what_was_learnt_since() -> None:
    event, deps = requested(a_request(contact_email=None)), dependencies(ScriptedCalendar())

    first, twice = [await issue_link(event, deps, clock=lambda: NOW) for _ in range(2)]
    again = await issue(deps, contact_email="new@example.com")
    other = await issue(deps, conversation_id=uuid4())

    bases = [issued.data.url.partition("?")[0] for issued in (first, again, other)]
    assert bases == ["https://calendly.com/d/1", "https://calendly.com/d/1", "https://calendly.com/d/2"]
    assert (first.causation_id, first.source, first.data.single_use) == (event.id, "booking", True)
    assert (first.data.conversation_id, first.data.turn_id) == (builders.CONVERSATION, event.data.turn_id)
    assert twice == first
    assert "email=new%40example.com" in again.data.url


@pytest.mark.parametrize(
    ("calendar", "late_minutes"),
    [
        (None, 0),
        (ScriptedCalendar(CalendarBusy("busy")), 0),
        (ScriptedCalendar(CalendarRefused("no")), 0),
        (ScriptedCalendar(AssertionError("a request of an hour ago is worth no call")), 61),
        (ScriptedCalendar(builders.single_use("d/../evilcorp/30min")), 0),
        (ScriptedCalendar(Link(url="https://[calendly.com/d/abc", single_use=True)), 0),
        (ScriptedCalendar(Link(url="", single_use=True)), 0),
    ],
    ids=["none", "busy", "refused", "too late", "not ours", "no address", "empty"],
)
async def test_without_a_usable_answer_it_is_public(calendar: Calendar | None, late_minutes: int) -> None:
    issued = await issue(dependencies(calendar), now=NOW + timedelta(minutes=late_minutes))

    assert issued.data.url.startswith(f"{builders.BOOKING.public_link}?")
    assert issued.data.single_use is False


@pytest.mark.parametrize(
    ("issued", "kept"),
    [
        (InMemoryIssuedLinks(), Link(url="https://old.example/d/abc", single_use=True)),
        (InMemoryIssuedLinks(is_away=True), None),
        (InMemoryIssuedLinks(forgets=True), None),
    ],
    ids=["kept of a host no longer allowed", "nobody knows the issued ones", "cannot be kept"],
)
async def test_a_new_link_is_given_where_no_kept_one_serves(issued: InMemoryIssuedLinks, kept: Link | None):
    calendar = ScriptedCalendar(builders.single_use("d/new"))
    if kept:
        issued.links[builders.CONVERSATION] = kept

    answer = await issue(dependencies(calendar, issued))

    assert answer.data.url.startswith("https://calendly.com/d/new?")
    assert calendar.asked == 1
