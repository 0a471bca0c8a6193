"""Quick replies on the demo page, in a real browser."""

import json
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.support.chat_page import ChatPage

HELLO, LABEL = "Hello, I run a bakery.", "16 to 50"
UNASKED = {
    "text": "Here is your proposal.",
    "answers": [],
    "sequence": 99,
    "suggestions": ["Go ahead", "Change something"],
}


@pytest.fixture
def chat(chat: ChatPage) -> ChatPage:
    """On a long phone, after the reply that asks how large the team is."""
    chat.page.set_viewport_size({"width": 360, "height": 900})
    chat.say(HELLO)
    return chat


def suggestions(chat: ChatPage, label: str = "") -> Locator:
    offered = chat.page.get_by_role("list", name="Suggested replies")
    return offered.get_by_role("button", name=label, exact=True) if label else offered.get_by_role("button")


def test_suggestions_are_buttons_below_the_last_reply_within_reach_of_a_finger(chat: ChatPage):
    expect(suggestions(chat, LABEL)).to_have_count(1)
    reply = chat.page.locator("#log .bot").last.bounding_box()
    assert reply is not None
    for button in suggestions(chat).all():
        box = button.bounding_box()
        assert box is not None
        assert box["y"] >= reply["y"] + reply["height"]
        assert min(box["width"], box["height"]) >= 44
        expect(button).to_be_in_viewport(ratio=1)
    assert chat.complaints == []


def test_suggestions_are_there_after_a_reload_and_a_click_sends_the_label_and_takes_them_away(chat: ChatPage):
    chat.reload()
    suggestions(chat, LABEL).click()
    chat.answer(1).wait_for()
    assert chat.lines == [HELLO, LABEL]
    expect(suggestions(chat, LABEL)).to_have_count(0)
    chat.reload()
    expect(suggestions(chat, LABEL)).to_have_count(0)


def test_suggestions_are_reached_and_picked_with_the_keyboard(chat: ChatPage):
    label = suggestions(chat).nth(1).inner_text()
    chat.page.locator("#scroll").focus()

    chat.page.keyboard.press("Tab")
    expect(suggestions(chat).first).to_be_focused()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    chat.answer(1).wait_for()

    assert chat.lines == [HELLO, label]
    expect(chat.page.locator("#scroll")).to_be_focused()


def test_a_message_that_comes_unasked_brings_suggestions_of_its_own(chat: ChatPage):
    def with_one_more(route: Route) -> None:
        transcript = route.fetch().json()
        identity = str(UUID(int=7))
        more = transcript["messages"][-1] | UNASKED | {"id": identity, "turn_id": identity}
        route.fulfill(json=transcript | {"messages": [*transcript["messages"], more]})

    chat.page.route("**/conversation/*", with_one_more)
    event = (
        f"event: message\nid: 7\ndata: {json.dumps(UNASKED | {'id': str(UUID(int=7)), 'role': 'bot'})}\n\n"
    )
    chat.page.route("**/events", lambda route: route.fulfill(body=event, content_type="text/event-stream"))
    chat.page.reload()
    chat.answer(1).wait_for()

    expect(suggestions(chat)).to_have_text(UNASKED["suggestions"])
    chat.page.unroute("**/conversation/*")
    chat.say("In my own words")
    expect(suggestions(chat, "Go ahead")).to_have_count(0)
