"""Known and held-out personas: chosen, measured and told apart, and what their model may cost."""

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from contracts.values import Profile
from evals.figures import as_json
from evals.gate import HELD_OUT_BAR, Bar, faults, held_out_faults
from evals.measure import Chosen, Measured, choose, measure
from evals.persona import Persona
from evals.report import show
from evals.scoring import Score, Summary, judge
from evals.sets import PersonaSet
from tests.unit.evals.builders import PLAYBOOK, persona, played, slot

KNOWN, HELD_OUT = PersonaSet.KNOWN, PersonaSet.HELD_OUT
BAKER = persona(id="baker", says={"opening": "We bake."}, truth={"team_size": "8"})


def misread(somebody: Persona, *, cost_usd: float | None = 0.0) -> Score:
    """A conversation of which a wrong number was read and that ended nowhere."""
    talk = played(("We bake.", "Noted."), profile=Profile(team_size=slot(9)), somebody=somebody)
    return judge(replace(talk, outcome=replace(talk.outcome, cost_usd=cost_usd)), PLAYBOOK)


async def measured(which: PersonaSet, *, is_whole: bool = True, cost_usd: float | None = 0.0) -> Measured:
    async def play(personas: Sequence[Persona]) -> Summary:
        return Summary([misread(one, cost_usd=cost_usd) for one in personas])

    (one,) = await measure([Chosen(which, [BAKER], is_whole)], play)
    return one


def printed(*found: Measured, reveal: bool = False) -> str:
    paper = StringIO()
    show(found, Console(width=160, file=paper), reveal=reveal)
    return paper.getvalue()


def test_both_sets_are_chosen_and_of_each_whoever_is_meant() -> None:
    only = choose(list(PersonaSet), only="dentist_three_locations")
    french = choose(list(PersonaSet), language="fr")
    assert [one.of for one in choose(list(PersonaSet))] == [KNOWN, HELD_OUT]
    assert [one.of for one in choose([HELD_OUT])] == [HELD_OUT]
    assert [(one.of, one.is_whole) for one in only] == [(KNOWN, False)]
    assert {persona.language for one in french for persona in one.personas} == {"fr"}


async def test_a_known_persona_is_held_to_every_promise_and_held_out_ones_to_their_bar_together() -> None:
    known, held_out = await measured(KNOWN), await measured(HELD_OUT)
    part = await measured(HELD_OUT, is_whole=False)
    told = as_json([known, held_out])

    assert "baker: ended at understand" in known.faults
    assert (known.bar, part.bar, part.faults, held_out.bar) == (None, None, [], HELD_OUT_BAR)
    below = [fault.split(" is below")[0] for fault in held_out.faults]
    assert below == ["slot precision 0.000", "slot recall 0.000", "ended well 0.000"]
    assert (list(told), told["known"]["bar"]) == (["known", "heldout"], None)
    assert told["heldout"]["bar"]["recall"] == HELD_OUT_BAR.recall
    assert told["heldout"]["slots"]["team_size"]["wrong_count"] == 1


def test_a_rule_that_is_broken_is_a_fault_under_any_bar() -> None:
    summary = Summary([Score(misread(BAKER).played, {}, ("an amount that nobody may say",))])
    assert held_out_faults(summary, Bar(precision=0, recall=0)) == ["baker: an amount that nobody may say"]


@pytest.mark.parametrize(("which", "reveal"), [(KNOWN, False), (HELD_OUT, False), (HELD_OUT, True)])
async def test_held_out_words_are_told_only_where_revealed(which: PersonaSet, reveal: bool) -> None:
    one = await measured(which)
    (figures,) = as_json([one], reveal=reveal).values()
    told = ("wrong team_size: '9'" in printed(one, reveal=reveal), "We bake." in str(figures))
    in_words = reveal or which is KNOWN
    assert (*told, "wrong" in figures["slots"]["team_size"]) == (in_words,) * 3


def costing(usd: float | None, *, turns: int = 2) -> Score:
    """A conversation of so many turns that cost so much, and ended as its visitor wished."""
    leaves = persona(wants_demo=False, ends="understand", cooperative=False)
    talk = played(*[("Hello", "Noted.")] * turns, somebody=leaves)
    return Score(replace(talk, outcome=replace(talk.outcome, cost_usd=usd)), {}, ())


def test_twelve_turns_may_cost_less_than_ten_cents() -> None:
    for usd, turns in ((0.0, 2), (0.0999, 12), (0.19, 24)):
        assert faults(Summary([costing(usd, turns=turns)])) == []
    for usd, turns in ((0.1, 2), (0.1, 12), (0.2, 24)):
        dear = Summary([costing(usd, turns=turns)])
        assert faults(dear) == [f"somebody: cost ${usd:.4f} in {turns} turns"]


def test_a_run_costs_what_its_conversations_cost_unless_one_is_unknown() -> None:
    known, unknown = Summary([costing(0.02), costing(0.04)]), Summary([costing(0.02), costing(None)])
    assert known.cost_usd == pytest.approx(0.06)
    assert known.cost_of_each_usd == pytest.approx(0.03)
    assert (unknown.cost_usd, unknown.cost_of_each_usd) == (None, None)
    assert Summary([]).cost_of_each_usd == 0


def test_a_cost_that_nobody_tells_keeps_the_gate_shut_in_one_line() -> None:
    summary = Summary([costing(0.02), costing(None), costing(None)])
    how = "give an API key of scope read (DEV_API_KEY or --api-key), or say --no-cost"
    assert faults(summary) == [f"what 2 of 3 conversations cost is unknown: {how}"]
    assert faults(summary, without_cost=True) == []
    dear = Summary([costing(0.1), costing(None)])
    assert faults(dear, without_cost=True) == ["somebody: cost $0.1000 in 2 turns"]
