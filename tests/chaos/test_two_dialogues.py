"""One hundred conversations at once over two dialogue processes, the second of which joins mid-way."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, takewhile

from tests.support.product import Product, Visitor, eventually

_CONVERSATIONS = 100
_STORED_WITHIN_S = 30
_FIRST_LINES = ("Hello, I run a bakery.", "We are 12 people.", "Taking phone orders eats our mornings.")
_LAST_LINES = ("I'd hand over the phone orders first.", "We use Excel and Gmail.")
_HANDLED = "salesbot_kafka_messages_processed_total"
_TURNS = 'group="dialogue",result="done",topic="conversation.turns.v1"}'


def _lines(joined: threading.Event) -> Iterator[str]:
    """What one visitor says: on and on until the second process is there, then a little more."""
    yield from _FIRST_LINES
    orders = takewhile(lambda _: not joined.is_set(), count(1))
    yield from (f"Order {number} came by phone." for number in orders)
    yield from _LAST_LINES


def _converse(visitor: Visitor, joined: threading.Event) -> list[str]:
    return [text for line in _lines(joined) for text in (line, visitor.say(line)["response"])]


def _transcript(visitor: Visitor, messages: int) -> list[str]:
    """A read waits two seconds for the last reply, which a busy machine may store later than that."""
    deadline, transcript = time.monotonic() + _STORED_WITHIN_S, list[str]()
    while len(transcript) < messages and time.monotonic() < deadline:
        transcript = [message["text"] for message in visitor.transcript()["messages"]]
    return transcript


def test_a_second_dialogue_joins_and_nothing_is_lost_or_reordered(product: Product):
    joined, visitors = threading.Event(), [product.visitor() for _ in range(_CONVERSATIONS)]
    second = product.services["dialogue-2"] = product.make("dialogue", instance="2")

    with ThreadPoolExecutor(_CONVERSATIONS) as pool:
        talking = [pool.submit(_converse, visitor, joined) for visitor in visitors]
        try:
            second.start()
            eventually(lambda: product.samples(_HANDLED, "dialogue-2")[_TURNS], within_s=60.0)
        finally:
            joined.set()
        told = [talk.result() for talk in talking]

    assert [_transcript(visitor, len(said)) for visitor, said in zip(visitors, told, strict=True)] == told
