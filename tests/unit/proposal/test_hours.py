"""The hours a week that are won by the visitor's own measure."""

import pytest

from contracts.values import Profile
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import hours_won
from tests.unit.proposal.builders import PLAYBOOK, a_request, told


def won(measure: str, *, now: float = 25.0, language: str | None = None) -> float | None:
    profile = Profile(hours_per_week=told(now), success_measure=told(measure))
    return hours_won(Brief(a_request(profile), PLAYBOOK.spoken_in(language)), ())


@pytest.mark.parametrize(
    ("language", "measure"),
    [
        ("en", "under 5 hours a week"),
        ("en", "it is down to five hours per week"),
        ("en", "from 25 hours a week down to 5 hours a week"),
        ("es", "menos de 5 horas a la semana"),
        ("de", "höchstens fünf Stunden pro Woche"),
        ("fr", "moins de 5 heures par semaine"),
        ("pt", "no máximo 5 horas por semana"),
    ],
)
def test_the_hours_won_are_those_of_today_less_the_target(language: str, measure: str) -> None:
    assert won(measure, language=language) == 20.0


@pytest.mark.parametrize(
    "measure",
    [
        "replies within 2 hours",
        "under 5 minutes",
        "under 5 complaints a week",
        "under 5 hours",
        "save 10 hours a week",
        "10 hours a week less",
        "half the time",
        "no-shows below 5%",
        "below 5 hours a week or below 8 hours a week",
    ],
)
def test_a_measure_that_names_no_target_in_hours_a_week_wins_none(measure: str) -> None:
    assert won(measure) is None


def test_a_target_above_the_hours_of_today_wins_none() -> None:
    assert won("under 30 hours a week") is None


def test_nothing_is_won_before_both_are_known() -> None:
    assert (
        hours_won(Brief.of(a_request(Profile(success_measure=told("under 5 hours a week"))), PLAYBOOK), ())
        is None
    )
