"""A person takes over: one speaker at any time, whatever happens meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.support.desk import Colleague, take_over_in_mid_sentence
from tests.support.fake_openai import FakeOpenAI
from tests.support.product import Product, Visitor, eventually

LEASE_S = 2.0
SETTINGS = {"TAKEOVER_LEASE_S": str(LEASE_S)}
PROMISE = "I will send you a plan for 700 dollars by Friday."


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


def test_a_sentence_under_way_ends_where_it_is(visitor: Visitor, colleague: Colleague, model: FakeOpenAI):
    shown, done = take_over_in_mid_sentence(colleague, visitor, model)

    assert (done["response"], done["written_by"]) == (shown, "model")
    eventually(lambda: colleague.joined in visitor.read_from("playbook"))
    transcript = colleague.transcript()
    assert transcript["messages"][-2]["text"] == shown
    assert (transcript["speaker"], transcript["person"]) == ("person", colleague.name)
    assert transcript["profile"]["business_type"] is None
    colleague.hand_back()
    # The assistant begins anew with what it could not answer to the end.
    whole = eventually(lambda: visitor.read_from("model")[2:])
    assert len(whole[0]) > len(shown)
    assert colleague.transcript()["profile"]["business_type"]


def test_a_person_answers_and_the_assistant_goes_on(
    visitor: Visitor, colleague: Colleague, model: FakeOpenAI
):
    colleague.take_over()
    eventually(lambda: colleague.joined in visitor.read_from("playbook"))

    later = visitor.post("What does it cost?")
    assert (later.status_code, later.json()["status"]) == (202, "accepted")
    with visitor.stream("Hello?", key=str(uuid4())) as source:
        done = [event.json() for event in source if event.event == "done"]
    assert [(one["response"], one["written_by"]) for one in done] == [("", "person")]
    key = str(uuid4())
    assert colleague.say(PROMISE, key=key).status_code == 201
    assert colleague.say(PROMISE, key=key).status_code == 201
    assert colleague.say("Something else.", key=key).status_code == 422

    assert visitor.read_from("person") == [PROMISE]
    (answer,) = [message for message in visitor.transcript()["messages"] if message["written_by"] == "person"]
    assert (len(answer["answers"]), answer["name"]) == (2, colleague.name)
    visitor.post("And who bakes?")
    colleague.hand_back()
    reply = eventually(lambda: visitor.read_from("model")[1:])
    assert colleague.left in visitor.read_from("playbook")
    assert len(reply) == 1
    asked = str(model.asked_for("reply")[-1]["messages"])
    assert PROMISE in asked
    assert colleague.say("Too late.").status_code == 409


def test_of_two_people_exactly_one_speaks(product: Product, visitor: Visitor):
    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            people = [Colleague(product.url, visitor.conversation_id, name) for name in ("Tove", "Ivo")]
            statuses = list(pool.map(lambda each: each.claim().status_code, people))
            assert sorted(statuses) == [200, 409]
            winner, loser = people if statuses[0] == 200 else reversed(people)
            refused = loser.claim().json()
            assert (refused["code"], refused["held_by"]) == ("taken-over", winner.name)
            assert winner.say("It is me.").status_code == 201
            loser.fence = winner.fence - 1
            assert loser.say("No, me.").status_code == 409
            winner.hand_back()


def test_who_is_gone_is_replaced_by_the_assistant(visitor: Visitor, colleague: Colleague):
    colleague.take_over()
    visitor.post("Are you there?")
    ends = time.monotonic() + 1.5 * LEASE_S
    eventually(lambda: colleague.renew().status_code == 200 and time.monotonic() > ends)
    assert visitor.read_from("model") == visitor.read_from("model")[:1]

    eventually(lambda: len(visitor.read_from("model")) == 2, within_s=30)
    assert colleague.left in visitor.read_from("playbook")
    lost = colleague.renew()
    assert (lost.status_code, lost.json()["code"]) == (409, "takeover-lost")
    assert colleague.say("I am back.").status_code == 409
