"""What a client of the stream sees: order, resume, and the same answer as the JSON."""

from uuid import uuid4

import httpx2

from tests.support.product import Product


def _listen(source: httpx2.EventSource) -> list[httpx2.ServerSentEvent]:
    return list(source)


def test_a_stream_is_accepted_then_written_then_done(product: Product):
    visitor = product.visitor()

    with visitor.stream("Hello, I run a bakery.", key=str(uuid4())) as source:
        events = _listen(source)

    kinds = [event.event for event in events]
    assert kinds[0] == "accepted"
    assert "delta" in kinds
    assert kinds[-1] == "done"
    written = "".join(event.json()["text"] for event in events if event.event == "delta")
    assert written == events[-1].json()["response"]


def test_the_last_event_has_the_same_fields_as_the_json_answer(product: Product):
    visitor = product.visitor()

    with visitor.stream("Hello, I run a bakery.", key=str(uuid4())) as source:
        done = _listen(source)[-1].json()

    assert set(done) == set(product.visitor().say("Hello, I run a bakery."))


def test_a_broken_stream_goes_on_after_the_last_event_that_arrived(product: Product):
    visitor, key = product.visitor(), str(uuid4())
    with visitor.stream("Hello, I run a bakery.", key=key) as source:
        whole = _listen(source)
    first = next(event for event in whole if event.event == "delta")

    again = product.visitor()
    with again.stream("Hello, I run a bakery.", key=key, last_event_id=first.id) as source:
        rest = _listen(source)

    after_first = [(event.id, event.data) for event in whole[whole.index(first) + 1 :]]
    resumed = [(event.id, event.data) for event in rest if event.event != "accepted"]
    assert [event_id for event_id, _ in resumed] == [event_id for event_id, _ in after_first]
    assert rest[-1].json()["response"] == whole[-1].json()["response"]


def test_the_same_key_is_the_same_turn(product: Product):
    key = str(uuid4())
    first, second = product.visitor(), product.visitor()

    one = first.say("Hello, I run a bakery.", key=key)
    two = second.say("Hello, I run a bakery.", key=key)

    assert (one["conversation_id"], one["turn_id"]) == (two["conversation_id"], two["turn_id"])
    assert one["response"] == two["response"]
    visitor_messages = [m for m in first.transcript()["messages"] if m["role"] == "visitor"]
    assert len(visitor_messages) == 1


def test_the_same_key_with_other_words_is_refused(product: Product):
    visitor, key = product.visitor(), str(uuid4())
    visitor.say("Hello, I run a bakery.", key=key)

    response = product.visitor().post("Hello, I run a bank.", key=key)

    assert response.status_code == 422
    assert response.headers["content-type"].startswith("application/problem+json")
