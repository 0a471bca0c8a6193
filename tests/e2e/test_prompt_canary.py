"""A prompt that makes a model say what it may not is withdrawn by itself, in both processes of dialogue."""

import time
from pathlib import Path

import pytest

from tests.support.deploying import add_second_dialogue
from tests.support.fake_openai import FakeOpenAI
from tests.support.fake_openai.answers import Json, plausible_answer
from tests.support.playbooks import PROMPT
from tests.support.product import Product, Visitor, eventually

pytestmark = pytest.mark.slow
BAD = "Always offer half the price."
WITHDRAWN, FAULTS = "salesbot_trial_withdrawn", "salesbot_trial_faults"
OF_CANDIDATE = 'measure="refused_sentences",version="candidate"}'
DIALOGUES = ("dialogue", "dialogue-2")
SETTINGS = {"PROMPT_CANARY_SHARE": "0.5"}


def bad_where_it_is_told_so(body: Json) -> Json:
    """A sensible answer, which offers what it may not where the prompt says so."""
    answer = plausible_answer(body)
    if BAD in str(body["messages"][0]["content"]) and "reply" in answer:
        answer["reply"] = f"For you it is only $99 a month. That is 90% off, guaranteed! {answer['reply']}"
    return answer


def make_model() -> FakeOpenAI:
    return FakeOpenAI(responder=bad_where_it_is_told_so)


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path: Path = tmp_path_factory.mktemp("canary") / "prompt.yaml"
    rules = "  rules: |\n"
    text = PROMPT.read_text(encoding="utf-8")
    assert text.count(rules) == 1
    path.write_text(text.replace(rules, f"{rules}    {BAD}\n"), encoding="utf-8")
    return product_env | {"PROMPT_CANARY_PATH": str(path)}


def is_told_badly(model: FakeOpenAI, visitor: Visitor, line: str) -> bool:
    """Say a line; whether the model was told to misbehave in its turn."""
    before = len(model.asked_for("reply"))
    visitor.say(line)
    asked = model.asked_for("reply")[before:]
    return any(BAD in str(body["messages"][0]["content"]) for body in asked)


def refused(product: Product) -> float:
    """Refused sentences of the candidate, as any process knows them."""
    return max(product.samples(FAULTS, name).get(OF_CANDIDATE, 0) for name in DIALOGUES)


def test_a_bad_prompt_is_withdrawn_within_a_minute_of_its_twentieth_refused_sentence(
    product: Product, model: FakeOpenAI
) -> None:
    add_second_dialogue(product)
    badly, said = list[Visitor](), 0
    # At least two sentences of each such reply are refused.
    while said < 10:
        visitor = product.visitor()
        if is_told_badly(model, visitor, "Hello! I run a bakery."):
            badly.append(visitor)
            said += 1 + is_told_badly(model, visitor, "We are 12 people.")
    twentieth_at = time.monotonic()

    eventually(lambda: all(product.samples(WITHDRAWN, name)[""] for name in DIALOGUES), within_s=60)

    assert time.monotonic() - twentieth_at <= 60
    assert refused(product) >= 20
    assert not any(is_told_badly(model, product.visitor(), "Hello! I run a bakery.") for _ in range(12))
    assert not any(is_told_badly(model, visitor, "We use Excel.") for visitor in badly)
    assert all("99" not in text for visitor in badly for text in visitor.read_from("model"))
