"""What a client of the stream sees: order, resume, and the same answer as the JSON."""

from uuid import uuid4

from tests.support.product import Product

HELLO = "Hello, I run a bakery."


def test_a_stream_is_accepted_then_written_then_done_with_the_fields_of_the_json_answer(product: Product):
    with product.visitor().stream(HELLO, key=str(uuid4())) as source:
        first, *written, last = source
    assert (first.event, last.event) == ("accepted", "done")
    deltas = [event.json()["text"] for event in written if event.event == "delta"]
    assert deltas
    assert "".join(deltas) == last.json()["response"]
    assert last.json().keys() == product.visitor().say(HELLO).keys()


def test_a_broken_stream_goes_on_after_the_last_event_that_arrived(product: Product):
    key = str(uuid4())
    with product.visitor().stream(HELLO, key=key) as source:
        whole = list(source)
    first = next(event for event in whole if event.event == "delta")

    with product.visitor().stream(HELLO, key=key, last_event_id=first.id) as source:
        rest = [event for event in source if event.event != "accepted"]

    assert [event.id for event in rest] == [event.id for event in whole[whole.index(first) + 1 :]]
    assert rest[-1].json()["response"] == whole[-1].json()["response"]
