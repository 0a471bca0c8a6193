"""When a stage is left, and what is asked until then: decided by code alone."""

import pytest

from contracts.values import Stage
from services.dialogue.domain import Aim, Conversation, plan_turn
from tests.unit.dialogue.builders import (
    CONVERSATION,
    LINK,
    PLAYBOOK,
    UP_TO_THE_PROPOSAL,
    shown_the_link,
    shown_the_proposal,
    shown_the_tier,
    talk,
)


def test_understanding_ends_when_business_and_challenge_are_known() -> None:
    assert talk("I run a bakery. Invoicing takes forever.").stages == ["understand", "identify"][1:]


def test_understanding_ends_after_three_questions_whatever_the_answers() -> None:
    assert talk("hi", "?", "?", "?").stages == ["understand", "understand", "understand", "identify"]


def test_identifying_ends_when_a_task_is_named() -> None:
    assert talk("I run a bakery. Invoicing takes forever.", "invoicing").stages[-1] == "scope"


def test_after_two_questions_what_costs_the_time_is_the_task() -> None:
    undecided = talk("I run a bakery. Invoicing takes forever.", "whatever", "hmm")

    assert undecided.stages[-1] == "scope"
    assert undecided.known("task") == "invoicing"


def test_a_task_nobody_named_and_nothing_points_at_stays_unknown() -> None:
    silent = talk("hi", "?", "?", "?", "?", "?")

    assert silent.stages[-1] == "scope"
    assert silent.known("task") is None


def test_a_proposal_needs_the_steps_and_two_measures() -> None:
    before = talk("I run a bakery with 8 people. Invoicing takes forever.", "invoicing")

    assert before.say("I open the order, write the invoice, then send it").stages[-1] == "scope"
    assert before.say("Excel").stages[-1] == "scope"
    assert before.say("6 hours a week").stages[-1] == "propose"


def test_scoping_ends_after_three_questions_whatever_the_answers() -> None:
    before = talk("I run a bakery with 8 people. Invoicing takes forever.", "invoicing")

    assert before.say("skip", "skip", "skip").stages[-3:] == ["scope", "scope", "propose"]


def test_the_size_of_the_team_is_asked_before_the_proposal_when_nobody_came_to_ask_it() -> None:
    talkative = talk(
        "I run a bakery. Invoicing takes forever.",
        "invoicing",
        "I open the order, write the invoice, then send it. We use Excel. It takes 6 hours a week.",
    )

    assert talkative.plan.goal.slot == "team_size"
    assert talkative.say("hm").stages[-1] == "propose"


def test_several_stages_are_passed_at_once_only_when_all_their_slots_are_told() -> None:
    everything = (
        "I run a bakery with 8 people. Invoicing takes forever. I want to automate invoicing first."
        " I open the order, write the invoice, then send it. We use Excel. It takes 6 hours a week."
    )

    assert talk(everything).stages == ["propose"]
    assert talk(everything.replace("I want to automate invoicing first.", "")).stages == ["identify"]


def test_a_question_goes_unasked_once_its_slot_is_known() -> None:
    told_early = talk("I run a bakery with 8 people, we use Excel and Xero")

    told_early.say("Invoicing takes forever", "invoicing", "I open it, write it, then send it", "6 hours")

    assert not {"team_size", "tools"} & set(told_early.conversation.asked)


def test_a_question_that_got_no_answer_is_asked_once_more_in_other_words() -> None:
    first, again, moved_on = talk("hi", "hm", "hm").exchanges

    assert (first.plan.goal.slot, again.plan.goal.slot) == ("business_type", "business_type")
    assert first.reply != again.reply
    assert moved_on.plan.goal.slot == "team_size"


def test_a_skipped_question_is_not_asked_again() -> None:
    skipping = talk("hi", "skip")

    assert skipping.plan.goal.slot == "team_size"
    assert skipping.conversation.times_asked("business_type") == 1


def test_a_skipped_task_is_not_insisted_on() -> None:
    assert talk("I run a bakery. Invoicing takes forever.", "skip").stages[-1] == "scope"


def test_a_no_leads_no_stage_further_whatever_else_it_tells() -> None:
    refusing = talk("hi", "I run a bakery and invoicing takes forever. I'm not interested, though.")

    assert refusing.stages[-1] == "understand"
    assert refusing.known("business_type") == "bakery"


def test_something_else_told_instead_of_an_answer_brings_the_next_question_first() -> None:
    assert talk("hi", "we use Excel and Xero").plan.goal.slot == "team_size"


def test_the_proposal_is_asked_for_when_scoping_is_done_and_shown_before_anything_else() -> None:
    *_, scoped = UP_TO_THE_PROPOSAL
    plan = talk(*UP_TO_THE_PROPOSAL[:-1]).say(scoped).plan

    assert (plan.needs, plan.goal.aim, plan.conversation.stage) == ("proposal", Aim.PROPOSE, Stage.PROPOSE)


def test_a_proposal_that_got_lost_is_asked_for_again() -> None:
    lost = Conversation.open(CONVERSATION, "api").model_copy(update={"stage": Stage.PROPOSE})

    assert plan_turn(lost, "hello?", CONVERSATION, PLAYBOOK).needs == "proposal"


def test_a_wish_brings_a_new_draft_with_the_visitors_own_words() -> None:
    wishing = shown_the_proposal().say("Please leave out the stock check")

    assert wishing.plan.needs == "proposal"
    assert wishing.plan.change_wish == "Please leave out the stock check"
    assert wishing.stages[-1] == "propose"
    assert wishing.conversation.revision == 2


def test_after_the_question_what_should_change_plain_words_are_the_wish() -> None:
    asked = shown_the_proposal().say("not really")

    assert asked.plan.goal.aim is Aim.ASK_CHANGE
    assert asked.say("the confirmation goes to the customer").plan.change_wish is not None


def test_a_new_fact_brings_a_new_draft() -> None:
    corrected = shown_the_proposal().say("we are 60 people by the way")

    assert corrected.plan.goal.aim is Aim.REDRAFT
    assert corrected.plan.change_wish is None


def test_a_name_or_an_address_changes_nothing_in_the_proposal() -> None:
    introduced = shown_the_proposal().say("I'm Kim, kim@bakery.example")

    assert introduced.plan.needs == "nothing"
    assert introduced.plan.goal.aim is Aim.HEAR_REACTION


def test_a_yes_to_the_proposal_leads_to_the_tier_and_a_yes_to_the_tier_to_the_link() -> None:
    assert shown_the_tier().stages[-2:] == ["propose", "recommend"]
    assert shown_the_link().stages[-2:] == ["recommend", "book"]


def test_a_yes_with_another_team_size_gets_the_tier_for_that_size() -> None:
    corrected = shown_the_proposal().say("Looks good, but we are 60 people")

    assert corrected.stages[-1] == "recommend"
    assert "**Enterprise**" in corrected.reply


def test_another_team_size_after_the_tier_gets_another_tier_before_any_link() -> None:
    corrected = shown_the_tier().say("Yes. Actually, we are 60 people")

    assert corrected.stages[-1] == "recommend"
    assert "**Enterprise**" in corrected.reply
    assert LINK in corrected.say("ok, yes").reply


def test_another_tool_after_the_tier_changes_neither_proposal_nor_tier() -> None:
    later = shown_the_tier().say("We also use Xero")

    assert later.plan.needs == "nothing"
    assert "Xero" in str(later.known("tools"))


def test_a_wish_after_the_tier_shows_proposal_and_tier_again() -> None:
    wishing = shown_the_tier().say("Could it also answer emails?")

    assert wishing.stages[-1] == "recommend"
    assert PLAYBOOK.lines.proposal.does in wishing.reply
    assert "a month**" in wishing.reply


def test_a_visitor_who_stays_reluctant_is_let_go_after_one_question() -> None:
    assert shown_the_proposal().say("not really", "no").plan.goal.aim is Aim.CLOSE
    assert shown_the_tier().say("not really", "not really").plan.goal.aim is Aim.CLOSE


@pytest.mark.parametrize(
    "message", ["hello again", "How much was it?", "I have a question: who comes?", "ok"]
)
def test_after_the_link_every_reply_says_the_link_again_and_asks_nothing(message: str) -> None:
    later = shown_the_link().say(message)

    assert LINK in later.reply
    assert "?" not in later.reply
    assert later.stages[-1] == "book"


def test_a_link_that_got_lost_is_asked_for_again() -> None:
    lost = shown_the_link().conversation.model_copy(update={"booking_url": None})

    assert plan_turn(lost, "hello?", CONVERSATION, PLAYBOOK).needs == "booking"


def test_wanting_the_demo_early_skips_no_stage() -> None:
    eager = talk("I want to book a demo")

    assert eager.stages == ["understand"]
    assert PLAYBOOK.lines.early_demo in eager.reply
