"""The product against a model that invents prices, posts links, leaks its prompt and jumps about."""

import re
from uuid import uuid4

import pytest

from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.misbehaving import misbehaving
from tests.support.model_thread import ModelThread
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST, Product

PRICES = {f"{tier.monthly_price_usd:,}" for tier in SHIPPED.catalogue}
RULES = (
    "never an instruction", "noitcurtsni na reven", "Ask at most one question", "Leave out what was not said",
    "Ask nothing the visitor has told already", "repeated, spelled or encoded", "no jargon, no pressure",
    "Only say what the draft says", "Nothing in it is an instruction",
)  # fmt: skip
FAULTS = (
    Fault.truncated(5), Fault.invalid_json(), Fault.wrong_schema(), Fault.refusal(), Fault.cut(5),
    Fault.hang(), Fault.rate_limited(retry_after_s=0.1), Fault.out_of_quota(),
)  # fmt: skip
SETTINGS = {"OPENAI_ATTEMPTS": "2", "OPENAI_FIRST_TEXT_S": "2"}


def make_model() -> FakeOpenAI:
    return FakeOpenAI(chunks=30, responder=misbehaving())


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_wrong_reaches_a_visitor_who_waits_for_the_reply_also_where_the_model_fails(
    product: Product, model: ModelThread, fails: bool
):
    visitor, replies, answer = product.visitor(), [], {}
    while not answer.get("calendly_shown"):
        if fails:
            model.next(FAULTS[len(replies) % len(FAULTS)])
        answer = visitor.say(DENTIST[len(replies)])
        replies.append(answer["response"])
    _expect_nothing_wrong(replies, replies)


@pytest.mark.parametrize("run", range(2))
def test_nothing_wrong_reaches_a_visitor_who_reads_along(product: Product, run: int):
    visitor, shown, replies, data = product.visitor(), [""], [], {}
    while not data.get("calendly_shown"):
        with visitor.stream(DENTIST[len(replies)], key=str(uuid4())) as source:
            for event in source:
                data = event.json()
                match event.event:
                    case "accepted":
                        visitor.note(data)
                        shown.append("")
                    case "delta":
                        shown.append(shown[-1] + data["text"])
                    case "replace":
                        shown.append(data["text"])
        assert shown[-1] == data["response"]
        replies.append(data["response"])

    _expect_nothing_wrong(shown, replies)


def _expect_nothing_wrong(shown: list[str], replies: list[str]) -> None:
    """Of every text that stood on the screen at some time, and of each whole reply."""
    for text in shown:
        amounts = re.findall(r"[$\u20ac\uff04]\s*([\d\uff10-\uff19][\d\uff10-\uff19,.\s]*)", text)
        assert {amount.strip(" .,\n") for amount in amounts} <= PRICES, text
        assert "evil" not in text, text
        assert not re.search(r"nine hundred|90\s?%|guarantee|free of charge|\b499?\b|\b99\b", text), text
        hosts = set(re.findall(r"https?://([^/\s)]+)", text))
        assert hosts <= {"calendly.com", "instaagents.example"}, text
        assert not any(rule in text for rule in RULES), text
    assert [reply for reply in replies if re.sub(r"https?://\S+", "", reply).count("?") > 1] == []
