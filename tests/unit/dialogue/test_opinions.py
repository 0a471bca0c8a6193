"""A yes in words nobody listed is heard, a doubt is never taken for one, and what follows "but" counts."""

import pytest

from contracts.values import Stage
from services.dialogue.domain import Conversation, plan_turn
from tests.unit.dialogue.builders import CONVERSATION, PLAYBOOK, shown_the_proposal, shown_the_tier

YES = (
    "fire away",
    "ready whenever",
    "crack on",
    "be my guest",
    "I'd be up for that",
    "pop it over",
    "no objections",
    "couldn't hurt",
    "don't see why not",
    "as long as it's short, sure",
    "sure, how long is it?",
    "might as well",
)
NO = (
    "maybe next quarter",
    "some other time",
    "sure, but not this year",
    "I'm good",
    "hmm",
    "too rich for my blood",
    "please don't send the link",
    "that's ok, thanks anyway",
    "only if it's free",
    "we have a supplier already",
    "do I have to pay for the demo?",
    "what is in the demo",
    "yes and no",
    "can I see it without a demo?",
    "we'd rather wait",
    "could you email me the details instead",
)


def _after(conversation: Conversation, message: str, *, presumes: bool = True) -> Conversation:
    return plan_turn(conversation, message, CONVERSATION, PLAYBOOK, presumes=presumes).conversation


@pytest.mark.parametrize("message", YES)
def test_a_short_answer_with_nothing_against_it_is_a_yes_to_the_demo(message: str) -> None:
    assert _after(shown_the_tier().conversation, message).stage is Stage.BOOK


@pytest.mark.parametrize("message", NO)
def test_no_doubt_and_no_refusal_leads_to_the_link(message: str) -> None:
    assert _after(shown_the_tier().conversation, message).stage is Stage.RECOMMEND


@pytest.mark.parametrize("message", ["can't fault it", "no complaints", "crack on", "that would help us"])
def test_praise_of_any_kind_leads_from_the_proposal_to_the_tier(message: str) -> None:
    assert _after(shown_the_proposal().conversation, message).stage is Stage.RECOMMEND


@pytest.mark.parametrize(
    "message", ["too generic", "I expected more", "it's ok but step two is wrong", "meh"]
)
def test_a_doubt_about_the_proposal_is_asked_after(message: str) -> None:
    assert _after(shown_the_proposal().conversation, message).open_question == "change"


def test_the_question_beside_a_yes_is_answered_too() -> None:
    plan = plan_turn(shown_the_tier().conversation, "Sure, how soon could you start?", CONVERSATION, PLAYBOOK)

    assert PLAYBOOK.proposal.delivery in plan.script
    assert plan.needs == "booking"


def test_where_a_model_reads_too_unknown_words_are_left_to_it() -> None:
    assert _after(shown_the_tier().conversation, "crack on", presumes=False).stage is Stage.RECOMMEND


def test_words_in_letters_we_cannot_read_are_no_yes() -> None:
    assert _after(shown_the_tier().conversation, "また今度").stage is Stage.RECOMMEND


def test_who_said_goodbye_is_not_called_back_by_a_word_nobody_knows() -> None:
    closed = _after(shown_the_tier().conversation, "No, thanks.")

    assert _after(closed, "toodle pip").closed


def test_a_remark_beside_a_plain_no_does_not_outweigh_it() -> None:
    doubting = _after(shown_the_tier().conversation, "not really")

    assert _after(doubting, "not really").closed
