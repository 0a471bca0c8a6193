"""A person has taken over, and the cache forgets it, dies, or dialogue is killed: still one speaker."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from devstack.data_dir import DataDir
from devstack.valkey import Valkey
from tests.support.desk import Colleague
from tests.support.fake_openai import FakeOpenAI
from tests.support.product import Product, Visitor, eventually

SETTINGS = {"TAKEOVER_LEASE_S": "20"}
BAKERY = "I run a bakery."


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A cache of this module's own, so that nobody else misses it."""
    server = Valkey(DataDir(tmp_path_factory.mktemp("cache")))
    server.start()
    yield server
    server.terminate()


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], cache: Valkey) -> dict[str, str]:
    return product_env | {"REDIS_URL": cache.url}


@pytest.fixture
def visitor(product: Product) -> Visitor:
    """Somebody who has said hello."""
    visitor = product.visitor()
    visitor.say("Hello!")
    return visitor


@pytest.fixture
def colleague(product: Product, visitor: Visitor) -> Colleague:
    return Colleague(product.url, visitor.conversation_id)


def said_by(visitor: Visitor, author: str) -> list[str]:
    messages: list[dict[str, Any]] = visitor.transcript()["messages"]
    return [message["text"] for message in messages if message["written_by"] == author]


def test_a_cache_that_forgets_everything_changes_no_speaker(
    product: Product, visitor: Visitor, colleague: Colleague, cache: Valkey
):
    colleague.take_over()
    eventually(lambda: colleague.transcript()["speaker"] == "person")
    with Redis.from_url(cache.url) as redis:
        redis.flushall()

    other = Colleague(product.url, visitor.conversation_id, "Ivo")
    refused = other.claim()
    assert (refused.status_code, refused.json()["held_by"]) == (409, colleague.name)
    visitor.post("Who speaks?")
    assert colleague.renew().status_code == 200
    assert colleague.say("Still me.").status_code == 201
    assert said_by(visitor, "person") == ["Still me."]
    assert len(said_by(visitor, "model")) == 1
    colleague.hand_back()


def test_a_claim_that_the_cache_forgets_at_once_ends_a_sentence(
    visitor: Visitor, colleague: Colleague, model: FakeOpenAI, cache: Valkey
):
    held = model.hold_after(20)
    with Redis.from_url(cache.url) as redis, visitor.stream(BAKERY, key=str(uuid4())) as source:
        shown = ""
        for event in source:
            if event.event == "delta":
                shown += event.json()["text"]
            if event.event == "delta" and not colleague.fence:
                eventually(lambda: held.is_reached)
                colleague.take_over()
                redis.flushall()
                held.release()
            elif event.event == "done":
                done = event.json()
    assert done["response"] == shown
    eventually(lambda: colleague.transcript()["speaker"] == "person")
    assert len(said_by(visitor, "model")) == 2
    colleague.hand_back()


def test_a_dialogue_that_is_killed_leaves_the_person_speaking(
    product: Product, visitor: Visitor, colleague: Colleague
):
    colleague.take_over()
    visitor.post("What does it cost?")
    product.services["dialogue"].kill()
    assert colleague.say("A moment, please.").status_code == 202
    product.services["dialogue"].start()
    colleague.renew()

    eventually(lambda: said_by(visitor, "person") == ["A moment, please."], within_s=60)
    assert len(said_by(visitor, "model")) == 1
    colleague.hand_back()


def test_over_a_restart_of_the_cache_the_person_goes_on(
    visitor: Visitor, colleague: Colleague, cache: Valkey
):
    colleague.take_over()
    eventually(lambda: colleague.transcript()["speaker"] == "person")
    cache.kill()
    assert colleague.renew().status_code == 503
    assert colleague.say("The line is bad.").status_code in {201, 202}
    visitor.post("Who speaks?")
    cache.start()

    eventually(lambda: colleague.renew().status_code == 200)
    assert colleague.say("I am back.").status_code in {201, 202}
    eventually(lambda: said_by(visitor, "person") == ["The line is bad.", "I am back."])
    assert len(said_by(visitor, "model")) == 1
    colleague.hand_back()


def test_over_two_gateways_and_two_dialogues_one_person_speaks(product: Product, visitor: Visitor):
    others = [product.make("gateway", instance="2"), product.make("dialogue", instance="2")]
    for other in others:
        other.start()
    try:
        for _ in range(5):
            urls = {"Tove": product.url, "Ivo": others[0].url}
            people = [Colleague(url, visitor.conversation_id, name) for name, url in urls.items()]
            with ThreadPoolExecutor(2) as pool:
                statuses = list(pool.map(lambda each: each.claim().status_code, people))
            assert sorted(statuses) == [200, 409]
            winner = people[statuses.index(200)]
            eventually(lambda winner=winner: winner.say("It is me.").status_code == 201)
            winner.hand_back()
        assert len(said_by(visitor, "person")) == 5
    finally:
        for other in others:
            other.terminate()
