"""A booking link: one request in, one link out, and what it carries."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.booking_token import conversation_token
from contracts.cloudevent import CloudEvent
from contracts.events import BookingLinkIssued
from contracts.text import clean_text
from playbook import Booking
from services.booking.adapters import Calcom, Calendly, make_calendar, make_calendar_apis
from services.booking.domain import Link, personalised_url, readable_name, usable_email
from services.booking.errors import CalendarBusy, CalendarRefused
from services.booking.ports import Calendar
from services.booking.settings import Settings
from services.booking.usecases import LinkDependencies, issue_link
from tests.unit.booking import builders
from tests.unit.booking.builders import BOOKING, CONVERSATION, NOW, SECRET, a_request, requested


def dependencies(calendar: Calendar | None, issued: Any = None) -> LinkDependencies:
    kept = issued or builders.InMemoryIssuedLinks()
    return LinkDependencies(booking=BOOKING, secret=SECRET, calendar=calendar, issued=kept)


async def issue(deps: LinkDependencies, now: datetime = NOW, **asked: Any) -> CloudEvent[BookingLinkIssued]:
    return await issue_link(requested(a_request(**asked)), deps, clock=lambda: now)


async def test_a_conversation_has_one_single_use_link_filled_in_with_what_was_learnt_since() -> None:
    event, deps = requested(a_request(contact_email=None)), dependencies(builders.ScriptedCalendar())

    first, twice = [await issue_link(event, deps, clock=lambda: NOW) for _ in range(2)]
    again = await issue(deps, contact_email="new@example.com")
    other = await issue(deps, conversation_id=uuid4())

    bases = [issued.data.url.partition("?")[0] for issued in (first, again, other)]
    assert bases == ["https://calendly.com/d/1", "https://calendly.com/d/1", "https://calendly.com/d/2"]
    assert (first.causation_id, first.source, first.data.single_use) == (event.id, "booking", True)
    assert (first.data.conversation_id, first.data.turn_id) == (CONVERSATION, event.data.turn_id)
    assert twice == first
    assert "email=new%40example.com" in again.data.url


@pytest.mark.parametrize(
    ("calendar", "late_minutes"),
    [
        (None, 0),
        (builders.ScriptedCalendar(CalendarBusy("busy")), 0),
        (builders.ScriptedCalendar(CalendarRefused("no")), 0),
        (builders.ScriptedCalendar(AssertionError("a request of an hour ago is worth no call")), 61),
        (builders.ScriptedCalendar(builders.single_use("d/../evilcorp/30min")), 0),
        (builders.ScriptedCalendar(Link(url="https://[calendly.com/d/abc", single_use=True)), 0),
        (builders.ScriptedCalendar(Link(url="", single_use=True)), 0),
    ],
    ids=["none", "busy", "refused", "too late", "not ours", "no address", "empty"],
)
async def test_without_a_usable_answer_it_is_public(calendar: Calendar | None, late_minutes: int) -> None:
    issued = await issue(dependencies(calendar), now=NOW + timedelta(minutes=late_minutes))
    assert issued.data.url.startswith(f"{BOOKING.public_link}?")
    assert issued.data.single_use is False


@pytest.mark.parametrize(
    ("issued", "kept"),
    [
        (builders.InMemoryIssuedLinks(), Link(url="https://old.example/d/abc", single_use=True)),
        (builders.InMemoryIssuedLinks(is_away=True), None),
        (builders.InMemoryIssuedLinks(forgets=True), None),
    ],
    ids=["kept of a host no longer allowed", "nobody knows the issued ones", "cannot be kept"],
)
async def test_a_new_link_is_given_where_no_kept_one_serves(issued: Any, kept: Link | None):
    calendar = builders.ScriptedCalendar(builders.single_use("d/new"))
    if kept:
        issued.links[CONVERSATION] = kept
    answer = await issue(dependencies(calendar, issued))
    assert answer.data.url.startswith("https://calendly.com/d/new?")
    assert calendar.asked == 1


PUBLIC = Link(url=BOOKING.public_link, single_use=False)


def parameters(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def test_a_link_is_filled_in_and_names_its_conversation() -> None:
    url = personalised_url(PUBLIC, a_request(), SECRET)

    assert parameters(url) == {
        "name": ["Grace Hopper"],
        "email": ["grace+demo@example.com"],
        "utm_source": ["salesbot"],
        "utm_medium": ["chat"],
        "utm_content": [str(CONVERSATION)],
        "utm_term": [conversation_token(CONVERSATION, SECRET)],
    }
    # What is not known is not filled in.
    unknown = a_request(source="email", name=None, contact_email=None)
    filled_in = parameters(personalised_url(PUBLIC, unknown, SECRET))
    assert filled_in["utm_medium"] == ["email"]
    assert not {"name", "email"} & filled_in.keys()


@pytest.mark.parametrize("host", ["calendly.com", "cal.com"])
def test_a_link_names_the_campaign_that_brought_the_visitor_and_keeps_the_companys_own(host: str) -> None:
    link = Link(url=f"https://{host}/ours/demo?utm_campaign=website", single_use=False)
    told = parameters(personalised_url(link, a_request(campaign="spring-2026"), SECRET))
    assert told["utm_campaign"] == ["spring-2026"]
    without = parameters(personalised_url(link, a_request(), SECRET))
    assert without["utm_campaign"] == ["website"]
    assert {**told, "utm_campaign": None} == {**without, "utm_campaign": None}


def test_a_link_at_cal_com_carries_what_comes_back_from_there() -> None:
    private = Link(url="https://cal.com/d/0001abc/discovery-demo", single_use=True)
    carried = parameters(personalised_url(private, a_request(), SECRET))
    assert carried["metadata[conversation_id]"] == [str(CONVERSATION)]
    assert carried["metadata[conversation_token]"] == [conversation_token(CONVERSATION, SECRET)]


@pytest.mark.parametrize(
    ("public_link", "tokens", "chosen"),
    [
        ("https://calendly.com/ours/demo", {}, None),
        ("https://calendly.com/ours/demo", {"calendly_api_token": "x"}, Calendly),
        ("https://calendly.com/ours/demo", {"calendly_api_token": "x", "calcom_api_key": "y"}, Calendly),
        ("https://cal.com/ours/demo", {"calendly_api_token": "x", "calcom_api_key": "y"}, Calcom),
        ("https://ours.example/demo", {"calcom_api_key": "y"}, Calcom),
        ("https://ours.example/demo", {"calendly_api_token": "x"}, Calendly),
    ],
)
def test_links_are_made_where_the_public_one_leads(
    public_link: str, tokens: dict[str, str], chosen: type | None
) -> None:
    known = {"session_secret": "x" * 16, "calendly_event_type": "https://api.calendly.com/event_types/A"}
    settings = Settings.model_validate(known | {"calcom_event_type": "7"} | tokens)
    booking = Booking(public_link=public_link, allowed_links=(public_link,))
    calendar = make_calendar(make_calendar_apis(settings), settings, booking)
    assert (None if calendar is None else type(calendar)) is chosen


def test_what_the_base_link_carries_stays() -> None:
    base = "https://calendly.com/a/b?hide_gdpr_banner=1&a1=x%20y&utm_content=old&empty=#times"
    url = personalised_url(Link(url=base, single_use=False), a_request(), SECRET)
    carried = {"hide_gdpr_banner": ["1"], "a1": ["x y"], "empty": [""], "utm_content": [str(CONVERSATION)]}
    assert carried.items() <= parameters(url).items()
    assert urlsplit(url).fragment == "times"


def test_a_name_and_an_address_are_put_on_one_line_and_cut_and_what_is_none_is_left_out() -> None:
    none = ("", "not an address", "a@b", "two@at@example.com", "<x@example.com>", f"{'x' * 300}@a.com")
    assert [email for email in none if usable_email(email)] == []
    assert usable_email(" grace@example.com\n") == "grace@example.com"
    assert readable_name("  Grace\n\u202e\tHopper  ") == "Grace Hopper"
    assert readable_name("\x00\x01") is None
    assert readable_name("x" * 500) == "x" * 100


def test_the_token_belongs_to_its_conversation_and_secret() -> None:
    """Pinned: links in mailboxes carry it for weeks."""
    assert conversation_token(CONVERSATION, SECRET) == "oatc25bfudqyfxeb"
    assert conversation_token(uuid4(), SECRET) != "oatc25bfudqyfxeb"
    assert conversation_token(CONVERSATION, b"another secret of 16 bytes") != "oatc25bfudqyfxeb"


@given(name=st.text(), email=st.text() | st.emails())
def test_any_name_and_address_make_a_link_of_ours_that_says_them(name: str, email: str) -> None:
    url = personalised_url(PUBLIC, a_request(name=name, contact_email=email), SECRET)

    assert BOOKING.allows(url)
    assert url.isascii()
    assert urlsplit(url).path == urlsplit(BOOKING.public_link).path
    # Decoded the strict way, in which a plus sign is a plus sign.
    pairs = dict(pair.split("=", 1) for pair in urlsplit(url).query.split("&"))
    assert unquote(pairs.get("name", "")) == (readable_name(clean_text(name)) or "")
    assert unquote(pairs.get("email", "")) == (usable_email(clean_text(email)) or "")


def test_a_link_to_cal_com_carries_the_proof_in_the_parameters_that_it_gives_back() -> None:
    link = Link(url="https://cal.com/instaagents/demo?month=2026-11", single_use=False)
    query = parse_qs(urlsplit(personalised_url(link, a_request(), SECRET)).query)
    given = {
        "metadata": {name[9:-1]: value[0] for name, value in query.items() if name.startswith("metadata[")}
    }
    token = conversation_token(CONVERSATION, SECRET)
    assert given["metadata"] == {"conversation_id": str(CONVERSATION), "conversation_token": token}
    assert (query["month"], query["utm_term"]) == (["2026-11"], [token])
    calendly = Link(url="https://calendly.com/instaagents/demo", single_use=False)
    assert "metadata" not in personalised_url(calendly, a_request(), SECRET)
