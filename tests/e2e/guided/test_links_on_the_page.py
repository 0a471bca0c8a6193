"""Which links of a reply can be clicked, asked of a browser and of the services alike."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from playbook.claims import is_below_any
from tests.support.links import ADDRESSES, NOT_OURS, OURS, PREFIXES
from tests.support.playbooks import DEFAULT

_SOURCE = (DEFAULT.parent / "services" / "gateway" / "adapters" / "page" / "links.js").read_bytes()
_MODULE = f"data:text/javascript;base64,{base64.b64encode(_SOURCE).decode()}"
_CHECK = """async ([module, addresses, prefixes]) => {
    const { safeLink } = await import(module);
    return addresses.map((address) => safeLink(address, prefixes));
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def clickable(page: Page, addresses: list[str]) -> list[bool]:
    """Which of the addresses the page makes a link of."""
    found: list[str | None] = page.evaluate(_CHECK, [_MODULE, addresses, PREFIXES])
    return [href is not None for href in found]


def test_only_pages_of_ours_can_be_clicked(page: Page) -> None:
    assert all(clickable(page, list(OURS)))
    assert not any(clickable(page, list(NOT_OURS)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(addresses=st.lists(ADDRESSES, min_size=20, max_size=60))
def test_the_page_and_the_services_agree_on_every_link(page: Page, addresses: list[str]) -> None:
    # A lone surrogate does not survive the way to the browser.
    sent = [address.encode("utf-8", "replace").decode() for address in addresses]

    assert clickable(page, sent) == [is_below_any(address, PREFIXES) for address in sent]
