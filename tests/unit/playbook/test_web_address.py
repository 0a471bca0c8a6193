"""A link is ours only where a browser that follows it comes to a page of ours."""

import ada_url
import pytest
from hypothesis import given, settings

from playbook import Booking, own_site
from playbook.claims import is_below_any, web_address
from tests.support.effort import IS_THOROUGH
from tests.support.links import ADDRESSES, NOT_OURS, OURS, PREFIXES

BOOKING = Booking(public_link="https://calendly.com/instaagents/demo", allowed_links=PREFIXES)
SINGLE_USE = "https://calendly.com/d/ckx4-abc-xyz/30min"


@pytest.mark.parametrize("link", OURS)
def test_a_page_of_ours_is_allowed(link: str) -> None:
    assert BOOKING.allows(link)


@pytest.mark.parametrize("link", NOT_OURS)
def test_what_leads_elsewhere_or_hides_where_it_leads_is_not_allowed(link: str) -> None:
    assert not BOOKING.allows(link)


@settings(max_examples=1_000 if IS_THOROUGH else 200)
@given(address=ADDRESSES)
def test_what_is_allowed_resolves_below_a_page_of_ours(address: str) -> None:
    if not BOOKING.allows(address):
        return

    resolved = ada_url.URL(address)

    assert resolved.origin in {"https://calendly.com", "https://instaagents.example"}
    if resolved.origin == "https://calendly.com":
        assert f"{resolved.pathname}/".startswith("/instaagents/")
    assert not (resolved.username or resolved.password or resolved.port)


@given(address=ADDRESSES)
def test_what_is_allowed_stands_as_a_browser_resolves_it(address: str) -> None:
    if web_address(address):
        assert ada_url.URL(address).href.rstrip("/").lower() == address.rstrip("/").lower()


def test_a_single_use_link_is_taken_from_the_booking_service_alone() -> None:
    assert not BOOKING.allows(SINGLE_USE)
    assert BOOKING.allows_issued(SINGLE_USE)
    assert not BOOKING.allows_issued("https://calendly.com/d/../evilcorp/30min")
    assert not BOOKING.allows_issued("https://calendly.com/evilcorp/30min")


def test_without_a_page_on_that_host_its_single_use_links_are_not_ours() -> None:
    booking = Booking(
        public_link="https://instaagents.example/demo", allowed_links=("https://instaagents.example",)
    )

    assert booking.single_use_links == ()
    assert not booking.allows_issued(SINGLE_USE)


@pytest.mark.parametrize(
    ("website", "site"),
    [
        ("https://instaagents.example/en/start", "https://instaagents.example"),
        ("https://linktr.ee/instaagents", "https://linktr.ee/instaagents"),
    ],
)
def test_a_company_speaks_for_its_whole_host_unless_it_is_shared(website: str, site: str) -> None:
    assert own_site(website) == site


def test_a_prefix_that_is_no_address_allows_nothing() -> None:
    assert not is_below_any("https://calendly.com/x", ("calendly.com", "https://calendly.com/.."))
