"""Bookings of nobody in the console: who sees them, who may say whose they are, and what is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from contracts.unmatched_bookings import UnmatchedBooking
from services.gateway.api.console.bookings import conversation_in
from services.gateway.errors import BookingRefused, BookingUnavailable, ConversationErased
from tests.support.console import HERE, sign_in
from tests.support.gateway_fakes import EVERY_KEY, FakeOutside
from tests.unit.gateway.builders import CONVERSATION

DEMO = UUID("5b0f1c5e-64d0-5c9b-8a8e-0f5f1f2f7d10")
PAGE = "/console/bookings"
FORMS: Mapping[str, Mapping[str, str]] = {"assign": {"conversation": str(CONVERSATION)}, "dismiss": {}}
HOSTILE = "<img src=x onerror=alert(1)>"


def a_booking(**facts: object) -> UnmatchedBooking:
    known = {"demo_id": DEMO, "provider": "calcom", "name": "Dana Ruiz", "email": "dana@example.com"}
    known |= {"starts_at": datetime(2026, 11, 25, 18, 0, tzinfo=UTC), "is_canceled": False}
    return UnmatchedBooking.model_validate(known | facts)


async def test_they_are_listed_and_only_who_may_manage_is_offered_to_sort_them(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.bookings.listed = [a_booking(), a_booking(name=HOSTILE, email=None, is_canceled=True)]
    await sign_in(client)
    read = (await client.get(PAGE)).text
    for fact in ("Dana Ruiz", "dana@example.com", "25 Nov 2026, 18:00 UTC", "Cal.com", "canceled"):
        assert fact in read
    assert HOSTILE not in read
    assert "/assign" not in read
    assert 'href="/console/leads?q=Dana%20Ruiz"' in read

    await sign_in(client, EVERY_KEY)
    offered = (await client.get(PAGE)).text
    assert [offered.count(f"/{DEMO}/{form}") for form in FORMS] == [2, 2]
    outside.bookings.listed = []
    assert "Every booking belongs to a lead." in (await client.get(PAGE)).text


async def test_one_is_assigned_or_dismissed_and_the_log_says_by_whom(
    client: AsyncClient, outside: FakeOutside
) -> None:
    await sign_in(client, EVERY_KEY)
    with capture_logs() as logs:
        ways = [
            (await client.post(f"{PAGE}/{DEMO}/{form}", data=fields, headers=HERE)).headers["location"]
            for form, fields in FORMS.items()
        ]

    assert ways == [f"/console/leads/{CONVERSATION}", PAGE]
    assert outside.bookings.done == [("assigned", DEMO, CONVERSATION), ("dismissed", DEMO, None)]
    audited = [(log["event"], bool(log["operator"]), log["demo_id"]) for log in logs if "operator" in log]
    assert audited == [(event, True, str(DEMO)) for event in ("booking_assigned", "booking_dismissed")]


@pytest.mark.parametrize("form", FORMS)
async def test_who_may_not_sort_them_and_from_where(
    client: AsyncClient, outside: FakeOutside, form: str
) -> None:
    path, fields = f"{PAGE}/{DEMO}/{form}", FORMS[form]
    assert (await client.post(path, data=fields, headers=HERE)).status_code == 303
    await sign_in(client)
    assert (await client.post(path, data=fields, headers=HERE)).status_code == 403
    await sign_in(client, EVERY_KEY)
    for site in ("cross-site", "same-site", "none"):
        refused = await client.post(path, data=fields, headers={"sec-fetch-site": site})
        assert refused.status_code == 403
    assert (await client.post(path, data=fields)).status_code == 403
    assert (await client.get(path)).status_code == 405
    assert outside.bookings.done == []


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (BookingRefused("It belongs to another conversation."), (409, "It belongs to another conversation.")),
        (ConversationErased("This conversation was erased."), (410, "This lead was erased")),
        (BookingUnavailable("booking: TimeoutError"), (503, "Not to be read at the moment")),
    ],
)
async def test_what_booking_refuses_is_said_on_a_page(
    client: AsyncClient, outside: FakeOutside, refusal: Exception, said: tuple[int, str]
) -> None:
    status, words = said
    await sign_in(client, EVERY_KEY)
    outside.bookings.refusal = refusal
    answer = await client.post(f"{PAGE}/{DEMO}/assign", data=FORMS["assign"], headers=HERE)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert (await client.get(PAGE)).status_code == status


@pytest.mark.parametrize("named", ["", "Dana", f"{CONVERSATION} {DEMO}", "x" * 5_000 + str(CONVERSATION)])
async def test_a_text_that_names_no_lead_assigns_nothing(
    client: AsyncClient, outside: FakeOutside, named: str
) -> None:
    await sign_in(client, EVERY_KEY)
    answer = await client.post(f"{PAGE}/{DEMO}/assign", data={"conversation": named}, headers=HERE)
    assert (answer.status_code, "That names no lead" in answer.text) == (409, True)
    assert outside.bookings.done == []


def test_a_lead_is_named_by_its_id_or_the_address_of_its_page() -> None:
    page = f"https://chat.example.com/console/leads/{CONVERSATION}#m-1"
    for named in (str(CONVERSATION), str(CONVERSATION).upper(), f"  {CONVERSATION}\n", page):
        assert conversation_in(named) == CONVERSATION
