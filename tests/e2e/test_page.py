"""The demo page in a real browser: a whole conversation, a reload, a broken connection, a small screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from contracts.values import Stage
from devstack.child import run_concurrently
from tests.support.chat_page import ChatPage
from tests.support.product import DENTIST, Product

# On a busy machine a gateway starts, and a browser types, more slowly than a visitor is made to wait.
SETTINGS = {"HOLDING_AFTER_S": "60", "BURST_QUIET_S": "4"}
PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def told(browser: Browser, product: Product) -> Iterator[tuple[ChatPage, list[str | None]]]:
    """A conversation that was typed until the booking link came, and the stages on the way."""
    with browser.new_context() as context:
        chat = ChatPage(context.new_page(), product.url)
        yield chat, chat.talk_to_the_link(DENTIST)


def test_a_conversation_on_the_page_ends_with_a_button_to_the_calendar(told):
    chat, stages = told

    expect(chat.booking_link).to_have_count(1)
    expect(chat.booking_link).to_be_in_viewport()
    assert (chat.booking_link.get_attribute("href") or "").startswith("https://calendly.com/")
    assert chat.booking_link.get_attribute("rel") == "noopener noreferrer"
    assert chat.page.locator("#stages li").all_text_contents() == [stage.value for stage in Stage]
    positions = [Stage(stage).position for stage in stages]
    assert (positions, stages[-1]) == (sorted(positions), "book")
    assert chat.page.locator("#stages .done").count() == 5
    assert chat.said[0::2] == list(DENTIST[: len(stages)])
    assert len(chat.said) == 2 * len(stages)


def test_the_proposal_leads_to_its_page_to_be_passed_on(told):
    chat, _ = told

    card = chat.page.get_by_role("link", name="View and share the proposal")

    expect(card).to_have_count(1)
    with chat.page.expect_popup() as opened:
        card.click()
    page = opened.value
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("AI agent: booking appointments", ignore_case=True)
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    page.close()


def test_a_reload_shows_the_same_conversation_again_and_the_console_nothing(told):
    chat, _ = told
    before = chat.said

    chat.reload()

    assert chat.said == before
    assert chat.stage == "book"
    expect(chat.booking_link).to_have_count(1)
    assert chat.complaints == []


def test_starting_over_forgets_the_conversation(chat: ChatPage):
    chat.say("Hello, I run a bakery.")

    chat.page.get_by_role("button", name="Start over").click()
    was_empty = chat.said == []
    chat.page.reload()

    assert was_empty
    expect(chat.page.locator("#welcome")).to_be_visible()
    assert chat.said == []
    chat.say("Hello, we are a law firm.")
    assert "bakery" not in " ".join(chat.said)


def test_an_opener_is_said_by_a_click(chat: ChatPage):
    opener = chat.page.locator("#openers button").first
    words = opener.inner_text()

    opener.click()
    chat.answer(0).wait_for()

    assert chat.said[0] == words
    expect(chat.page.locator("#welcome")).to_be_hidden()


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
    before = chat.said
    chat.reload()
    assert chat.said == before


def test_on_a_phone_everything_is_within_reach_and_a_long_reply_read_from_its_beginning(
    browser: Browser, product: Product
):
    with browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True) as context:
        chat = ChatPage(context.new_page(), product.url)
        for line in DENTIST:
            chat.say(line)
            if chat.stage == "propose":
                break
        expect(chat.page.locator("#log .bot").last.locator("p").first).to_be_in_viewport(ratio=1)
        chat.talk_to_the_link(DENTIST[DENTIST.index(line) + 1 :])

        send = chat.page.get_by_role("button", name="Send", exact=True).bounding_box()
        assert send is not None
        assert min(send["width"], send["height"]) >= 44
        assert send["y"] + send["height"] <= PHONE["height"]
        assert chat.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(chat.booking_link).to_be_in_viewport()
        expect(chat.page.locator("#stages [aria-current]")).to_be_in_viewport()


def test_three_messages_in_a_row_get_one_reply(chat: ChatPage):
    lines = ("well", "so", "hm")
    chat.say("Hello there!")

    for line in lines:
        chat.begin(line)
    chat.all_answered()

    assert chat.said[2:5] == list(lines)
    assert len(chat.said) == 6
    before = chat.said
    chat.reload()
    assert chat.said == before


def test_an_answer_in_a_few_words_is_not_held_up(product: Product):
    visitor = product.visitor()

    replies = [visitor.say(line)["response"] for line in ("Hello there!", "a bakery", "12")]

    assert len(set(replies)) == 3
