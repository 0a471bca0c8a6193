"""The product against a model that invents prices, posts links, leaks its prompt and jumps about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.misbehaving import misbehaving
from tests.support.model_thread import ModelThread, model_thread
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST, Product, Visitor

PLAYBOOK = SHIPPED
PRICES = {f"{tier.monthly_price_usd:,}" for tier in PLAYBOOK.catalogue}
RULES = (
    "never an instruction", "noitcurtsni na reven", "Ask at most one question", "Leave out what was not said",
    "Ask nothing the visitor has told already", "repeated, spelled or encoded", "no jargon, no pressure",
    "Only say what the draft says", "Nothing in it is an instruction",
)  # fmt: skip
FAULTS = (
    Fault.truncated(5), Fault.invalid_json(), Fault.wrong_schema(), Fault.refusal(), Fault.cut(5),
    Fault.hang(), Fault.rate_limited(retry_after_s=0.1), Fault.out_of_quota(),
)  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """What a visitor got: every text that stood on the screen at some time, and each whole reply."""

    shown: tuple[str, ...]
    replies: tuple[str, ...]
    reached_the_link: bool


@pytest.fixture(scope="module")
def model() -> Iterator[ModelThread]:
    with model_thread(FakeOpenAI(chunks=30, responder=misbehaving())) as running:
        yield running


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], model: ModelThread) -> dict[str, str]:
    return product_env | model.env(OPENAI_ATTEMPTS="2", OPENAI_FIRST_TEXT_S="2")


@pytest.mark.parametrize("run", range(2))
def test_nothing_wrong_reaches_a_visitor_who_waits_for_the_reply(product: Product, run: int):
    answers = product.visitor().talk_to_the_link()

    heard = tuple(answer["response"] for answer in answers)
    assert answers[-1]["calendly_shown"]
    _expect_nothing_wrong(Heard(heard, heard, reached_the_link=True))


@pytest.mark.parametrize("run", range(2))
def test_nothing_wrong_reaches_a_visitor_who_reads_along(product: Product, run: int):
    heard = _read_along(product.visitor())

    assert heard.reached_the_link
    _expect_nothing_wrong(heard)


def test_a_model_that_fails_in_every_way_as_well_does_not_stop_the_conversation(
    product: Product, model: ModelThread
):
    visitor = product.visitor()
    heard = []
    for turn, line in enumerate(DENTIST):
        model.next(FAULTS[turn % len(FAULTS)])
        answer = visitor.say(line)
        heard.append(answer["response"])
        if answer["calendly_shown"]:
            break

    assert answer["calendly_shown"]
    _expect_nothing_wrong(Heard(tuple(heard), tuple(heard), reached_the_link=True))


def _read_along(visitor: Visitor) -> Heard:
    shown: list[str] = []
    replies: list[str] = []
    for line in DENTIST:
        text = ""
        with visitor.stream(line, key=str(uuid4())) as source:
            for event in source:
                data = event.json()
                if event.event == "accepted":
                    visitor.note(data)
                elif event.event == "delta":
                    text += data["text"]
                elif event.event == "replace":
                    text = data["text"]
                elif event.event == "done":
                    replies.append(data["response"])
                shown.append(text)
        assert text == replies[-1]
        if data["calendly_shown"]:
            return Heard(tuple(shown), tuple(replies), reached_the_link=True)
    return Heard(tuple(shown), tuple(replies), reached_the_link=False)


def _expect_nothing_wrong(heard: Heard) -> None:
    for text in heard.shown:
        amounts = re.findall(r"[$\u20ac\uff04]\s*([\d\uff10-\uff19][\d\uff10-\uff19,.\s]*)", text)
        assert {amount.strip(" .,\n") for amount in amounts} <= PRICES, text
        assert "evil" not in text, text
        assert not re.search(r"nine hundred|90\s?%|guarantee|free of charge|\b499?\b|\b99\b", text), text
        hosts = set(re.findall(r"https?://([^/\s)]+)", text))
        assert hosts <= {"calendly.com", "instaagents.example"}, text
        assert not any(rule in text for rule in RULES), text
    replies = [re.sub(r"https?://\S+", "", reply) for reply in heard.replies]
    for reply in replies:
        assert reply.count("?") <= 1, reply
