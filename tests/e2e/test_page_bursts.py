"""Somebody writes on while a slow model speaks: the page shows all of it, once, also after a reload."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import find_browser
from tests.support.chat_page import ChatPage, running_browser
from tests.support.model_thread import ModelThread
from tests.support.product import Product

BROWSER = find_browser()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium or Chrome on the PATH")

HELLO = "Hello, I run a bakery."
MORE = ("We are 12 people.", "Taking phone orders eats up our mornings.")


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], slow_model: ModelThread) -> dict[str, str]:
    return product_env | slow_model.env()


@pytest.fixture(scope="module")
def browser(product: Product) -> Iterator[Browser]:
    """Started last: Playwright keeps an event loop running, beside which no other can be run."""
    assert BROWSER is not None
    with running_browser(BROWSER) as running:
        yield running


@pytest.fixture
def chat(browser: Browser, product: Product) -> Iterator[ChatPage]:
    """Somebody who opens the page for the first time."""
    with browser.new_context() as context:
        yield ChatPage(context.new_page(), product.url)


def test_what_is_written_while_a_reply_comes_is_answered_too(chat: ChatPage):
    chat.begin(HELLO)
    for line in MORE:
        chat.begin(line)

    chat.all_answered()

    assert chat.lines == [HELLO, *MORE]
    assert 1 <= len(chat.replies) <= 2
    assert len(set(chat.replies)) == len(chat.replies)


def test_a_reload_in_the_middle_loses_nothing_and_repeats_nothing(chat: ChatPage):
    chat.say(HELLO)
    for line in MORE:
        chat.begin(line)
    chat.page.reload()
    chat.page.locator("#log[aria-busy=true]").wait_for()

    chat.all_answered()

    assert chat.lines == [HELLO, *MORE]
    assert 2 <= len(chat.replies) <= 3
    assert len(set(chat.replies)) == len(chat.replies)
    assert chat.complaints == []


def test_a_reload_before_the_first_reply_goes_on_with_every_message(chat: ChatPage):
    chat.begin(HELLO)
    chat.begin(MORE[0])
    chat.page.reload()
    chat.answer(0).wait_for()

    chat.all_answered()

    assert chat.lines == [HELLO, MORE[0]]
    assert 1 <= len(chat.replies) <= 2
    assert len(set(chat.replies)) == len(chat.replies)


def test_what_is_written_while_nobody_listens_is_answered_later(chat: ChatPage, product: Product):
    chat.say(HELLO)
    gateway = product.services["gateway"]
    gateway.kill()

    for line in MORE:
        chat.begin(line)
    expect(chat.page.locator("#notice")).to_contain_text("connection broke")
    gateway.start()
    chat.all_answered()

    assert chat.lines == [HELLO, *MORE]
    assert 2 <= len(chat.replies) <= 3
    assert len(set(chat.replies)) == len(chat.replies)
    expect(chat.page.locator("#notice")).to_be_hidden()
