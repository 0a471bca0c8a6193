"""Known and held-out personas: chosen, measured and told apart."""

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from contracts.values import Profile
from evals.figures import as_json
from evals.gate import HELD_OUT_BAR, Bar, held_out_faults
from evals.measure import Chosen, Measured, choose, measure
from evals.persona import Persona
from evals.report import show
from evals.scoring import Score, Summary, judge
from evals.sets import PersonaSet
from tests.unit.evals.builders import PLAYBOOK, persona, played, slot

BAKER = persona(id="baker", says={"opening": "We bake."}, truth={"team_size": "8"})


def misread(somebody: Persona, *, cost_usd: float | None = 0.0) -> Score:
    """A conversation of which a wrong number was read and that ended nowhere."""
    talk = played(("We bake.", "Noted."), profile=Profile(team_size=slot(9)), somebody=somebody)
    return judge(replace(talk, outcome=replace(talk.outcome, cost_usd=cost_usd)), PLAYBOOK)


async def measured(which: PersonaSet, *, is_whole: bool = True, cost_usd: float | None = 0.0) -> Measured:
    """A set of one baker, misread."""

    async def play(personas: Sequence[Persona]) -> Summary:
        return Summary([misread(one, cost_usd=cost_usd) for one in personas])

    (one,) = await measure([Chosen(which, [BAKER], is_whole)], play)
    return one


def printed(*found: Measured, reveal: bool = False) -> str:
    """What people read."""
    paper = StringIO()
    show(found, Console(width=160, file=paper), reveal=reveal)
    return paper.getvalue()


def test_both_sets_are_chosen_and_of_each_whoever_is_meant() -> None:
    only = choose(list(PersonaSet), only="dentist_three_locations")
    french = choose(list(PersonaSet), language="fr")

    assert [one.of for one in choose(list(PersonaSet))] == [PersonaSet.KNOWN, PersonaSet.HELD_OUT]
    assert [one.of for one in choose([PersonaSet.HELD_OUT])] == [PersonaSet.HELD_OUT]
    assert [(one.of, one.is_whole) for one in only] == [(PersonaSet.KNOWN, False)]
    assert {persona.language for one in french for persona in one.personas} == {"fr"}


async def test_a_known_persona_is_held_to_every_promise_and_held_out_ones_to_their_bar_together() -> None:
    known, held_out = await measured(PersonaSet.KNOWN), await measured(PersonaSet.HELD_OUT)
    part = await measured(PersonaSet.HELD_OUT, is_whole=False)
    told = as_json([known, held_out])

    assert "baker: ended at understand" in known.faults
    assert (known.bar, part.bar, part.faults) == (None, None, [])
    assert held_out.bar == HELD_OUT_BAR
    below = [fault.split(" is below")[0] for fault in held_out.faults]
    assert below == ["slot precision 0.000", "slot recall 0.000", "ended well 0.000"]
    assert list(told) == ["known", "heldout"]
    assert told["known"]["bar"] is None
    assert told["heldout"]["bar"]["recall"] == HELD_OUT_BAR.recall
    assert told["heldout"]["slots"]["team_size"]["wrong_count"] == 1


def test_a_rule_that_is_broken_is_a_fault_under_any_bar() -> None:
    summary = Summary([Score(misread(BAKER).played, {}, ("an amount that nobody may say",))])

    assert held_out_faults(summary, Bar(precision=0, recall=0)) == ["baker: an amount that nobody may say"]


@pytest.mark.parametrize(
    ("which", "reveal", "in_words"),
    [(PersonaSet.KNOWN, False, True), (PersonaSet.HELD_OUT, False, False), (PersonaSet.HELD_OUT, True, True)],
)
async def test_held_out_words_are_told_only_where_revealed(
    which: PersonaSet, reveal: bool, in_words: bool
) -> None:
    one = await measured(which)

    table = printed(one, reveal=reveal)
    (figures,) = as_json([one], reveal=reveal).values()

    assert ("wrong team_size: '9'" in table) is in_words
    assert ("We bake." in str(figures)) is in_words
    assert ("wrong" in figures["slots"]["team_size"]) is in_words


async def test_an_unknown_cost_is_told_as_unknown_and_not_as_nothing() -> None:
    unknown = await measured(PersonaSet.KNOWN, cost_usd=None)

    table = printed(unknown)
    (figures,) = as_json([unknown]).values()

    assert table.count("unknown") == len(("its own", "the sum", "each", "the fault"))
    assert (figures["cost_usd"], figures["cost_of_each_usd"]) == (None, None)
    assert figures["personas"][0]["cost_usd"] is None
