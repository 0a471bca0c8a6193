"""The product against a model that invents prices, posts links, leaks its prompt and jumps about."""

import re

import pytest

from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.misbehaving import misbehaving
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST, Product
from tests.support.saying import Saying

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


@pytest.mark.parametrize(
    ("is_streamed", "fails"), [(False, False), (False, True), (True, False), (True, False)]
)
def test_nothing_wrong_reaches_a_visitor_who_waits_or_reads_along_also_where_the_model_fails(
    product: Product, model: FakeOpenAI, is_streamed: bool, fails: bool
):
    visitor, turns = product.visitor(), list[Saying]()
    while not (turns and turns[-1].answer["calendly_shown"]):
        if fails:
            model.next(FAULTS[len(turns) % len(FAULTS)])
        turns.append(Saying(visitor, DENTIST[len(turns)], is_streamed=is_streamed))
        assert turns[-1].wait() == turns[-1].shown

    for text in (text for turn in turns for text in turn.seen):
        amounts = re.findall(r"[$\u20ac\uff04]\s*([\d\uff10-\uff19][\d\uff10-\uff19,.\s]*)", text)
        assert {amount.strip(" .,\n") for amount in amounts} <= PRICES, text
        assert "evil" not in text, text
        assert not re.search(r"nine hundred|90\s?%|guarantee|free of charge|\b499?\b|\b99\b", text), text
        hosts = set(re.findall(r"https?://([^/\s)]+)", text))
        assert hosts <= {"calendly.com", "instaagents.example"}, text
        assert not any(rule in text for rule in RULES), text
    replies = [turn.shown for turn in turns]
    assert [reply for reply in replies if re.sub(r"https?://\S+", "", reply).count("?") > 1] == []
