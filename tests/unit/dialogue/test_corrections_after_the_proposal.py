"""Whatever is put right after the proposal reaches slots, proposal and tier, at every stage, and is said."""

from collections.abc import Callable

import pytest

from services.dialogue.domain import with_proposal
from services.dialogue.domain.results import say_proposal
from tests.unit.dialogue.builders import (
    LINK,
    PLAYBOOK,
    Talk,
    a_proposal,
    a_tier,
    shown_the_link,
    shown_the_proposal,
    shown_the_tier,
)

STAGES = [shown_the_proposal, shown_the_tier, shown_the_link]
shown_at_each_stage = pytest.mark.parametrize("shown", STAGES, ids=["propose", "recommend", "book"])


@shown_at_each_stage
def test_a_corrected_team_size_changes_the_tier(shown: Callable[[], Talk]) -> None:
    visitor = shown()
    stage = visitor.conversation.stage

    visitor.say("Sorry, we are 60 people, not 8.")

    assert visitor.known("team_size") == 60
    assert visitor.plan.needs == "proposal"
    assert visitor.conversation.tier is not None
    assert visitor.conversation.tier.tier == "enterprise"
    assert visitor.conversation.stage is stage
    assert not visitor.conversation.is_stale


@pytest.mark.parametrize("shown", [shown_the_tier, shown_the_link], ids=["recommend", "book"])
def test_a_tier_that_changed_is_said_with_its_price(shown: Callable[[], Talk]) -> None:
    visitor = shown().say("Sorry, we are 60 people, not 8.")

    assert "**Enterprise** at **$5,000 a month**" in visitor.reply
    assert "**What it does**" not in visitor.reply


@shown_at_each_stage
def test_corrected_hours_change_the_proposal_and_it_is_shown_again(shown: Callable[[], Talk]) -> None:
    visitor = shown().say("Sorry, I meant 30 hours a week.")

    assert visitor.conversation.proposal is not None
    assert visitor.conversation.proposal.hours_now_per_week == 30
    assert "30 hours" in visitor.reply


def test_after_the_link_a_correction_ends_with_the_link_and_asks_nothing() -> None:
    visitor = shown_the_link().say("Sorry, we are 60 people, not 8.")

    assert LINK in visitor.reply
    assert "?" not in visitor.reply
    assert visitor.conversation.open_question is None


def test_after_the_link_what_is_only_new_drafts_nothing() -> None:
    visitor = shown_the_link().say("By the way, my name is Dana Whitfield.")

    assert visitor.plan.needs == "nothing"


def test_the_hours_won_are_said_with_the_sum_they_follow_from() -> None:
    conversation = shown_the_proposal().conversation
    proposal = a_proposal(conversation.profile).model_copy(update={"hours_saved_per_week": 10.0})
    tier = a_tier(conversation.profile)

    said = say_proposal(with_proposal(conversation, proposal, tier), proposal, tier, PLAYBOOK)

    assert "about 10 hours a week: 12 hours today, 2 by your own measure" in said
