"""The demo page in a real browser: a whole conversation, a reload, a broken connection, a small screen."""

import json

from playwright.sync_api import Browser, expect

from contracts.values import Stage
from devstack.child import run_concurrently
from tests.support.chat_page import ChatPage
from tests.support.product import DENTIST, Product

# On a busy machine a gateway starts more slowly than a visitor is made to wait.
SETTINGS = {"HOLDING_AFTER_S": "60"}
PHONE = {"width": 360, "height": 640}


def _expect_the_same_after_a_reload(chat: ChatPage) -> None:
    before = chat.said
    chat.reload()
    assert chat.said == before


def test_a_conversation_ends_with_a_button_to_the_calendar_and_a_reload_shows_it_again(chat: ChatPage):
    stages = chat.talk_to_the_link(DENTIST)

    expect(chat.booking_link).to_have_count(1)
    expect(chat.booking_link).to_be_in_viewport()
    assert (chat.booking_link.get_attribute("href") or "").startswith("https://calendly.com/")
    assert chat.booking_link.get_attribute("rel") == "noopener noreferrer"
    shown = chat.page.locator("#stages li")
    assert [step.get_attribute("data-stage") for step in shown.all()] == [stage.value for stage in Stage]
    positions = [Stage(stage).position for stage in stages]
    assert (positions, stages[-1]) == (sorted(positions), "book")
    assert chat.page.locator("#stages .done").count() == 5
    assert chat.said[0::2] == list(DENTIST[: len(stages)])
    assert len(chat.said) == 2 * len(stages)

    _expect_the_same_after_a_reload(chat)
    assert chat.stage == "book"
    expect(chat.booking_link).to_have_count(1)

    with chat.page.expect_popup() as opened:
        chat.page.get_by_role("link", name="View and share the proposal").click()
    title = opened.value.get_by_role("heading", level=1)
    expect(title).to_have_text("AI agent: booking appointments", ignore_case=True)
    expect(opened.value.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    assert chat.complaints == []
    # What tells machines who wrote the page is no script to the page's policy.
    opened.value.on("console", lambda message: chat.complaints.append(message.text))
    opened.value.reload()
    told = json.loads(opened.value.locator('script[type="application/ld+json"]').text_content() or "")
    assert (told["creator"]["@type"], chat.complaints) == ("Organization", [])


def test_an_opener_is_said_by_a_click_and_starting_over_forgets_the_conversation(chat: ChatPage):
    welcome, opener = chat.page.locator("#welcome"), chat.page.locator("#suggestions button").first
    words = opener.inner_text()

    opener.click()
    chat.answer(0).wait_for()
    assert chat.said[0] == words
    expect(welcome).to_be_hidden()
    chat.say("I run a bakery.")

    chat.start_over()
    assert chat.said == []
    chat.page.reload()
    expect(welcome).to_be_visible()
    assert chat.said == []
    chat.say("Hello, we are a law firm.")
    assert "bakery" not in " ".join(chat.said)


def test_a_reply_goes_on_after_the_gateway_was_killed_in_its_middle(chat: ChatPage, product: Product):
    answers = product.visitor().talk_to_the_link()
    asking = next(place for place, answer in enumerate(answers) if answer["stage"] == "propose")
    proposal, gateway = product.services["proposal"], product.services["gateway"]
    proposal.terminate()
    for line in DENTIST[:asking]:
        chat.say(line)
    chat.begin(DENTIST[asking])
    chat.page.locator("#log .bot").nth(asking).locator("p").first.wait_for()
    lead_in = chat.said[-1]

    gateway.kill()
    expect(chat.page.locator("#notice")).to_contain_text("connection broke")
    run_concurrently([gateway.start, proposal.start])
    chat.answer(asking).wait_for()

    whole = chat.said[-1]
    assert whole.startswith(lead_in)
    assert whole.count(lead_in) == 1
    assert "Dentrix" in whole
    expect(chat.page.locator("#notice")).to_be_hidden()
    _expect_the_same_after_a_reload(chat)


def test_on_a_phone_all_is_in_reach_and_a_long_reply_read_from_its_top(browser: Browser, product: Product):
    with browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True) as context:
        chat = ChatPage(context.new_page(), product.url)
        lines = iter(DENTIST)
        while chat.stage != "propose":
            chat.say(next(lines))
        expect(chat.page.locator("#log .bot").last.locator("p").first).to_be_in_viewport(ratio=1)
        chat.talk_to_the_link(tuple(lines))

        send = chat.page.get_by_role("button", name="Send", exact=True).bounding_box()
        assert send is not None
        assert min(send["width"], send["height"]) >= 44
        assert send["y"] + send["height"] <= PHONE["height"]
        assert chat.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(chat.booking_link).to_be_in_viewport()
        expect(chat.page.locator("#stages [aria-current]")).to_be_in_viewport()
