"""A colleague takes over in the console, in a real browser, while a visitor talks."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import calendar_webhooks
from tests.support.accessibility import faults_of
from tests.support.calendar_webhooks import invitee_of, notify
from tests.support.playbooks import SHIPPED
from tests.support.product import API_KEY, Product, Visitor, eventually

SETTINGS = {"TAKEOVER_LEASE_S": "5", **calendar_webhooks.SETTINGS}
_COMPLAINTS = frozenset({"error", "warning"})


@pytest.fixture
def visitor(product: Product) -> Visitor:
    """Somebody who has said hello."""
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    return visitor


def lead_page(browser: Browser, product: Product, visitor: Visitor, complaints: list[str]) -> Page:
    page = browser.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in _COMPLAINTS else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{product.url}/console/sign-in")
    page.get_by_label("API key").fill(API_KEY)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{product.url}/console/leads/{visitor.conversation_id}")
    return page


def test_a_colleague_follows_takes_over_speaks_and_hands_back(
    browser: Browser, product: Product, visitor: Visitor
):
    complaints: list[str] = []
    page = lead_page(browser, product, visitor, complaints)
    transcript = page.locator("#transcript")

    visitor.say("We are 12 people.")
    expect(transcript).to_contain_text("We are 12 people.")
    page.get_by_label("Your name, as the visitor is told").fill("Tove <b>Almqvist</b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Tove <b>Almqvist</b> speaks to the visitor.")
    assert visitor.post("Is anybody there?").status_code == 202
    expect(transcript).to_contain_text("Is anybody there?")
    page.keyboard.type("Yes, it is <i>me</i>.")
    page.keyboard.press("Enter")
    eventually(lambda: visitor.read_from("person") == ["Yes, it is <i>me</i>."])
    expect(transcript.locator(".ours").last).to_contain_text("Yes, it is <i>me</i>.")
    writer = transcript.locator(".writer.person").last
    expect(writer).to_have_text("Tove <b>Almqvist</b>", use_inner_text=True)

    # Longer than a lease lasts, and over a reload.
    for _ in range(4):
        with page.expect_request(lambda request: request.method == "PUT"):
            pass
    page.reload()
    expect(page.get_by_label("Your message")).to_be_visible()
    page.get_by_label("Your message").fill("Still here.")
    page.get_by_role("button", name="Send").click()
    eventually(lambda: visitor.read_from("person")[1:] == ["Still here."])
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_role("status")).to_have_text("The assistant speaks to the visitor.")
    expect(page.get_by_role("button", name="Take over")).to_be_visible()
    assert visitor.say("Good, goodbye.")["written_by"] == "playbook"
    assert complaints == []


def test_what_becomes_of_a_demo_while_a_colleague_speaks_is_shown_at_once_and_said_after_them(
    browser: Browser, product: Product, visitor: Visitor
):
    link = visitor.say("Send me the link for a demo, please.")["response"]
    invitee = invitee_of(next(word for word in link.split() if "utm_content" in word))
    complaints: list[str] = []
    page = lead_page(browser, product, visitor, complaints)
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_label("Your message")).to_be_visible()

    demo = page.locator("#demo-now")
    notify(product, invitee.created("A"))
    expect(demo).to_contain_text("A demo is booked: ")
    expect(demo).to_contain_text("The assistant tells the visitor once you hand back.")
    assert faults_of(page) == []
    notify(product, invitee.missed("A"))
    expect(demo).to_contain_text("The visitor missed the demo: ")
    notify(product, invitee.canceled("A"))
    expect(demo).to_contain_text("The demo was canceled.")
    told = SHIPPED.lines.demo_canceled
    assert told not in visitor.read_from("playbook")

    page.get_by_role("button", name="Hand back").click()
    eventually(lambda: told in visitor.read_from("playbook"))
    expect(page.locator("#transcript")).to_contain_text(told)
    # The link is given anew, as a message of its own.
    eventually(lambda: "https://calendly.com/" in visitor.read_from("playbook")[-1])
    assert complaints == []


def test_of_two_colleagues_the_second_is_told_and_who_was_away_learns_it(
    browser: Browser, product: Product, visitor: Visitor
):
    pages = [lead_page(browser, product, visitor, []) for _ in range(2)]
    for page, name in zip(pages, ("Tove", "Ivo"), strict=True):
        page.get_by_label("Your name, as the visitor is told").fill(name)
        page.get_by_role("button", name="Take over").click()
    expect(pages[1].get_by_role("alert")).to_have_text("Tove speaks already.")

    pages[0].context.set_offline(True)
    expect(pages[0].get_by_role("alert")).to_contain_text("The connection is lost.")
    speaks = pages[1].get_by_role("status")
    expect(speaks).to_have_text("The assistant speaks to the visitor.", timeout=20_000)
    pages[0].context.set_offline(False)
    expect(pages[0].get_by_role("alert")).to_contain_text("You do not speak any more", timeout=20_000)
    pages[1].get_by_role("button", name="Take over").click()
    expect(speaks).to_have_text("Ivo speaks to the visitor.")


def test_a_page_follows_on_after_an_answer_that_was_no_stream(
    browser: Browser, product: Product, visitor: Visitor
):
    page = lead_page(browser, product, visitor, [])
    page.route("**/events?*", lambda route: route.fulfill(status=503), times=1)
    page.reload()

    visitor.say("We are 12 people.")
    expect(page.locator("#transcript")).to_contain_text("We are 12 people.", timeout=15_000)


def test_who_is_signed_out_while_speaking_is_told(browser: Browser, product: Product, visitor: Visitor):
    page = lead_page(browser, product, visitor, [])
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_label("Your message")).to_be_visible()
    page.context.clear_cookies()

    expect(page.get_by_role("alert")).to_contain_text("You are signed out", timeout=15_000)
    expect(page.get_by_role("button", name="Take over")).to_be_visible()


def test_it_is_for_everybody_by_day_and_by_night_and_on_a_telephone(
    browser: Browser, product: Product, visitor: Visitor
):
    page = lead_page(browser, product, visitor, [])
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("Good to meet you.")
    page.keyboard.press("Enter")
    expect(page.locator("#transcript .ours").last).to_contain_text("Good to meet you.")

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults_of(page) == []
    page.set_viewport_size({"width": 375, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    for name in ("Send", "Hand back"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box and box["height"] >= 24 and box["x"] + box["width"] <= 375
