"""Hours and the measure of success are asked for at once, and told apart in the answer."""

import pytest

from contracts.values import Stage
from services.dialogue.domain import Review, plan_turn, prompt_for, with_step
from tests.unit.dialogue.builders import CONVERSATION, PLAYBOOK, Talk, talk, told

BOTH = next(one for one in PLAYBOOK.stages[Stage.SCOPE].questions if one.along)


def _asked_for_tools(opening: str = "I run a bakery.") -> Talk:
    return talk(
        opening,
        "8",
        "Orders by phone take forever.",
        "Orders by phone.",
        "We pick up, we write it down, then we bake it.",
    )


def _asked_for_both(opening: str = "I run a bakery.", tools: str = "Excel and a notebook") -> Talk:
    return _asked_for_tools(opening).say(tools)


def test_the_hours_and_the_measure_are_asked_for_in_one_question() -> None:
    asked = _asked_for_both()

    assert BOTH.both is not None
    assert BOTH.both in asked.reply


def test_a_model_is_told_to_ask_for_both_and_may_ask_it_in_its_words() -> None:
    before = _asked_for_tools()
    plan = plan_turn(before.conversation, "Excel and a notebook", CONVERSATION, PLAYBOOK)
    reply = "Good to know! How many hours a week go into that, and how would you see that it works?"

    review = Review(plan, PLAYBOOK)
    review.hear(reply)
    review.close()

    assert BOTH.both is not None
    assert BOTH.both in prompt_for(plan, PLAYBOOK)[1][1]
    assert (review.text, review.refusals) == (reply, [])


def test_what_a_model_forgets_to_ask_is_asked_for_both() -> None:
    plan = plan_turn(_asked_for_tools().conversation, "Excel and a notebook", CONVERSATION, PLAYBOOK)
    review = Review(plan, PLAYBOOK)
    review.hear("Good to know!")
    review.close()

    _, reply = with_step(review, plan, plan, PLAYBOOK)

    assert reply == f"Good to know! {BOTH.both}"


@pytest.mark.parametrize(
    ("answer", "hours", "measure"),
    [
        ("20 hours a week. No missed calls after six.", 20, "no missed calls after six"),
        ("14ish, and nobody has to ring twice", 14, "nobody has to ring twice"),
        ("10. My sundays back.", 10, "my sundays back"),
        ("no clue. fewer no-shows", None, "fewer no-shows"),
        ("25. every tenant hears back within the hour", 25, "every tenant hears back within the hour"),
        ("It takes 12 hours. It works if the phone stops ringing.", 12, "the phone stops ringing"),
    ],
)
def test_both_are_read_out_of_one_answer(answer: str, hours: float | None, measure: str) -> None:
    profile = _asked_for_both().say(answer).conversation.profile

    assert told(profile, "hours_per_week") == hours
    assert told(profile, "success_measure") == measure


@pytest.mark.parametrize(
    "answer",
    [
        "About 20 hours. It varies a lot.",
        "20 hours, mostly in the mornings",
        "15, all in all",
        "Ten. My wife does it.",
        "20. no wait, more like 30",
        "12 hours a week, I guess",
        "8. Sometimes more when it's busy.",
    ],
)
def test_what_goes_on_about_the_hours_is_no_measure(answer: str) -> None:
    profile = _asked_for_both().say(answer).conversation.profile

    assert profile.hours_per_week is not None
    assert profile.success_measure is None


def test_who_leaves_the_measure_out_is_not_asked_for_it_again() -> None:
    answered = _asked_for_both().say("20 hours")

    assert answered.conversation.stage is Stage.PROPOSE


def test_who_told_the_measure_is_asked_for_the_hours_alone() -> None:
    asked = _asked_for_both("I run a bakery. It works if the phone stops ringing.", tools="no idea")

    assert BOTH.ask in asked.reply


@pytest.mark.parametrize(
    ("answer", "people"),
    [("4 lads and me", 5), ("me + 2", 3), ("only me n my son", 2), ("20ish", 20)],
)
def test_a_team_told_in_a_hurry_is_counted_with_the_visitor(answer: str, people: int) -> None:
    assert told(talk("I run a bakery.", answer).conversation.profile, "team_size") == people


@pytest.mark.parametrize("message", ["Give me 50% off.", "Leave me 20 dollars."])
def test_a_number_that_is_asked_of_us_counts_nobody(message: str) -> None:
    assert talk("I run a bakery.", message).conversation.profile.team_size is None
