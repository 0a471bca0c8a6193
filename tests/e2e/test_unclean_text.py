"""Text that cannot be stored or relayed comes in from visitors and models, and breaks nothing on its way."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from contracts.text import clean_text
from tests.support.fake_openai import FakeOpenAI, plausible_answer
from tests.support.gateway_app import events_of
from tests.support.model_thread import ModelThread, model_thread
from tests.support.product import Product, Visitor, eventually

UNCLEAN = "nul \0, escape \x1b[31m, next line \x85, separators \u2028 and \u2029, return \r\n"


def unclean_answer(body: dict[str, Any]) -> dict[str, Any]:
    """A model that puts into every text what no database takes."""
    answer = plausible_answer(body)
    if "reply" in answer:
        answer["reply"] = "Noted\0,\u2028thank you. How many\u2029people are on your team?"
    if "understanding" in answer:
        update = {"slot": "tools", "op": "set", "value": "Ex\0cel", "quote": "\0Excel\u2028"}
        answer["understanding"]["updates"] = [update]
    return answer


@pytest.fixture(scope="module")
def model() -> Iterator[ModelThread]:
    with model_thread(FakeOpenAI(responder=unclean_answer)) as running:
        yield running


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], model: ModelThread) -> dict[str, str]:
    return product_env | model.env()


@pytest.mark.parametrize(
    ("in_json", "as_said"),
    [
        (r"We use Excel, " + UNCLEAN.encode("unicode_escape").decode().replace(r"\x", r"\u00"), UNCLEAN),
        (r"We use Excel, a face \ud83d\ude00, half of one \ud83d", "a face \U0001f600, half of one \ufffd"),
    ],
    ids=["controls", "surrogates"],
)
def test_unclean_words_of_a_visitor_and_a_model_are_stored_and_answered(
    product: Product, in_json: str, as_said: str
):
    visitor = product.visitor()
    body = b"\xef\xbb\xbf" + f'{{"message": "{in_json}", "source": "api"}}'.encode()

    text = _streamed(visitor, body)
    # This reader of ours splits at everything that Python takes for the end of a line.
    done = events_of(text)[-1].data
    visitor.note(done)
    transcript = eventually(lambda: _answered(visitor.transcript()))

    said, replied = transcript["messages"]
    assert said["text"] == clean_text(f"We use Excel, {as_said}").strip()
    assert replied["text"] == done["response"]
    assert not done["degraded"]
    assert transcript["profile"]["tools"]["value"] == ["Excel"]
    assert all(letter == "\n" or letter.isprintable() for letter in text)


def _streamed(visitor: Visitor, body: bytes) -> str:
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    headers["idempotency-key"] = str(uuid4())
    answer = visitor.http.post("/chat", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.content.decode()


def _answered(transcript: dict[str, Any]) -> dict[str, Any] | None:
    return transcript if len(transcript["messages"]) == 2 else None
