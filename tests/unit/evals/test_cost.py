"""What a model may cost before the gate stays shut."""

from dataclasses import replace

import pytest

from evals.report import as_json
from evals.scoring import Score, Summary, faults
from tests.unit.evals.builders import persona, played


def costing(usd: float, *, turns: int) -> Score:
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


def test_the_report_tells_what_a_conversation_costs() -> None:
    summary = Summary([costing(0.02, turns=8), costing(0.04, turns=9)])

    told = as_json(summary)

    assert [one["cost_usd"] for one in told["personas"]] == [0.02, 0.04]
    assert told["cost_of_each_usd"] == pytest.approx(0.03)


def test_a_run_of_nobody_costs_nothing() -> None:
    assert Summary([]).cost_of_each_usd == 0
