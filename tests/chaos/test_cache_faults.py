"""The cache dies, hangs or forgets while replies are written: every visitor has the whole reply."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from devstack.valkey import Valkey
from tests.support.fake_openai import FakeOpenAI
from tests.support.product import Product, eventually
from tests.support.saying import Saying

HAS_OWN_CACHE = True
VISITORS = 20
Fault = Callable[[Valkey], None]


def make_model() -> FakeOpenAI:
    return FakeOpenAI(delay_s=0.5)


@pytest.fixture(autouse=True)
def mended(cache: Valkey) -> Iterator[None]:
    yield
    mend(cache)


def say(product: Product) -> list[Saying]:
    """Every other visitor listens to a stream, the others wait for a JSON answer."""
    return [
        Saying(product.visitor(), "Hello, I run a bakery.", is_streamed=number % 2 == 0)
        for number in range(VISITORS)
    ]


def all_are_answered(turns: list[Saying]) -> None:
    """With whole replies; one that is not there in time is answered by 202, or by nothing in a stream."""
    replies = [turn.wait() for turn in turns]
    assert all(replies)
    assert [turn.shown for turn in turns] == replies


def flush(cache: Valkey) -> None:
    with Redis.from_url(cache.url) as client:
        client.flushall()


def hang(cache: Valkey) -> None:
    os.kill(cache.pid, signal.SIGSTOP)


def mend(cache: Valkey) -> None:
    """The cache answers again, whatever was done to it."""
    if cache.is_running:
        os.kill(cache.pid, signal.SIGCONT)
    else:
        cache.start()


@pytest.mark.parametrize(
    ("fault", "is_mended_at_once"),
    [(Valkey.kill, True), (Valkey.kill, False), (flush, True), (hang, False)],
    ids=["killed-and-back", "gone", "flushed", "hanging"],
)
def test_every_visitor_has_the_whole_reply_after_a_fault_of_the_cache(
    product: Product, model: FakeOpenAI, cache: Valkey, *, fault: Fault, is_mended_at_once: bool
) -> None:
    streams = [model.hold_after(5) for _ in range(VISITORS)]
    turns = say(product)
    eventually(lambda: all(stream.is_reached for stream in streams))

    fault(cache)
    for stream in streams:
        stream.release()
    if is_mended_at_once:
        mend(cache)

    all_are_answered(turns)


def test_visitors_who_come_while_the_cache_is_away_are_answered(product: Product, cache: Valkey) -> None:
    cache.kill()

    all_are_answered(say(product))
