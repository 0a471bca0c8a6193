"""What a model costs is computed from its price list, and what it may cost is never guessed too low."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis.language_model import ModelProfiles, Usage
from chassis.language_model.prices import max_input_tokens
from contracts.language_models import ModelProfile
from tests.support.spending import LISTED

PRICES = LISTED | {"talker": ModelProfile(input_usd_per_million=1, output_usd_per_million=20)}


@pytest.mark.parametrize(
    ("model", "usage", "microusd"),
    [
        ("gpt-4o", Usage(1000, 100), 3500),
        ("gpt-4o-2024-08-06", Usage(1000, 100), 3500),
        ("gpt-4o-mini-2024-07-18", Usage(1000, 100), 210),
        # A fraction of a millionth is rounded up.
        ("gpt-4o-mini", Usage(1, 0), 1),
        ("gpt-4o-mini", Usage(20, 0), 3),
    ],
)
def test_input_and_output_have_their_own_price(model: str, usage: Usage, microusd: int) -> None:
    amount = ModelProfiles(PRICES).amount(model, usage)

    assert (amount.microusd, amount.tokens) == (microusd, usage.tokens)


def test_a_model_without_a_price_is_as_dear_as_the_dearest_and_said_once() -> None:
    prices = ModelProfiles(PRICES)

    with capture_logs() as logs:
        amounts = {prices.amount("ignore_text-of", Usage(1000, 100)).microusd for _ in range(3)}

    assert amounts == {4500}
    (said,) = logs
    assert (said["event"], said["model"]) == ("language_model_without_a_price", "ignore_text-of")
    assert ModelProfiles({}).amount("any", Usage(1000, 1000)).microusd == 0, "without a list nothing costs"


@given(st.text(alphabet=st.characters(exclude_categories=["L", "Zs", "Cs"]), max_size=200))
def test_a_sign_or_a_digit_is_at_worst_a_token_for_each_byte(text: str) -> None:
    assert max_input_tokens(text.encode()) > len(text.encode())


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        # As cl100k_base counts them; the vocabularies after it need fewer.
        ("What kind of business do you run?", 8),
        ("Rescheduling is the worst of it, I'd automate that first.", 14),
        ("¿Qué tipo de negocio tiene usted?", 8),
        ("今日はどのようなご用件でしょうか。", 18),
        ('{"reply":"Good day","facts":[],"signal":"none"}', 13),
    ],
)
def test_prose_in_any_script_is_not_counted_too_low(text: str, tokens: int) -> None:
    assert max_input_tokens(text.encode()) >= tokens


def test_a_long_prompt_is_not_taken_for_much_more_than_it_is() -> None:
    prompt = "You are the voice of a company that builds software for small and growing firms. " * 100

    assert max_input_tokens(prompt.encode()) < 2 * len(prompt) / 4
