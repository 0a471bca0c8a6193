"""The same product against an OpenAI-compatible server on loopback."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from contracts.text import clean_text
from tests.support.fake_openai import FakeOpenAI, Fault, plausible_answer
from tests.support.gateway_app import events_of
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST, UNTIL_PROPOSED, Product, Visitor, eventually
from tests.support.saying import Saying

SETTINGS = {"OPENAI_ATTEMPTS": "2"}
HELLO = "Hello, I run a bakery."
UNCLEAN = "nul \0, escape \x1b[31m, next line \x85, separators \u2028 and \u2029, return \r\n"
TERMS = SHIPPED.facts.fact("terms")


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=22)


def test_a_conversation_with_a_model_reaches_the_link_with_a_call_a_turn(product: Product, model: FakeOpenAI):
    visitor, talked, answer = product.visitor(), [len(model.asked_for("reply"))], {}
    while not answer.get("calendly_shown"):
        answer = visitor.say(DENTIST[len(talked) - 1])
        talked.append(len(model.asked_for("reply")))
        assert not answer["degraded"]
        assert answer["written_by"] == "model"
    assert {after - before for before, after in pairwise(talked)} == {1}


def test_a_reaction_is_judged_and_read_while_the_model_goes_on(visitor: Visitor, model: FakeOpenAI):
    judged, held = len(model.asked_for("verdicts")), model.hold_after(20)

    with visitor.stream("I run a bakery.", key=str(uuid4())) as source:
        shown = []
        for event in source:
            if event.event == "delta":
                shown.append(event.json()["text"])
                held.release()

    assert shown[0] == "Bakery, lovely."
    assert len(model.asked_for("verdicts")) == judged + 1


def test_the_first_words_do_not_wait_for_the_model(product: Product, model: FakeOpenAI):
    held = model.hold_after(0)
    with product.visitor().stream(HELLO, key=str(uuid4())) as source:
        opening = next(event.json()["text"] for event in source if event.event == "delta")
        held.release()
    assert SHIPPED.company.disclosure in opening


def test_where_no_file_has_the_language_all_of_ours_is_in_it_the_same(product: Product, model: FakeOpenAI):
    visitor = product.visitor()

    first = visitor.say("Goedendag, ik heb een praktijk en zit met mijn mensen veel aan de telefoon.")
    shown = [visitor.say(line) for line in UNTIL_PROPOSED][-1]

    assert first["response"].startswith(f"~{SHIPPED.lines.greeting} ~{SHIPPED.company.disclosure}")
    assert "~**What it does**" in shown["response"]
    assert "~**Why:** ~" in shown["response"]
    assert all(label.startswith("~") for label in shown["suggestions"])
    page = httpx2.get(shown["proposal_url"]).text
    assert "~What it does" in page
    assert 'lang="nl"' in page
    assert not [body for body in model.asked_for("lines") if "telefoon" in str(body["messages"])]


@pytest.mark.parametrize(
    ("wish", "granted", "is_link"),
    [
        pytest.param("Please send me the link.", "https://calendly.com/", True, id="the link"),
        pytest.param("Can I talk to a person?", SHIPPED.company.website, False, id="a person"),
        pytest.param("We are 12. Can we cancel?", TERMS and TERMS.says, False, id="a fact beside an answer"),
    ],
)
def test_a_wish_is_granted_in_that_reply(visitor: Visitor, wish: str, granted: str, is_link: bool):
    answer = visitor.say(wish)
    assert granted in answer["response"]
    assert answer["calendly_shown"] is is_link
    assert not answer["degraded"]


def test_a_reply_that_breaks_off_is_completed(product: Product, model: FakeOpenAI):
    model.next(Fault.cut(20))
    turn = Saying(product.visitor(), HELLO, is_streamed=True)
    assert turn.wait() == turn.shown


def unclean_answer(body: dict[str, Any]) -> dict[str, Any]:
    """A model that puts into every text what no database takes."""
    answer = plausible_answer(body)
    if "reply" in answer:
        answer["reply"] = "Noted\0,\u2028thank you. How many\u2029people are on your team?"
    if "understanding" in answer:
        update = {"slot": "tools", "op": "set", "value": "Ex\0cel", "quote": "\0Excel\u2028"}
        answer["understanding"]["updates"] = [update]
    return answer


@pytest.mark.parametrize(
    ("in_json", "as_said"),
    [
        (UNCLEAN.encode("unicode_escape").decode().replace(r"\x", r"\u00"), UNCLEAN),
        (r"a face \ud83d\ude00, half of one \ud83d", "a face \U0001f600, half of one \ufffd"),
    ],
    ids=["controls", "surrogates"],
)
def test_unclean_words_of_a_visitor_and_a_model_are_stored_and_answered(
    product: Product, model: FakeOpenAI, in_json: str, as_said: str
):
    visitor = product.visitor()
    body = b"\xef\xbb\xbf" + f'{{"message": "We use Excel, {in_json}", "source": "api"}}'.encode()
    headers = {"content-type": "application/json", "accept": "text/event-stream"}

    with model.answering_by(unclean_answer):
        answer = visitor.http.post("/chat", content=body, headers=headers | visitor.headers(str(uuid4())))
    assert answer.status_code == 200, answer.text
    text = answer.content.decode()
    # This reader of ours splits at everything that Python takes for the end of a line.
    done = events_of(text)[-1].data
    visitor.note(done)
    transcript = eventually(lambda: found if len((found := visitor.transcript())["messages"]) == 2 else None)

    said, replied = transcript["messages"]
    assert said["text"] == clean_text(f"We use Excel, {as_said}").strip()
    assert replied["text"] == done["response"]
    assert not done["degraded"]
    assert transcript["profile"]["tools"]["value"] == ["Excel"]
    assert all(letter == "\n" or letter.isprintable() for letter in text)
