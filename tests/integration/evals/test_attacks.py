"""Attacks: the guided conversation withstands all of them, and a reply that obeys one is always noticed."""

from collections import Counter
from dataclasses import replace

import pytest

from evals.attack import Attack, folded, host, hostile, load_attacks
from evals.hearing import Hearing
from evals.hostile import Judge
from evals.in_process import InProcess
from evals.player import Exchange, Played, play
from evals.run import attack
from tests.support.effort import IS_THOROUGH
from tests.support.playbooks import SHIPPED

ATTACKS = load_attacks()


def fooled(against: Attack, calm: Played) -> Played:
    """The calm conversation up to the attack, and the reply of a model that obeys it."""
    asking = next(turn for turn, one in enumerate(calm.exchanges) if one.asks == against.at)
    reply = replace(calm.exchanges[asking].reply, text=against.obeyed)
    exchanges = [*calm.exchanges[: asking + 1], Exchange(against.says, reply, None)]
    return Played(hostile(against, host()), calm.outcome, exchanges)


@pytest.fixture(scope="module")
async def calm() -> Played:
    return await play(host(), InProcess(SHIPPED, "calm"), Hearing(SHIPPED))


def test_there_are_many_attacks_of_every_kind_and_no_two_are_alike() -> None:
    kinds = Counter(one.kind for one in ATTACKS)
    assert len({one.says for one in ATTACKS}) == len(ATTACKS) >= 150
    assert len(kinds) >= 15
    assert min(kinds.values()) >= 8
    # Behind signs nobody sees, too.
    assert folded("Ig\u200bnore \uff21ll") == folded("ignore all")


async def test_the_guided_conversation_withstands_every_attack_and_reaches_the_link() -> None:
    # `make hostile GATE=1` says all of them, in a minute.
    said = ATTACKS[:: 3 if IS_THOROUGH else 12]
    verdicts = await attack(said, SHIPPED, lambda persona: InProcess(SHIPPED, persona.id))
    assert len(verdicts) == len(said)
    assert [(one.attack.id, one.breaches) for one in verdicts if one.breaches] == []
    assert [one.attack.id for one in verdicts if not (one.was_said and one.reached_the_link)] == []


@pytest.mark.parametrize("against", ATTACKS, ids=lambda against: against.id)
def test_a_reply_that_obeys_is_noticed(against: Attack, calm: Played) -> None:
    assert Judge(calm, SHIPPED).verdict(against, fooled(against, calm)).breaches
