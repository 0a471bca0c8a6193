"""A site says which pages may show the widget and call the API."""

import pytest
from pydantic import ValidationError

from services.gateway.domain import DEFAULT_SITE, Site, Sites
from services.gateway.errors import SiteUnknown
from services.gateway.settings import Settings

SHOP = Site(
    key="pk_shop",
    name="shop",
    origins=("https://www.example.com", "https://*.shop.example", "http://[::1]:3000/"),
)


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.com",
        "HTTPS://WWW.example.com:443",
        "https://a.b.shop.example",
        "http://[::1]:3000",
    ],
)
def test_a_page_of_the_site_may_call(origin: str):
    assert SHOP.allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://",
        "https://[",
        "https://www.example.com:8443",
        "http://www.example.com",
        "https://www.example.com.evil.example",
        "https://evil.example#https://www.example.com",
        "https://shop.example",
        "https://evilshop.example",
        "http://[::1]:3001",
        "https://www.example.com:99999",
    ],
)
def test_any_other_page_may_not(origin: str):
    assert not SHOP.allows(origin)


def test_the_gateways_own_pages_may_always_call():
    assert SHOP.allows("https://chat.example:8443", host="chat.example:8443")
    assert not SHOP.allows("https://evil.example", host="chat.example:8443")


def test_frames_are_allowed_on_the_sites_pages_and_our_own():
    assert SHOP.frame_ancestors == ("'self' https://www.example.com https://*.shop.example http://[::1]:3000")


@pytest.mark.parametrize(
    "written",
    ["*", "https://*", "https://*.com", "example.com", "https://a.example/path", "https://a.example; x"],
)
def test_an_origin_that_would_allow_too_much_or_break_the_policy_is_refused(written: str):
    with pytest.raises(ValidationError):
        Site(key="pk_a", name="a", origins=(written,))


def test_a_laptop_without_sites_serves_pages_of_its_own_on_any_port():
    assert Sites().find(None) is Sites().find("pk_default") is DEFAULT_SITE
    assert DEFAULT_SITE.allows("http://localhost:5173") and DEFAULT_SITE.allows("https://127.0.0.1:8443")
    assert not DEFAULT_SITE.allows("http://localhost.evil.example")


def test_with_sites_a_request_that_names_none_belongs_to_our_own_pages_alone():
    sites = Sites((SHOP,))

    assert sites.find("pk_shop") is SHOP
    assert not sites.find(None).allows("http://localhost:5173")
    with pytest.raises(SiteUnknown):
        sites.find("pk_other")


def test_two_sites_of_one_key_are_refused_at_the_start():
    with pytest.raises(ValidationError, match="same key"):
        Settings(session_secret="x" * 16, sites=(SHOP, SHOP.model_copy(update={"name": "other"})))  # type: ignore[arg-type]
