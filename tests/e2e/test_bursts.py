"""Several messages in a row get one reply, with a model and without one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.model_thread import ModelThread
from tests.support.product import Product, Visitor, running_product

WHOLE = (
    "We are 12 people.",
    "Taking phone orders eats up our mornings.",
    "I'd hand over the phone orders first.",
    "We use Excel and Gmail.",
    "It takes us 12 hours a week.",
)
FRAGMENTS = ("well", "so", "hm")


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str]) -> dict[str, str]:
    """Messages that are sent at once may arrive seconds apart on a busy machine."""
    return product_env | {"BURST_QUIET_S": "3"}


@pytest.fixture(scope="module")
def product_with_a_model(
    product_env: dict[str, str], slow_model: ModelThread, logs: Path
) -> Iterator[Product]:
    with running_product(product_env | slow_model.env(), logs) as running:
        yield running


def test_five_messages_at_once_get_one_reply_or_two_where_the_first_had_begun(
    product_with_a_model: Product, slow_model: ModelThread
):
    visitor = product_with_a_model.visitor()
    visitor.say("Hello, I run a bakery.")
    before = slow_model.asked

    answers = _say_at_once(visitor, WHOLE)

    replies = _replies_to(visitor, WHOLE)
    assert 1 <= len(replies) <= 2
    assert slow_model.asked - before == len(replies)
    assert {answer["response"] for answer in answers} == set(replies)


def test_what_all_messages_told_is_known(product_with_a_model: Product):
    visitor = product_with_a_model.visitor()
    visitor.say("Hello, I run a bakery.")

    _say_at_once(visitor, WHOLE[:2])

    profile = visitor.transcript()["profile"]
    turns = {message["text"]: message["id"] for message in visitor.transcript()["messages"]}
    assert profile["team_size"]["value"] == 12
    assert profile["team_size"]["turn_id"] == turns[WHOLE[0]]
    assert profile["challenge"]["turn_id"] == turns[WHOLE[1]]


def test_a_few_words_at_a_time_get_one_reply_without_a_model(product: Product):
    visitor = product.visitor()
    visitor.say("Hello there!")

    answers = _say_at_once(visitor, FRAGMENTS)

    (reply,) = _replies_to(visitor, FRAGMENTS)
    assert {answer["response"] for answer in answers} == {reply}


def test_an_answer_in_a_few_words_is_not_held_up(product: Product):
    visitor = product.visitor()
    visitor.say("Hello there!")

    visitor.say("a bakery")
    visitor.say("12")

    assert len(_replies_to(visitor, ("a bakery", "12"))) == 2


def _say_at_once(visitor: Visitor, lines: tuple[str, ...]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(len(lines)) as threads:
        return list(threads.map(visitor.say, lines))


def _replies_to(visitor: Visitor, lines: tuple[str, ...]) -> list[str]:
    """The replies from the first of these lines on; each line stands once, before one of them."""
    messages = visitor.transcript()["messages"]
    first = min(place for place, message in enumerate(messages) if message["text"] in lines)
    said = [message["text"] for message in messages[first:] if message["role"] == "visitor"]
    assert sorted(said) == sorted(lines)
    assert messages[-1]["role"] == "bot"
    return [message["text"] for message in messages[first:] if message["role"] == "bot"]
