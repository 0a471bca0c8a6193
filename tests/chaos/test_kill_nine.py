"""`kill -9` of any service in the middle of a turn: answered once, stored once."""

from tests.support.fake_openai import FakeOpenAI
from tests.support.product import DENTIST, Product, Visitor, eventually
from tests.support.saying import Saying

# A stream that a test holds is not to be given up, however long a busy machine takes to get there. A killed
# member is missed by the group only after its session. A visitor is told of a wait sooner than usual.
SETTINGS = {
    "KAFKA_SESSION_TIMEOUT_MS": "3000",
    "OPENAI_DEADLINE_S": "240",
    "OPENAI_FIRST_TEXT_S": "240",
    "HOLDING_AFTER_S": "2",
}


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


def _bot_messages(visitor: Visitor) -> list[str]:
    return [message["text"] for message in visitor.transcript()["messages"] if message["role"] == "bot"]


def test_a_burst_outlives_the_dialogue_that_was_answering_it(product: Product, model: FakeOpenAI):
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    first_held, burst_held = model.hold_after(5), model.hold_after(5)
    first = Saying(visitor, "We are 12 people.")
    eventually(lambda: first_held.is_reached)
    lines = ("We use Excel.", "Phone orders eat our mornings.", "It takes 12 hours a week.")
    burst = [Saying(visitor, line) for line in lines]
    # The turns that dialogue has in hand, the one it answers included.
    eventually(lambda: sum(product.samples("salesbot_held_records", "dialogue").values()) == len(burst) + 1)
    first_held.release()
    eventually(lambda: burst_held.is_reached)

    product.services["dialogue"].kill()
    burst_held.release()
    product.services["dialogue"].start()

    replies = [turn.wait() for turn in (first, *burst)]
    # The transcript is projected a moment after the reply is read.
    eventually(lambda: set(replies) <= set(_bot_messages(visitor)))
    messages = visitor.transcript()["messages"]
    said = {message["turn_id"]: message["text"] for message in messages if message["role"] == "visitor"}
    # After a kill the burst may come in two pieces; each of its messages is answered, and once.
    answered = [turn_id for message in messages for turn_id in message["answers"]]
    assert sorted(answered) == sorted(said)
    assert set(lines) <= set(said.values())
    assert set(_bot_messages(visitor)[1:]) == set(replies)


def test_what_is_awaited_outlives_the_service_that_was_to_make_it(product: Product):
    visitor = product.visitor()
    product.services["proposal"].kill()
    stages = [visitor.say(line)["stage"] for line in DENTIST[:8]]
    product.services["proposal"].start()

    def proposals() -> list[str]:
        return [text for text in _bot_messages(visitor) if "Dentrix" in text and "**" in text]

    assert stages[-1] == "propose", "the visitor was left without a word"
    eventually(proposals)

    product.services["booking"].kill()
    answers = visitor.talk_to_the_link(DENTIST[8:])
    product.services["booking"].start()

    assert answers[-1]["stage"] == "book"
    eventually(lambda: any("https://calendly.com/" in text for text in _bot_messages(visitor)))
    assert len(proposals()) == 1


def test_what_was_said_outlives_the_service_that_stores_it(product: Product):
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    product.services["leadstore"].kill()
    answer = visitor.say("We are 12 people and taking phone orders eats our mornings.")
    product.services["leadstore"].start()

    eventually(lambda: len(visitor.transcript()["messages"]) >= 4)
    messages = visitor.transcript()["messages"]
    assert [message["role"] for message in messages] == ["visitor", "bot", "visitor", "bot"]
    assert messages[-1]["text"] == answer["response"]
