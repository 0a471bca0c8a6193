"""The widget for everybody: axe, a screen reader, a phone, from right to left, in the dark."""

from typing import Any

from playwright.sync_api import expect

from tests.e2e.widget.conftest import Visit
from tests.support.accessibility import faults_of
from tests.support.node_packages import screen_reader
from tests.support.product import DENTIST

# One that no text can be read in on white, nor any white text on it.
COLOUR = "#ffd400"
HELLO = "Hello, I run a bakery."
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
_READ = """async () => {
    const { virtual } = ScreenReader;
    await virtual.start({ container: document.body });
    for (let step = 0; step < 300; step += 1) {
        await virtual.next();
        if ((await virtual.lastSpokenPhrase()) === "end of document") break;
    }
    const phrases = await virtual.spokenPhraseLog();
    await virtual.stop();
    return phrases;
}"""
_HEARD = """() => {
    globalThis.heard = [];
    const status = document.getElementById("status");
    new MutationObserver(() => status.textContent.trim() && heard.push(status.textContent.trim()))
        .observe(status, { childList: true, characterData: true, subtree: true });
}"""


# What a visitor moves along by; each is named.
_LANDMARKS = [
    "main, Ada",
    "heading, Ada, level 1",
    "navigation, Where we are",
    "region, Conversation",
    "log, Messages, not busy",
    "list, Suggested replies",
    "textbox, Your message, placeholder Write a message",
    "button, Send, disabled",
    "status",
]


def test_axe_finds_nothing_wrong_by_day_and_by_night(visit: Visit):
    tab = visit("plain/home", {"teaser": "Questions? Ask away.", "color": COLOUR})
    tab.page.get_by_test_id("teaser").wait_for()
    assert faults_of(tab.page) == []
    tab.open()
    for line in DENTIST:
        tab.say(line)
        if tab.booking.count():
            break

    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=scheme)
        assert (scheme, faults_of(tab.page), faults_of(tab.frame)) == (scheme, [], [])


def test_a_screen_reader_hears_a_reply_once_and_reads_who_wrote_what(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.frame.evaluate(_HEARD)
    reply = tab.say(HELLO)

    heard = tab.frame.evaluate("heard")
    assert sum(reply.split("\n")[0] in phrase for phrase in heard) == 1, heard
    tab.frame.evaluate(screen_reader())
    spoken = tab.frame.evaluate(_READ)
    assert [phrase for phrase in spoken if phrase in _LANDMARKS] == _LANDMARKS
    exchange = spoken[
        spoken.index("log, Messages, not busy") : spoken.index("end of log, Messages, not busy")
    ]
    said = [phrase for phrase in exchange[1:] if phrase not in {"paragraph", "end of paragraph"}]
    assert said[:4] == ["You:", HELLO, "Ada", "Automatic"]
    assert "".join(said[4:]).replace(" ", "") == reply.replace("\n", "").replace(" ", "")


def test_on_a_phone_it_fills_the_screen_and_all_is_in_reach_of_a_finger(visit: Visit):
    tab = visit("turbo/home", **PHONE)
    tab.launcher.tap()
    tab.is_ready()
    tab.say(HELLO)

    box = tab.page.locator("iframe[name=salesbot-panel]").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    tab.page.evaluate("Turbo.visit('/turbo/prices')")
    expect(tab.page.locator("h1")).to_have_text("prices")
    assert tab.page.evaluate("document.querySelector('main').closest('[inert]') !== null")
    for control in tab.panel.locator("button:visible, textarea, a:visible").all():
        size = control.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44, control.evaluate("element => element.outerHTML")
        assert size["x"] >= 0
        assert size["x"] + size["width"] <= 390
    assert tab.frame.evaluate("document.documentElement.scrollWidth") <= 390
    font = tab.panel.locator("#message").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert font >= 16, "a phone zooms in on smaller input"

    tab.act("close")
    expect(tab.launcher).to_be_visible()
    assert tab.page.evaluate("document.querySelector('[inert]')") is None


def test_from_right_to_left_in_the_dark_all_is_mirrored_and_each_text_keeps_its_direction(visit: Visit):
    tab = visit("plain/home", {"lang": "ar", "theme": "dark"})
    launcher = tab.launcher.bounding_box()
    assert launcher is not None
    assert launcher["x"] < 200, "on the side where lines end"
    tab.open()
    tab.say(HELLO)

    assert tab.panel.locator("html").get_attribute("dir") == "rtl"
    assert tab.panel.locator("html").get_attribute("lang") == "ar"
    direction = "element => getComputedStyle(element).direction"
    assert tab.messages.first.locator(".bubble").evaluate(direction) == "ltr"
    mine, theirs = tab.messages.nth(0).bounding_box(), tab.messages.nth(1).bounding_box()
    assert mine and theirs
    assert mine["x"] < theirs["x"] + theirs["width"]
    assert tab.frame.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is False
    assert faults_of(tab.frame) == []
