"""A reply on a network that breaks, and behind a proxy that likes to wait."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.support.cutting_proxy import CuttingProxy, running_cutting_proxy
from tests.support.fake_openai import FakeOpenAI
from tests.support.host_site import running_host_site
from tests.support.nginx import Nginx, find_nginx
from tests.support.product import Product
from tests.support.widget_page import WidgetPage

HELLO, MORE = "Hello!", "I run a bakery."
# So many pieces of the answer let the first sentence of the reply out.
BEGUN = 20
# Every state of the last reply: what grows without a flash only ever gets longer.
_NOTE_STATES = """() => {
    globalThis.states = [""];
    const log = document.getElementById("log");
    new MutationObserver(() => {
        const replies = log.querySelectorAll(".message.bot .bubble");
        const text = replies[replies.length - 1].textContent;
        if (text !== states.at(-1)) states.push(text);
    }).observe(log, { childList: true, characterData: true, subtree: true });
}"""


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


@pytest.fixture(scope="module")
def network(product: Product) -> Iterator[CuttingProxy]:
    with running_cutting_proxy(int(product.url.rpartition(":")[2])) as proxy:
        yield proxy


@pytest.fixture
def tab(browser: Browser, network: CuttingProxy) -> Iterator[WidgetPage]:
    """A visitor who said hello over the network that can be cut."""
    with running_host_site(network.url, {}) as host, browser.new_context() as context:
        page = WidgetPage(context, host.at("strict/home"))
        page.open()
        page.say(HELLO)
        yield page


def test_a_reply_that_is_cut_in_its_middle_goes_on_without_a_lost_or_doubled_character(
    tab: WidgetPage, network: CuttingProxy, model: FakeOpenAI
):
    tab.frame.evaluate(_NOTE_STATES)
    held = model.hold_after(BEGUN)
    tab.begin(MORE)
    expect(tab.messages.nth(3).locator(".bubble")).not_to_be_empty()
    begun = tab.said[3]

    network.cut()
    expect(tab.panel.locator("#notice")).to_be_visible()
    held.release()
    network.mend()
    whole = tab.answered(4)
    expect(tab.panel.locator("#notice")).to_be_hidden()

    assert whole.startswith(begun)
    assert len(whole) > len(begun)
    states = tab.frame.evaluate("states")
    assert [(before, after) for before, after in pairwise(states) if not after.startswith(before)] == []
    tab.page.reload()
    tab.answered(4)
    assert tab.said[3] == whole


def test_a_reply_goes_on_where_the_visitor_went_to_another_page(tab: WidgetPage, model: FakeOpenAI):
    held = model.hold_after(BEGUN)
    # It goes with the message, which is the same on the next page only with it.
    tab.page.evaluate("Salesbot('identify', { name: 'Grace Hopper' })")
    tab.begin(MORE)
    expect(tab.messages.nth(3).locator(".bubble")).not_to_be_empty()

    tab.page.get_by_role("link", name="Prices").click()
    expect(tab.messages).to_have_count(4)
    held.release()
    whole = tab.answered(4)

    assert tab.said[2] == MORE
    tab.page.reload()
    tab.answered(4)
    assert tab.said[3] == whole


def test_what_is_written_while_the_network_is_away_is_said_once_when_it_is_back(
    tab: WidgetPage, network: CuttingProxy
):
    network.cut()
    tab.begin(MORE)
    expect(tab.panel.locator("#notice")).to_be_visible()
    network.mend()
    tab.answered(4)

    tab.page.reload()
    tab.answered(4)
    assert tab.said[2] == MORE


def test_a_message_that_was_refused_is_sent_again_by_a_button_as_the_same(tab: WidgetPage):
    keys: list[str] = []

    def refuse(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fulfill(status=400, content_type="application/problem+json", json={"title": "Refused"})

    tab.context.route("**/chat", refuse)
    tab.begin(MORE)
    again = tab.messages.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    tab.context.unroute("**/chat")

    with tab.page.expect_request("**/chat") as sent:
        again.click()
    tab.answered(4)
    assert {sent.value.headers["idempotency-key"]} == set(keys)
    assert tab.said[2] == MORE


def test_behind_nginx_with_gzip_the_words_come_as_they_are_written(
    browser: Browser, product: Product, model: FakeOpenAI, tmp_path: Path
):
    if (program := find_nginx()) is None:
        pytest.skip("needs nginx")
    nginx = Nginx(program, product.url, tmp_path)
    nginx.start()
    try:
        with running_host_site(nginx.url, {}) as host, browser.new_context() as context:
            tab = WidgetPage(context, host.at("strict/home"))
            tab.open()
            tab.say(HELLO)
            held = model.hold_after(BEGUN)
            tab.begin(MORE)
            expect(tab.messages.nth(3).locator(".bubble")).not_to_be_empty()
            assert tab.panel.locator("#log[aria-busy=true]").count() == 1
            held.release()
            tab.answered(4)
            assert tab.complaints == []
    finally:
        nginx.terminate()
