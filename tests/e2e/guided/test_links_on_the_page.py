"""Which links of a reply can be clicked, asked of a browser and of the services alike."""

import base64
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from playbook.claims import is_below_any
from tests.support.links import ADDRESSES, NOT_OURS, OURS, PREFIXES
from tests.support.widget import compiled_module

Clickable = Callable[[list[str]], list[bool]]
_CHECK = """async ([module, addresses, prefixes]) => {
    const { safeLink } = await import(module);
    return addresses.map((address) => safeLink(address, prefixes) !== null);
}"""


@pytest.fixture(scope="module")
def clickable(browser: Browser) -> Iterator[Clickable]:
    """Which of the addresses the page makes a link of."""
    module = f"data:text/javascript;base64,{base64.b64encode(compiled_module('panel/links.ts')).decode()}"
    with browser.new_context() as context:
        page = context.new_page()
        yield lambda addresses: page.evaluate(_CHECK, [module, addresses, PREFIXES])


def test_only_pages_of_ours_can_be_clicked(clickable: Clickable) -> None:
    assert all(clickable([*OURS]))
    assert not any(clickable([*NOT_OURS]))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(addresses=st.lists(ADDRESSES, min_size=20, max_size=60))
def test_the_page_and_the_services_agree_on_every_link(clickable: Clickable, addresses: list[str]) -> None:
    # A lone surrogate does not survive the way to the browser.
    sent = [address.encode("utf-8", "replace").decode() for address in addresses]
    assert clickable(sent) == [is_below_any(address, PREFIXES) for address in sent]
