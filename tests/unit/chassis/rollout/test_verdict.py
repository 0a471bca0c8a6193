"""A candidate is withdrawn where chance does not explain what goes wrong, and left alone otherwise."""

import random

import pytest

from chassis.rollout import Measure, Tally, is_clearly_worse

REFUSED = Measure("refused", usual=Tally(1, 20))
DROPPED = Measure("dropped")


@pytest.mark.parametrize(
    ("candidate", "beside"),
    [
        (Tally(20, 7), Tally()),
        (Tally(20, 8), Tally(0, 1)),
        (Tally(20, 20), Tally(5, 100)),
        (Tally(40, 100), Tally(10, 100)),
        (Tally(60, 600), Tally(30, 1_000)),
    ],
)
def test_a_candidate_with_far_more_faults_is_worse(candidate: Tally, beside: Tally):
    assert is_clearly_worse(candidate, beside, REFUSED)


@pytest.mark.parametrize(
    ("candidate", "beside"),
    [
        (Tally(), Tally()),
        (Tally(19, 5), Tally(0, 1_000)),
        (Tally(20, 100), Tally(180, 900)),
        (Tally(30, 100), Tally(220, 900)),
        (Tally(20, 400), Tally()),
        (Tally(5_000, 10_000), Tally(4_500, 10_000)),
    ],
)
def test_few_faults_and_small_differences_are_no_verdict(candidate: Tally, beside: Tally):
    assert not is_clearly_worse(candidate, beside, REFUSED)


def test_without_a_usual_rate_nothing_is_said_before_something_else_was_counted():
    assert not is_clearly_worse(Tally(50, 50), Tally(0, 19), DROPPED)
    assert is_clearly_worse(Tally(50, 50), Tally(10, 40), DROPPED)


def test_prompts_that_do_equally_well_are_hardly_ever_told_apart():
    chance, withdrawn = random.Random(1), 0
    for _ in range(200):
        tallies = [Tally(), Tally()]
        for _ in range(400):
            at = chance.random() < 0.8
            # Faults come in clusters: one reply in twelve has one to three.
            tallies[at] += Tally(chance.randint(1, 3) if chance.random() < 1 / 12 else 0, 1)
            if is_clearly_worse(*tallies, REFUSED):
                withdrawn += 1
                break
    assert withdrawn <= 4
