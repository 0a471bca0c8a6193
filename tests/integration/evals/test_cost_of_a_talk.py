"""What twelve turns cost by the prompts of today, rendered for recorded visitors."""

from functools import cache
from statistics import median

import pytest

from chassis.language_model.prices import Price
from evals.cost import Caching, Call, calls_of, cost_of, prices_of
from evals.recorded import load_recorded
from evals.scoring import MOST_COST_USD
from tests.support.playbooks import SHIPPED

RECORDED = load_recorded()
PRICES = prices_of(SHIPPED, speaking="gpt-4o", judging="gpt-4o-mini")
# One of the recorded visitors writes a hundred words a message, and a server that caches nothing charges all.
MOST_OF_A_TALKATIVE_VISITOR_USD = 0.12
MOST_WITHOUT_A_CACHE_USD = 0.17


@cache
def calls(name: str) -> list[list[Call]]:
    return calls_of(RECORDED[name], SHIPPED)


def test_most_talks_of_twelve_turns_cost_less_than_ten_cents_and_none_much_more() -> None:
    none, cold, warm = (
        {name: cost_of(calls(name), PRICES, caching) for name in RECORDED} for caching in Caching
    )
    assert median(warm.values()) < MOST_COST_USD
    assert cold["bike_parts"] < MOST_COST_USD
    assert max(cold.values()) < MOST_OF_A_TALKATIVE_VISITOR_USD
    assert max(none.values()) < MOST_WITHOUT_A_CACHE_USD


def test_what_was_read_before_is_charged_half_unless_it_is_short() -> None:
    price = {"turn": Price(input=2.0, output=0.0, cached_input=1.0), "draft": Price(), "judge": Price()}
    texts, draft = ("rules " * 4100, "r" * 4000), Call("draft", "", "", "")
    long, short = ([[Call("turn", text, "", ""), draft]] * 2 for text in texts)

    none, cold, warm = (cost_of(long, price, caching) for caching in Caching)

    assert warm == pytest.approx(none / 2, rel=0.02)
    assert cold == pytest.approx(none * 3 / 4, rel=0.02)
    assert cost_of(short, price, Caching.WARM) == cost_of(short, price, Caching.NONE)
