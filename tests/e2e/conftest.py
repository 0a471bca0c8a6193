"""A browser for the modules that look at a page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import find_browser
from tests.support.chat_page import ChatPage, running_browser
from tests.support.product import Product


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Started last: Playwright keeps an event loop running, beside which no other can be run."""
    if (program := find_browser()) is None:
        pytest.skip("needs Chromium or Chrome on the PATH")
    if "product" in request.fixturenames:
        request.getfixturevalue("product")
    # A page may take its time on a machine that has much to do.
    expect.set_options(timeout=30_000)
    with running_browser(program) as running:
        yield running


@pytest.fixture
def chat(browser: Browser, product: Product) -> Iterator[ChatPage]:
    """Somebody who opens the page for the first time."""
    with browser.new_context() as context:
        yield ChatPage(context.new_page(), product.url)
