"""The same product against an OpenAI-compatible server on loopback."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.model_thread import ModelThread, model_thread
from tests.support.product import Product


@pytest.fixture(scope="module")
def model() -> Iterator[ModelThread]:
    with model_thread(FakeOpenAI(chunks=22)) as running:
        yield running


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], model: ModelThread) -> dict[str, str]:
    return product_env | model.env(OPENAI_ATTEMPTS="2", OPENAI_FIRST_TEXT_S="2")


def test_a_conversation_with_a_model_reaches_the_link(product: Product):
    answers = product.visitor().talk_to_the_link()

    assert answers[-1]["calendly_shown"]
    assert not any(answer["degraded"] for answer in answers)


def test_a_turn_asks_the_model_once(product: Product, model: ModelThread):
    before = model.asked

    product.visitor().say("Hello, I run a bakery.")

    assert model.asked == before + 1


def test_words_reach_the_visitor_while_the_model_is_still_speaking(product: Product, model: ModelThread):
    visitor = product.visitor()
    held = model.hold_after(20)

    with visitor.stream("Hello, I run a bakery.", key=str(uuid4())) as source:
        heard = []
        for event in source:
            heard.append(event.event)
            if event.event == "delta":
                held.release()

    assert heard[:2] == ["accepted", "delta"]
    assert heard[-1] == "done"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.out_of_quota(), id="no quota left"),
        pytest.param(Fault.auth_error(), id="wrong key"),
        pytest.param(Fault.invalid_json(), id="broken JSON"),
        pytest.param(Fault.wrong_schema(), id="another shape"),
        pytest.param(Fault.refusal(), id="refusal"),
        pytest.param(Fault.truncated(5), id="truncated"),
        pytest.param(Fault.cut(5), id="cut off"),
    ],
)
def test_when_the_model_fails_the_script_answers_in_the_same_turn(
    product: Product, model: ModelThread, fault: Fault
):
    visitor = product.visitor()
    model.next(fault)

    answer = visitor.say("Hello, I run a bakery with 12 people.")

    assert answer["degraded"]
    assert answer["response"].endswith("?")
    assert visitor.transcript()["messages"][-1]["text"] == answer["response"]


def test_a_half_streamed_reply_is_taken_back(product: Product, model: ModelThread):
    model.next(Fault.cut(20))

    with product.visitor().stream("Hello, I run a bakery.", key=str(uuid4())) as source:
        events = list(source)

    shown = ""
    for event in events:
        if event.event == "delta":
            shown += event.json()["text"]
        if event.event == "replace":
            shown = event.json()["text"]
    assert events[-1].event == "done"
    assert shown == events[-1].json()["response"]


def test_a_busy_model_is_asked_again(product: Product, model: ModelThread):
    model.next(Fault.rate_limited(retry_after_s=0.1))

    answer = product.visitor().say("Hello, I run a bakery.")

    assert not answer["degraded"]
