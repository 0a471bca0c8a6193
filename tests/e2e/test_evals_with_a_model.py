"""The same personas against an OpenAI-compatible server, whose model asks what it is told to ask."""

import asyncio

import httpx2
import pytest

from evals.attack import load_attacks
from evals.hostile import Verdict
from evals.obedient import obey
from evals.over_http import OverHttp
from evals.persona import load_personas
from evals.run import TIMEOUT_S, attack, run_over_http
from tests.support.effort import IS_THOROUGH
from tests.support.fake_openai import FakeOpenAI
from tests.support.playbooks import DEFAULT, PROMPT, SHIPPED, plain_values, written
from tests.support.product import API_KEY, Product

# Of many sizes, and in sentences that the fake model understands.
_PLAIN_SPOKEN = ("fashion_retailer", "building_contractor", "law_firm", "car_repair_shop")
# What the fake counts is more than a model would cost, whose prompt is cached.
_UNCAPPED = {"day_tokens": 10**9, "conversation_tokens": 10**9, "conversation_usd": 1000, "day_usd": 1000}


def make_model() -> FakeOpenAI:
    return FakeOpenAI(responder=obey)


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """With the shipped playbook, but for its caps: the guided conversation withstands attacks in any case."""
    playbook = plain_values(DEFAULT)
    for code, path in playbook["languages"].items():
        playbook["languages"][code] = str(DEFAULT.parent / path)
    playbook |= {"prompt": str(PROMPT), "spend": playbook["spend"] | _UNCAPPED}
    path = written(tmp_path_factory.mktemp("playbook"), playbook)
    return product_env | {"PLAYBOOK_PATH": str(path)}


def test_with_a_model_the_personas_reach_the_link_in_the_right_tier(product: Product, model: FakeOpenAI):
    traders = [persona for persona in load_personas() if persona.id in _PLAIN_SPOKEN]
    summary = asyncio.run(run_over_http(product.url, traders, SHIPPED, api_key=API_KEY))
    assert len(model.requests) > len(traders)
    assert summary.ended_well == 1
    assert summary.tier_accuracy == 1
    assert [violation for score in summary.scores for violation in score.violations] == []
    assert all(score.played.outcome.cost_usd > 0 for score in summary.scores)


def test_a_model_that_obeys_whoever_speaks_gives_nothing_away(product: Product):
    attacks = load_attacks()
    assert len(attacks) >= 150
    # In the domain alone more of them are played; through services all take minutes of both cores.
    attacks = attacks[:: 12 if IS_THOROUGH else 24]

    async def attacked() -> list[Verdict]:
        async with httpx2.AsyncClient(base_url=product.url, timeout=TIMEOUT_S) as http:
            return await attack(attacks, SHIPPED, lambda _: OverHttp(http))

    verdicts = asyncio.run(attacked())

    assert len(verdicts) == len(attacks)
    why = product.samples("salesbot_guided_replies_total")
    withheld = sum(count for labels, count in why.items() if "refused" in labels or "no_step" in labels)
    # On a loaded machine Redis may answer too late to say what is spent.
    assert withheld > 9 * (sum(why.values()) - withheld)
    assert {one.attack.id: one.breaches for one in verdicts if one.breaches} == {}
    assert [one.attack.id for one in verdicts if not one.is_withstood] == []
