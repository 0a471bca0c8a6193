"""A conversation goes on on another device by its link."""

import httpx2
from playwright.sync_api import Browser, expect

from tests.e2e.widget.conftest import Visit
from tests.support.chat_page import ChatPage
from tests.support.product import API_KEY, Product


def link_to(product: Product, conversation_id: str) -> str:
    made = httpx2.post(
        f"{product.url}/conversation/{conversation_id}/resume-link", headers={"x-api-key": API_KEY}
    )
    url: str = made.json()["url"]
    return url


def test_it_is_there_where_it_stopped_and_each_device_sees_what_the_other_says(
    visit: Visit, browser: Browser, product: Product
):
    here = visit("plain/home")
    here.open()
    here.say("Hello, I run a bakery.")
    with browser.new_context() as device:
        there = ChatPage(device.new_page(), link_to(product, here.conversation_id))
        expect(there.page.locator("#log .message")).to_have_count(2)
        assert there.said == here.said
        assert "resume" not in there.page.url

        there.say("We are 12 people.")
        expect(here.messages).to_have_count(4)
        there.page.reload()
        expect(there.page.locator("#log .message")).to_have_count(4)
        assert there.complaints == []


def test_a_link_that_is_none_is_said_so_and_another_conversation_stays(browser: Browser, product: Product):
    with browser.new_context() as device:
        page = ChatPage(device.new_page(), product.url)
        page.say("Hello, I run a bakery.")
        page.page.goto(f"{product.url}/#resume=forged")
        expect(page.page.get_by_text("This conversation cannot be continued.")).to_be_visible()
        expect(page.page.locator("#log .message")).to_have_count(2)
