"""The cache dies, hangs or forgets while replies are written: every visitor has the whole reply soon."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from redis import Redis

from devstack.data_dir import DataDir
from devstack.valkey import Valkey
from tests.support.fake_openai import FakeOpenAI
from tests.support.model_thread import HeldStream, ModelThread, model_thread
from tests.support.product import Product, Visitor, eventually

VISITORS = 20
# Three seconds are promised; a loaded machine may add to them.
GENEROUS_S = 10.0

Fault = Callable[[Valkey], None]


@pytest.fixture(scope="module")
def model() -> Iterator[ModelThread]:
    with model_thread(FakeOpenAI(delay_s=0.5)) as running:
        yield running


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A cache of this module's own, so that nobody else misses it."""
    server = Valkey(DataDir(tmp_path_factory.mktemp("cache")))
    server.start()
    yield server
    server.terminate()


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], model: ModelThread, cache: Valkey) -> dict[str, str]:
    return product_env | model.env(REDIS_URL=cache.url)


class Turn(threading.Thread):
    """A line that is being said, and when its whole reply was there."""

    def __init__(self, visitor: Visitor, line: str, *, is_streamed: bool) -> None:
        super().__init__(daemon=True)
        self._visitor, self._line, self._is_streamed = visitor, line, is_streamed
        self.status = 0
        self.response = ""
        self.shown = ""
        self.began_at, self.ended_at = time.monotonic(), 0.0
        self.start()

    def run(self) -> None:
        if self._is_streamed:
            self._listen()
        else:
            answer = self._visitor.post(self._line)
            self.status = answer.status_code
            self.response = self.shown = answer.json().get("response", "")
        self.ended_at = time.monotonic()

    def _listen(self) -> None:
        with self._visitor.stream(self._line, key=str(uuid4())) as events:
            for event in events:
                data = event.json()
                if event.event == "accepted":
                    self._visitor.note(data)
                elif event.event in {"replace", "reset"}:
                    self.shown = data.get("text", "")
                elif event.event == "delta":
                    self.shown += data["text"]
                elif event.event == "done":
                    self.status, self.response = 200, data["response"]


def kill(cache: Valkey) -> None:
    cache.kill()


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
    [(kill, True), (kill, False), (flush, True), (hang, False)],
    ids=["killed-and-back", "gone", "flushed", "hanging"],
)
def test_every_visitor_has_the_whole_reply_soon_after_a_fault_of_the_cache(
    talk: "Talk", fault: Fault, *, is_mended_at_once: bool
) -> None:
    turns, streams = talk.begin()

    fault(talk.cache)
    faulted_at = time.monotonic()
    try:
        for stream in streams:
            stream.release()
        if is_mended_at_once:
            mend(talk.cache)
        for turn in turns:
            turn.join(60)
    finally:
        mend(talk.cache)

    took_s = sorted(round(turn.ended_at - faulted_at, 2) for turn in turns)
    assert [turn.status for turn in turns] == [200] * VISITORS
    assert [turn.shown for turn in turns] == [turn.response for turn in turns]
    assert took_s[0] > 0
    assert took_s[-1] < GENEROUS_S, took_s


def test_visitors_who_come_while_the_cache_is_away_are_answered(talk: "Talk") -> None:
    kill(talk.cache)
    try:
        turns = talk.say()
        for turn in turns:
            turn.join(60)
    finally:
        mend(talk.cache)

    assert [turn.status for turn in turns] == [200] * VISITORS
    assert [turn.shown for turn in turns] == [turn.response for turn in turns]
    assert max(turn.ended_at - turn.began_at for turn in turns) < GENEROUS_S


@dataclass
class Talk:
    """The product, its model, its cache, and visitors who open a conversation each."""

    product: Product
    model: ModelThread
    cache: Valkey

    def say(self) -> list[Turn]:
        """Every other visitor listens to a stream, the others wait for a JSON answer."""
        visitors = [self.product.visitor() for _ in range(VISITORS)]
        return [
            Turn(visitor, "Hello, I run a bakery.", is_streamed=number % 2 == 0)
            for number, visitor in enumerate(visitors)
        ]

    def begin(self) -> tuple[list[Turn], list[HeldStream]]:
        """Turns in the middle of their replies, and what holds them there."""
        streams = [self.model.hold_after(5) for _ in range(VISITORS)]
        turns = self.say()
        eventually(lambda: all(stream.is_reached for stream in streams))
        return turns, streams


@pytest.fixture
def talk(product: Product, model: ModelThread, cache: Valkey) -> Talk:
    return Talk(product, model, cache)
