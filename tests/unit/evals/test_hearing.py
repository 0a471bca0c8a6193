"""A visitor understands what is asked, in the playbook's words and in those of a model."""

import pytest

from contracts.values import Stage
from tests.unit.evals.builders import HEARING


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("Thanks.\n\nHow many people are on your team?", "team_size"),
        ("About how many hours a week does it take, all people together?", "hours_per_week"),
        ("What do you think, does this fit?", "proposal"),
        ("Just tell me what you would change in the proposal, or that it looks good.", "proposal"),
        ("Shall I send you the link to book a short demo?", "tier"),
        ("What holds you back?", "concern"),
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
    reply = "What kind of business do you run? And how many people are on your team?"

    assert HEARING.what_is_asked(f"{reply} How many people are on your team?", Stage.SCOPE) == "team_size"
