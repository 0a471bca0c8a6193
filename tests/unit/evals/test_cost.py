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


@pytest.mark.parametrize(("usd", "turns"), [(0.0, 2), (0.0999, 2), (0.0999, 12), (0.19, 24)])
def test_a_conversation_below_ten_cents_for_twelve_turns_passes(usd: float, turns: int) -> None:
    summary = Summary([costing(usd, turns=turns)])

    assert faults(summary) == []


@pytest.mark.parametrize(("usd", "turns"), [(0.1, 2), (0.1, 12), (0.2, 24)])
def test_a_conversation_that_costs_more_keeps_the_gate_shut(usd: float, turns: int) -> None:
    summary = Summary([costing(usd, turns=turns)])

    assert faults(summary) == [f"somebody: cost ${usd:.4f} in {turns} turns"]


def test_a_run_costs_what_its_conversations_cost() -> None:
    summary = Summary([costing(0.02, turns=8), costing(0.04, turns=9)])

    assert summary.cost_usd == pytest.approx(0.06)
    assert summary.cost_of_each_usd == pytest.approx(0.03)


def test_a_cost_that_nobody_tells_keeps_the_gate_shut_in_one_line() -> None:
    summary = Summary([costing(0.02), costing(None), costing(None)])

    (fault,) = faults(summary)

    assert fault == (
        "what 2 of 3 conversations cost is unknown: give an API key of scope read (DEV_API_KEY or --api-key),"
        " or say --no-cost"
    )
    assert faults(summary, without_cost=True) == []


def test_doing_without_the_cost_forgives_none_that_is_known() -> None:
    summary = Summary([costing(0.1), costing(None)])

    assert faults(summary, without_cost=True) == ["somebody: cost $0.1000 in 2 turns"]


def test_one_unknown_cost_makes_the_whole_unknown() -> None:
    summary = Summary([costing(0.02), costing(None)])

    assert summary.cost_usd is None
    assert summary.cost_of_each_usd is None


def test_a_run_of_nobody_costs_nothing() -> None:
    assert Summary([]).cost_of_each_usd == 0
