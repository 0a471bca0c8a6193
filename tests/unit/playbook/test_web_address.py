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


@pytest.mark.parametrize(("link", "is_ours"), [(link, link in OURS) for link in (*OURS, *NOT_OURS)])
def test_a_page_of_ours_alone_is_allowed(link: str, is_ours: bool) -> None:
    assert BOOKING.allows(link) is is_ours


@settings(max_examples=300 if IS_THOROUGH else 100)
@given(address=ADDRESSES)
def test_what_is_allowed_resolves_below_a_page_of_ours_as_a_browser_does(address: str) -> None:
    if web_address(address):
        assert ada_url.URL(address).href.rstrip("/").lower() == address.rstrip("/").lower()
    if not BOOKING.allows(address):
        return
    resolved = ada_url.URL(address)
    assert resolved.origin in {"https://calendly.com", "https://instaagents.example"}
    if resolved.origin == "https://calendly.com":
        assert f"{resolved.pathname}/".startswith("/instaagents/")
    assert not (resolved.username or resolved.password or resolved.port)


def test_a_single_use_link_is_taken_from_the_booking_service_alone_and_where_we_have_a_page_there() -> None:
    site = "https://instaagents.example"
    elsewhere = Booking(public_link=f"{site}/demo", allowed_links=(site,))
    assert not BOOKING.allows(SINGLE_USE)
    assert BOOKING.allows_issued(SINGLE_USE)
    assert not BOOKING.allows_issued("https://calendly.com/d/../evilcorp/30min")
    assert not BOOKING.allows_issued("https://calendly.com/evilcorp/30min")
    at_calcom = Booking(
        public_link="https://cal.com/ours/demo",
        allowed_links=("https://cal.com/ours", "https://acme.cal.com/team/demo"),
    )
    for private in ("https://cal.com/d/abc/demo", "https://acme.cal.com/d/abc/demo"):
        assert at_calcom.allows_issued(private)
        assert not BOOKING.allows_issued(private)
    assert not at_calcom.allows_issued("https://other.cal.com/d/abc/demo")
    assert elsewhere.single_use_links == ()
    assert not elsewhere.allows_issued(SINGLE_USE)


def test_a_company_speaks_for_its_whole_host_unless_it_is_shared_and_an_address_alone_allows() -> None:
    assert own_site("https://instaagents.example/en/start") == "https://instaagents.example"
    assert own_site("https://linktr.ee/instaagents") == "https://linktr.ee/instaagents"
    assert not is_below_any("https://calendly.com/x", ("calendly.com", "https://calendly.com/.."))
