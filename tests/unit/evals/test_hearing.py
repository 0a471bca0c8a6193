"""A visitor understands what is asked, in the playbook's words and in those of a model."""

import pytest

from contracts.values import Stage
from tests.unit.evals.builders import HEARING


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("Thanks.\n\nHow many people are on your team, counting yourself?", "team_size"),
        ("Does this fit, or what would you change?", "proposal"),
        ("Is this closer to what you had in mind?", "redraft"),
        ("Which part should be different?", "change"),
        ("Good to know. Goodbye.", None),
        ("Lovely! And roughly how big is your team?", "team_size"),
        ("Got it. Which software do you rely on?", "tools"),
        ("How many hours go into that?", "hours_per_week"),
        ("May I ask what kind of company it is?", "business_type"),
        ("Could you walk me through it?", "steps"),
        (
            "What kind of business do you run? How many people are on your team, counting yourself?",
            "team_size",
        ),
    ],
)
def test_the_last_question_is_recognised_in_the_playbooks_words_and_in_others(
    reply: str, asked: str | None
) -> None:
    assert HEARING.what_is_asked(reply, Stage.SCOPE) == asked


@pytest.mark.parametrize(("stage", "asked"), [(Stage.PROPOSE, "proposal"), (Stage.RECOMMEND, "tier")])
def test_whether_it_fits_is_a_question_about_the_tier_once_the_proposal_was_weighed(
    stage: Stage, asked: str
) -> None:
    assert HEARING.what_is_asked("Would you like to see it in a short demo?", stage) == asked
