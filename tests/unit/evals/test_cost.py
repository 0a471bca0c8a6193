"""What a model may cost before the gate stays shut."""

from dataclasses import replace

import pytest

from evals.gate import faults
from evals.scoring import Score, Summary
from tests.unit.evals.builders import persona, played


def costing(usd: float | None, *, turns: int = 2) -> Score:
    """A conversation of so many turns that cost so much, and ended as its visitor wished."""
    leaves = persona(wants_demo=False, ends="understand", cooperative=False)
    talk = played(*[("Hello", "Noted.")] * turns, somebody=leaves)
    return Score(replace(talk, outcome=replace(talk.outcome, cost_usd=usd)), {}, ())


@pytest.mark.parametrize(
    ("usd", "turns", "is_fault"),
    [
        (0.0, 2, False),
        (0.0999, 12, False),
        (0.19, 24, False),
        (0.1, 2, True),
        (0.1, 12, True),
        (0.2, 24, True),
    ],
)
def test_twelve_turns_may_cost_less_than_ten_cents(usd: float, turns: int, is_fault: bool) -> None:
    summary = Summary([costing(usd, turns=turns)])

    assert faults(summary) == [f"somebody: cost ${usd:.4f} in {turns} turns"] * is_fault


def test_a_run_costs_what_its_conversations_cost_unless_one_is_unknown() -> None:
    known, unknown = Summary([costing(0.02), costing(0.04)]), Summary([costing(0.02), costing(None)])

    assert known.cost_usd == pytest.approx(0.06)
    assert known.cost_of_each_usd == pytest.approx(0.03)
    assert (unknown.cost_usd, unknown.cost_of_each_usd) == (None, None)
    assert Summary([]).cost_of_each_usd == 0


def test_a_cost_that_nobody_tells_keeps_the_gate_shut_in_one_line() -> None:
    summary = Summary([costing(0.02), costing(None), costing(None)])

    (fault,) = faults(summary)

    assert fault == (
        "what 2 of 3 conversations cost is unknown: give an API key of scope read (DEV_API_KEY or --api-key),"
        " or say --no-cost"
    )
    assert faults(summary, without_cost=True) == []
    dear = Summary([costing(0.1), costing(None)])
    assert faults(dear, without_cost=True) == ["somebody: cost $0.1000 in 2 turns"]
