"""What host pages do to a widget: routers that swap the page, isolation, blocked storage, hostile styles."""

import pytest
from playwright.sync_api import expect

from tests.e2e.widget.conftest import Visit
from tests.support.desk import Colleague
from tests.support.host_site import HostSite
from tests.support.product import Product

HELLO = "Hello, I run a bakery."
_BLOCK_STORAGE = """
for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, {
    get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});
"""
_BOX = "element => Object.values(element.getBoundingClientRect().toJSON())"


@pytest.mark.parametrize("router", ["turbo", "htmx", "react"])
def test_soft_navigations_keep_one_launcher_and_the_chat(visit: Visit, router: str):
    tab = visit(f"{router}/home")
    tab.open()
    tab.say(HELLO)
    said = tab.said
    tab.page.evaluate("globalThis.isSameDocument = true")

    for name in ("prices", "about", "home"):
        tab.page.get_by_role("link", name=name, exact=True).click()
        expect(tab.page.get_by_role("heading", level=1)).to_have_text(name)
    tab.page.go_back()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("about")

    assert tab.page.evaluate("globalThis.isSameDocument")
    expect(tab.page.locator("salesbot-widget")).to_have_count(1)
    expect(tab.launcher).to_have_count(1)
    expect(tab.page.locator("iframe[name=salesbot-panel]")).to_have_count(1)
    tab.answered(2)
    assert tab.said == said
    tab.say("We are 12 people.")


def test_nothing_but_the_loader_is_asked_for_before_the_visitor_shows_intent(
    visit: Visit, host: HostSite, product: Product
):
    tab = visit("strict/home")
    tab.page.mouse.move(5, 5)
    tab.page.wait_for_load_state("networkidle")
    ours = [address for address in tab.requested if address.startswith(product.url)]
    assert ours == [f"{product.url}/widget.js"]

    tab.launcher.hover()
    tab.page.locator("iframe[name=salesbot-panel]").wait_for(state="attached")


def test_hostile_styles_of_the_page_do_not_reach_the_launcher(visit: Visit):
    tab, plain = visit("strict/home"), visit("react/home")

    assert tab.launcher.evaluate(_BOX) == plain.launcher.evaluate(_BOX)
    for style in ("backgroundColor", "color", "transform", "letterSpacing", "textTransform", "fontSize"):
        reads = f"element => getComputedStyle(element).{style}"
        assert tab.launcher.evaluate(reads) == plain.launcher.evaluate(reads), style
    tab.open()
    assert tab.page.locator("iframe[name=salesbot-panel]").evaluate(_BOX)[2] >= 320


def test_an_isolated_page_may_embed_it(visit: Visit):
    tab = visit("isolated/home")
    assert tab.page.evaluate("crossOriginIsolated")
    tab.open()
    tab.say(HELLO)


def test_without_storage_it_talks_all_the_same(visit: Visit):
    tab = visit("strict/home", before=_BLOCK_STORAGE)
    tab.open()
    tab.say(HELLO)
    tab.say("We are 12 people.")


def test_a_page_keeps_the_keyboard_while_the_chat_stays_open(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.say(HELLO)

    tab.page.get_by_role("link", name="Prices").click()
    tab.answered(2)
    expect(tab.page.get_by_label("Search")).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(tab.launcher).to_have_attribute("aria-expanded", "true")

    tab.panel.locator("#message").focus()
    tab.page.keyboard.press("Escape")
    expect(tab.launcher).to_have_attribute("aria-expanded", "false")
    expect(tab.launcher).to_be_focused()


def test_the_keyboard_is_in_the_panel_before_that_has_loaded(visit: Visit):
    tab = visit("strict/home")
    tab.page.route("**/panel*.js", lambda route: None)
    tab.launcher.click()
    focused = "document.querySelector('salesbot-widget').shadowRoot.activeElement.localName"
    assert tab.page.evaluate(focused) == "iframe"


def test_a_page_commands_it_and_hears_of_it_however_often_it_was_loaded(visit: Visit, product: Product):
    tab = visit("strict/home")
    tab.page.evaluate(
        """address => new Promise((resolve) => {
            globalThis.heard = [];
            for (const name of ["open", "close", "message", "unread"])
                Salesbot("on", name, () => heard.push(name));
            const again = Object.assign(document.createElement("script"), { src: address, onload: resolve });
            document.head.append(again);
        })""",
        f"{product.url}/widget.js",
    )
    expect(tab.page.locator("salesbot-widget")).to_have_count(1)

    tab.page.evaluate("Salesbot('open')")
    tab.is_ready()
    tab.say(HELLO)
    # A person speaks when the panel is closed for certain; a reply might be there before that.
    colleague = Colleague(product.url, tab.conversation_id)
    colleague.take_over()
    tab.answered(3)
    tab.page.evaluate("Salesbot('close')")
    assert colleague.say("Here I am.").status_code == 201
    expect(tab.page.get_by_test_id("badge")).to_have_text("1", timeout=20_000)
    expect(tab.launcher).to_have_accessible_name("Open chat, new messages: 1")
    tab.page.evaluate("Salesbot('toggle')")
    tab.answered(4)
    expect(tab.page.get_by_test_id("badge")).to_be_hidden()
    heard = tab.page.evaluate("heard")
    assert {"open", "close", "message", "unread"} <= set(heard)

    tab.page.evaluate("Salesbot('destroy')")
    expect(tab.page.locator("salesbot-widget")).to_have_count(0)


def test_a_page_may_run_it_before_there_is_a_body(visit: Visit):
    tab = visit("waiting/home")
    tab.open()
    tab.say(HELLO)


def test_a_dismissed_teaser_stays_away(visit: Visit):
    tab = visit("plain/home", {"teaser": "Questions? Ask away.", "teaser-delay": "0.1"})
    tab.page.get_by_role("button", name="Dismiss").click()

    tab.page.clock.install()
    tab.page.reload()
    tab.page.clock.run_for(60_000)
    expect(tab.page.get_by_role("button", name="Dismiss")).to_have_count(0)
