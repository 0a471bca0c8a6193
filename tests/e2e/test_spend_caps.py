"""A day's cap is reached while many talk to two dialogue processes: nobody notices but the operator."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.fake_openai import FakeOpenAI
from tests.support.playbooks import default_playbook, written
from tests.support.product import Product, Visitor, eventually

VISITORS = 8
DAY_TOKENS = 60_000


def make_model() -> FakeOpenAI:
    return FakeOpenAI()


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    playbook = default_playbook()
    playbook["spend"]["day_tokens"] = DAY_TOKENS
    return product_env | {"PLAYBOOK_PATH": str(written(tmp_path_factory.mktemp("playbook"), playbook))}


def test_at_a_cap_every_conversation_goes_on_and_the_operator_sees_which(product: Product, logs: Path):
    product.services["dialogue-2"] = product.make("dialogue", instance="2")
    product.services["dialogue-2"].start()
    with ThreadPoolExecutor(VISITORS) as pool:
        conversations = list(pool.map(Visitor.talk_to_the_link, [product.visitor() for _ in range(VISITORS)]))

    assert all(answers[-1]["calendly_shown"] for answers in conversations)
    assert {answer["degraded"] for answers in conversations for answer in answers} == {False, True}
    used = sum(product.samples("salesbot_language_model_tokens_total").values())
    assert 0.5 * DAY_TOKENS < used <= DAY_TOKENS
    assert product.samples("salesbot_spend_cap_refusals_total")['cap="day_tokens"}'] > 0
    assert product.samples("salesbot_spend_cap_binds")['cap="day_tokens"}'] >= 1

    def told() -> list[str]:
        lines = [line for log in logs.glob("*.log") for line in log.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if "spend_cap_reached" in line]

    (line,) = eventually(told)
    assert '"error"' in line
