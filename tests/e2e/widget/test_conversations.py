"""Whole conversations in the widget: by keyboard, by buttons, in two tabs, after a reload."""

import re

from playwright.sync_api import Frame, expect

from tests.e2e.widget.conftest import Visit
from tests.support.host_site import HostSite
from tests.support.product import DENTIST, Product
from tests.support.widget_page import WidgetPage

# On a busy machine a gateway starts more slowly than a visitor is made to wait.
BOOKING = re.compile(r"^https://calendly\.com/")


def test_a_conversation_by_keyboard_alone_under_a_strict_policy_ends_with_the_booking_card(
    visit: Visit, host: HostSite, product: Product
):
    tab = visit("strict/home", is_closed=True)
    assert tab.page.evaluate("document.querySelector('salesbot-widget').shadowRoot") is None
    assert [address for address in tab.requested if address.startswith(product.url)] == [
        f"{product.url}/widget.js"
    ]

    tab.page.get_by_role("link", name="Prices").focus()
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    panel = tab.opened()
    for line in DENTIST:
        _type(tab, panel, line)
        if panel.locator(".card.booking").count():
            break

    link = panel.locator(".card.booking")
    expect(link).to_have_attribute("href", BOOKING)
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(panel.locator(".card.proposal")).to_have_count(1)
    tab.page.keyboard.press("Escape")
    assert tab.page.evaluate("document.activeElement.localName") == "salesbot-widget"


def _type(tab: WidgetPage, panel: Frame, line: str) -> None:
    """Type a line where the focus is; nothing is clicked."""
    expect(panel.locator("#message")).to_be_focused()
    count = panel.locator("#log .message").count()
    tab.page.keyboard.type(line)
    tab.page.keyboard.press("Enter")
    expect(panel.locator("#log .message")).to_have_count(count + 2, timeout=20_000)
    panel.locator("#log[aria-busy=false]").wait_for()


def test_a_conversation_by_buttons_alone_reaches_the_booking_card_and_a_reload_shows_it_again(visit: Visit):
    tab = visit("strict/home")
    tab.open()
    picks = 0
    while not tab.booking.count():
        tab.pick()
        picks += 1
        assert picks < 20, "no end of it"
    said, picked_last = tab.said, tab.suggestions.all_inner_texts()

    tab.page.goto(tab.page.url.replace("home", "prices"))
    tab.is_ready()

    expect(tab.messages).to_have_count(len(said))
    assert tab.said == said
    assert tab.suggestions.all_inner_texts() == picked_last
    expect(tab.booking).to_have_count(1)
    with tab.page.expect_popup() as opened:
        tab.panel.locator(".card.proposal").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("AI agent")


def test_two_tabs_show_one_conversation(visit: Visit):
    first = visit("strict/home")
    second = first.another_tab()
    for tab in (first, second):
        tab.open()

    first.say("Hello, I run a bakery.")
    second.answered(2)
    second.say("We are 12 people.")
    first.answered(4)

    assert first.said == second.said
    for tab in (first, second):
        tab.page.reload()
        tab.is_ready()
        tab.answered(4)
    assert first.said == second.said


def test_what_was_said_is_kept_as_a_file_and_deleted_for_good_in_every_tab(visit: Visit, product: Product):
    tab = visit("strict/home")
    tab.open()
    reply = tab.say("Hello, I run a bakery.")
    other = tab.another_tab()
    other.open()
    other.answered(2)
    known = tab.page.evaluate("JSON.parse(localStorage['salesbot.site.conversation'])")

    with tab.page.expect_download() as download:
        tab.act("download")
    kept = download.value.path().read_text(encoding="utf-8")
    assert "Hello, I run a bakery." in kept
    assert reply in kept
    tab.act("delete")
    tab.act("delete-confirm")

    for page in (tab, other):
        expect(page.messages).to_have_count(0)
    address, token = (
        f"{product.url}/conversation/{known['id']}",
        {"Authorization": f"Bearer {known['token']}"},
    )
    assert tab.context.request.get(address, headers=token).status in {403, 404, 410}
    tab.say("Hello again, we are a law firm.")
    assert "bakery" not in " ".join(tab.said)
