"""Quick replies on the demo page, in a real browser; what a gateway would answer is made up by the test."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from services.gateway.adapters.page_files import load_page
from tests.support.chat_page import ChatPage
from tests.support.playbooks import SHIPPED

URL = "http://chat.example/"
CONVERSATION = str(UUID(int=7))
OFFERED = ["1 to 15", "16 to 50", "More than 50"]


class PlayedGateway:
    """Serves the page, answers every message with the next reply and its suggestions, and keeps it all."""

    def __init__(self, *offers: list[str]) -> None:
        self.messages: list[dict[str, Any]] = []
        self._page = load_page(SHIPPED)
        self._offers = [*offers]

    @property
    def said(self) -> list[str]:
        """What the visitor said."""
        return [message["text"] for message in self.messages if message["role"] == "visitor"]

    def answer(self, route: Route) -> None:
        """Answer one request."""
        path = route.request.url.removeprefix(URL)
        if path == "chat":
            turn = self._reply_to(json.loads(route.request.post_data or "{}")["message"])
            route.fulfill(content_type="text/event-stream", body=turn)
        elif path.startswith("conversation/"):
            route.fulfill(json={"messages": self.messages, "stage": "understand", "proposal": None})
        else:
            file = self._page[path.removeprefix("page/") or "index.html"]
            route.fulfill(body=file.body, content_type=file.media_type)

    def follow_up(self, text: str, suggestions: list[str]) -> None:
        """Say something that nobody asked for."""
        self._say("bot", text, suggestions=suggestions)

    def _reply_to(self, message: str) -> str:
        turn_id = self._say("visitor", message)
        suggestions = self._offers.pop(0) if self._offers else []
        text = f"Reply {len(self.messages)}"
        self._say("bot", text, answers=[turn_id], suggestions=suggestions)
        accepted = {"conversation_id": CONVERSATION, "turn_id": turn_id, "session_token": "t"}
        done = accepted | {"response": text, "stage": "understand", "suggestions": suggestions}
        events = (("accepted", accepted), ("done", done))
        return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)

    def _say(
        self, role: str, text: str, *, answers: list[str] | None = None, suggestions: list[str] | None = None
    ) -> str:
        identity = str(UUID(int=len(self.messages) + 100))
        message = {"id": identity, "turn_id": identity, "role": role, "text": text}
        self.messages.append(message | {"answers": answers or [], "suggestions": suggestions or []})
        return identity


@pytest.fixture
def gateway() -> PlayedGateway:
    return PlayedGateway(OFFERED)


@pytest.fixture
def chat(browser: Browser, gateway: PlayedGateway) -> Iterator[ChatPage]:
    with browser.new_context(viewport={"width": 360, "height": 640}) as context:
        context.route(f"{URL}**", gateway.answer)
        yield ChatPage(context.new_page(), URL)


def suggestions(chat: ChatPage) -> Locator:
    return chat.page.get_by_role("list", name="Suggested replies").get_by_role("button")


def test_suggestions_are_buttons_below_the_last_reply_within_reach_of_a_finger(chat: ChatPage):
    chat.say("Hello")

    expect(suggestions(chat)).to_have_text(OFFERED)
    reply = chat.page.locator("#log .bot").last.bounding_box()
    assert reply is not None
    for button in suggestions(chat).all():
        box = button.bounding_box()
        assert box is not None
        assert box["y"] >= reply["y"] + reply["height"]
        assert min(box["width"], box["height"]) >= 44
        expect(button).to_be_in_viewport(ratio=1)
    assert chat.complaints == []


def test_a_click_sends_the_label_and_takes_the_suggestions_away(chat: ChatPage, gateway: PlayedGateway):
    chat.say("Hello")

    suggestions(chat).nth(1).click()
    chat.answer(1).wait_for()

    assert gateway.said == ["Hello", "16 to 50"]
    assert chat.lines == ["Hello", "16 to 50"]
    expect(suggestions(chat)).to_have_count(0)


def test_suggestions_are_reached_and_picked_with_the_keyboard(chat: ChatPage, gateway: PlayedGateway):
    chat.say("Hello")
    chat.page.locator("#scroll").focus()

    chat.page.keyboard.press("Tab")
    expect(suggestions(chat).first).to_be_focused()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    chat.answer(1).wait_for()

    assert gateway.said == ["Hello", "16 to 50"]
    expect(chat.page.locator("#scroll")).to_be_focused()


def test_a_reload_shows_the_suggestions_again(chat: ChatPage, gateway: PlayedGateway):
    chat.say("Hello")

    chat.reload()

    expect(suggestions(chat)).to_have_text(OFFERED)
    suggestions(chat).first.click()
    chat.answer(1).wait_for()
    assert gateway.said == ["Hello", "1 to 15"]
    chat.reload()
    expect(suggestions(chat)).to_have_count(0)


def test_a_message_that_comes_unasked_brings_suggestions_of_its_own(chat: ChatPage, gateway: PlayedGateway):
    chat.say("Hello")

    gateway.follow_up("Here is your proposal.", ["Go ahead", "Change something"])
    chat.answer(1).wait_for()

    expect(suggestions(chat)).to_have_text(["Go ahead", "Change something"])
    chat.say("In my own words")
    expect(suggestions(chat)).to_have_count(0)
