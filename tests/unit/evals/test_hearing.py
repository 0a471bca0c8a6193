"""A visitor understands what is asked, in the playbook's words and in those of a model."""

import pytest

from contracts.values import Stage
from tests.unit.evals.builders import HEARING


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("Thanks.\n\nHow many people are on your team, counting yourself?", "team_size"),
        ("About how many hours a week does it take, all people together?", "hours_per_week"),
        ("Does this fit, or what would you change?", "proposal"),
        ("Is this closer to what you had in mind?", "redraft"),
        ("Which part should be different?", "change"),
        ("Good to know. Goodbye.", None),
    ],
)
def test_the_playbooks_questions_are_recognised(reply: str, asked: str | None) -> None:
    assert HEARING.what_is_asked(reply, Stage.UNDERSTAND) == asked


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("Lovely! And roughly how big is your team?", "team_size"),
        ("Got it. Which software do you rely on?", "tools"),
        ("How many hours go into that?", "hours_per_week"),
        ("May I ask what kind of company it is?", "business_type"),
        ("Could you walk me through it?", "steps"),
    ],
)
def test_a_question_in_other_words_is_recognised(reply: str, asked: str) -> None:
    assert HEARING.what_is_asked(reply, Stage.SCOPE) == asked


def test_the_last_question_is_the_one_that_is_answered() -> None:
    reply = "What kind of business do you run? How many people are on your team, counting yourself?"

    assert HEARING.what_is_asked(reply, Stage.SCOPE) == "team_size"


def test_whether_it_fits_is_a_question_about_the_tier_once_the_proposal_was_weighed() -> None:
    assert HEARING.what_is_asked("Would you like to see it in a short demo?", Stage.PROPOSE) == "proposal"
    assert HEARING.what_is_asked("Would you like to see it in a short demo?", Stage.RECOMMEND) == "tier"
