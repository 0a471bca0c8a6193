"""A person has taken over, and the cache forgets it, dies, or dialogue is killed: still one speaker."""

from concurrent.futures import ThreadPoolExecutor

from redis import Redis

from devstack.valkey import Valkey
from tests.support.desk import Colleague, take_over_in_mid_sentence
from tests.support.fake_openai import FakeOpenAI
from tests.support.product import Product, Visitor, eventually

HAS_OWN_CACHE = True
# Longer than a loaded machine takes to start a service: nobody here is to lose a conversation.
SETTINGS = {"TAKEOVER_LEASE_S": "120"}


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


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
    assert visitor.read_from("person") == ["Still me."]
    assert len(visitor.read_from("model")) == 1
    colleague.hand_back()


def test_a_claim_that_the_cache_forgets_at_once_ends_a_sentence(
    visitor: Visitor, colleague: Colleague, model: FakeOpenAI, cache: Valkey
):
    with Redis.from_url(cache.url) as redis:
        shown, done = take_over_in_mid_sentence(colleague, visitor, model, then=redis.flushall)

    assert done["response"] == shown
    eventually(lambda: colleague.transcript()["speaker"] == "person")
    assert len(visitor.read_from("model")) == 2
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

    eventually(lambda: visitor.read_from("person") == ["A moment, please."], within_s=60)
    assert len(visitor.read_from("model")) == 1
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
    eventually(lambda: visitor.read_from("person") == ["The line is bad.", "I am back."])
    assert len(visitor.read_from("model")) == 1
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
        assert len(visitor.read_from("person")) == 5
    finally:
        for other in others:
            other.terminate()
