"""Several messages in a row get one reply, over HTTP and on the page, also where somebody loads it again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from tests.support.chat_page import ChatPage
from tests.support.fake_openai import FakeOpenAI
from tests.support.product import Product, eventually

HELLO = "Hello, I run a bakery."
WHOLE = (
    "We are 12 people.",
    "Taking phone orders eats up our mornings.",
    "I'd hand over the phone orders first.",
    "We use Excel and Gmail.",
    "It takes us 12 hours a week.",
)
MORE = WHOLE[:2]
# Messages that are sent at once may arrive seconds apart on a busy machine.
SETTINGS = {"BURST_QUIET_S": "3"}


def make_model() -> FakeOpenAI:
    """A model that leaves time to write on while it speaks."""
    return FakeOpenAI(delay_s=0.8, chunks=8)


def test_five_messages_at_once_get_one_reply_or_two_where_the_first_had_begun_and_all_are_understood(
    product: Product, model: FakeOpenAI
):
    visitor = product.visitor()
    visitor.say(HELLO)
    before = len(model.requests)

    with ThreadPoolExecutor(len(WHOLE)) as threads:
        answers = list(threads.map(visitor.say, WHOLE))

    _greeting, _greeted, *messages = visitor.transcript()["messages"]
    replies = [message["text"] for message in messages if message["role"] == "bot"]
    assert sorted(message["text"] for message in messages if message["role"] == "visitor") == sorted(WHOLE)
    assert messages[-1]["role"] == "bot"
    assert 1 <= len(replies) <= 2
    assert len(model.requests) - before == len(replies)
    assert {answer["response"] for answer in answers} == set(replies)
    # Of two replies the read may wait for the first.
    profile = eventually(lambda: found if (found := visitor.transcript()["profile"])["challenge"] else None)
    turn_of = {message["text"]: message["id"] for message in messages}
    assert profile["team_size"]["value"] == 12
    assert [profile[name]["turn_id"] for name in ("team_size", "challenge")] == [*map(turn_of.get, MORE)]


@pytest.mark.parametrize(("is_greeted", "is_loaded_again"), [(False, False), (True, True), (False, True)])
def test_what_is_written_on_while_a_reply_comes_is_answered_and_shown_once(
    chat: ChatPage, is_greeted: bool, is_loaded_again: bool
):
    (chat.say if is_greeted else chat.begin)(HELLO)
    for line in MORE:
        chat.begin(line)
    if is_loaded_again:
        chat.page.reload()
        loaded = "#log[aria-busy=true]" if is_greeted else "#log[aria-busy=false] .bot"
        chat.page.locator(loaded).first.wait_for()

    chat.all_answered()

    _all_is_shown_once(chat, is_greeted=is_greeted)
    assert chat.complaints == []


def test_what_is_written_while_nobody_listens_is_answered_later(chat: ChatPage, product: Product):
    chat.say(HELLO)
    gateway = product.services["gateway"]
    gateway.kill()

    for line in MORE:
        chat.begin(line)
    expect(chat.page.locator("#notice")).to_contain_text("connection broke")
    gateway.start()
    chat.all_answered()

    _all_is_shown_once(chat, is_greeted=True)
    expect(chat.page.locator("#notice")).to_be_hidden()


def _all_is_shown_once(chat: ChatPage, *, is_greeted: bool) -> None:
    assert chat.lines == [HELLO, *MORE]
    # How many messages a reply takes up depends on how quickly they follow each other.
    assert 1 <= len(chat.replies) - is_greeted <= len(chat.lines) - is_greeted
    assert len(set(chat.replies)) == len(chat.replies)
