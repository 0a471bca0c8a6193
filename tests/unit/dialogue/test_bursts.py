"""Several messages in a row: each is read for itself, one reply answers all."""

from uuid import uuid5

import pytest

from contracts.values import Stage
from services.dialogue.domain import (
    Extraction,
    Message,
    Plan,
    Signal,
    ToldSlot,
    apply_extraction,
    plan_burst,
    seems_unfinished,
)
from tests.unit.dialogue.builders import (
    CONVERSATION,
    PLAYBOOK,
    Talk,
    questions_in,
    shown_the_proposal,
    shown_the_tier,
    talk,
    told,
)


def burst(before: Talk, *texts: str) -> Plan:
    messages = tuple(Message(turn_id=uuid5(CONVERSATION, text), text=text) for text in texts)
    return plan_burst(before.conversation, messages, PLAYBOOK)


def test_every_fact_carries_the_turn_it_was_said_in():
    profile = burst(talk("hi"), "I run a bakery", "we are 8 people", "we use Excel").conversation.profile

    assert profile.business_type is not None
    assert profile.team_size is not None
    assert profile.tools is not None
    assert profile.business_type.turn_id == uuid5(CONVERSATION, "I run a bakery")
    assert profile.team_size.turn_id == uuid5(CONVERSATION, "we are 8 people")
    assert profile.tools.turn_id == uuid5(CONVERSATION, "we use Excel")


def test_a_burst_changes_all_that_its_messages_changed():
    assert set(burst(talk("hi"), "I run a bakery", "we are 8 people", "hm").changed) == {
        "business_type",
        "team_size",
    }


def test_a_burst_is_asked_one_question():
    plan = burst(talk("hi"), "I run a bakery", "we are 8 people")

    assert len(questions_in(plan.script)) == 1
    assert plan.goal.slot not in plan.conversation.profile.known()


def test_a_burst_leads_as_far_as_the_same_in_one_message():
    lines = ("I run a bakery", "we are 8 people", "taking phone orders eats up our mornings")

    in_a_row, at_once = burst(talk("hi"), *lines), burst(talk("hi"), ". ".join(lines))

    assert in_a_row.conversation.stage is at_once.conversation.stage is Stage.IDENTIFY
    assert in_a_row.goal == at_once.goal


def test_what_follows_an_answer_is_not_read_as_another_answer_to_the_same_question():
    asked = talk("hi", "bakery")
    assert asked.conversation.open_question == "team_size"

    plan = burst(asked, "8", "20 on Sundays maybe")

    assert told(plan.conversation.profile, "team_size") == 8


def test_a_correction_in_the_next_message_counts():
    plan = burst(talk("hi", "bakery"), "we are 8 people", "sorry, I meant 60")

    assert told(plan.conversation.profile, "team_size") == 60


def test_a_question_before_the_last_message_is_answered():
    plan = burst(talk("hi"), "how much does it cost?", "I run a bakery")

    assert plan.signal is Signal.QUESTION_PRICE
    assert "$" in plan.script


def test_the_last_word_counts_where_a_visitor_has_two_minds():
    assert burst(shown_the_tier(), "not interested", "well ok, send me the link").needs == "booking"
    assert burst(shown_the_tier(), "yes please", "no wait, not interested").conversation.closed


def test_a_yes_is_not_lost_in_what_follows_it():
    assert burst(shown_the_proposal(), "looks good", "thanks").conversation.stage is Stage.RECOMMEND


def test_a_wish_in_two_messages_is_a_wish_for_both():
    wish = burst(shown_the_proposal(), "change the tools", "add Outlook please").change_wish

    assert wish is not None
    assert "change the tools" in wish
    assert "add Outlook" in wish


def test_a_question_that_was_passed_over_is_not_asked_again():
    plan = burst(talk("hi", "bakery"), "skip", "we use Excel")

    assert "team_size" in plan.conversation.skipped
    assert plan.goal.slot != "team_size"


def test_what_a_model_read_carries_the_turn_whose_words_it_quotes():
    plan = burst(talk("hi"), "Ann here", "running the old mill", "all fine")
    read = Extraction(slots=(ToldSlot(slot="business_type", value="mill", words="running the old mill"),))

    profile = apply_extraction(plan, read, PLAYBOOK).conversation.profile

    assert profile.business_type is not None
    assert profile.business_type.turn_id == uuid5(CONVERSATION, "running the old mill")


def test_a_burst_of_one_is_a_turn():
    exchange = talk("hi", "I run a bakery").exchanges[-1]

    plan = burst(talk("hi"), "I run a bakery")

    assert plan.script == exchange.plan.script
    assert plan.goal == exchange.plan.goal


@pytest.mark.parametrize("text", ["hi", "hey there", "so", "I run a bakery", "well we", "\u4f60\u597d"])
def test_a_few_words_that_open_a_conversation_may_go_on(text: str):
    assert seems_unfinished(burst(Talk(), text))


@pytest.mark.parametrize(
    "text",
    [
        "Hello!",
        "I run a bakery.",
        "hi, I run a bakery and we are 8 people",
        "who are you?",
        "\u4f60\u597d\u3002",
        "x" * 41,
    ],
)
def test_a_whole_sentence_waits_for_nothing(text: str):
    assert not seems_unfinished(burst(Talk(), text))


@pytest.mark.parametrize("text", ["bakery", "skip", "no thanks", "how much"])
def test_an_answer_waits_for_nothing(text: str):
    assert not seems_unfinished(burst(talk("hi"), text))


@pytest.mark.parametrize("text", ["well", "hm", "hmm ok", "thanks"])
def test_a_few_words_that_answer_nothing_may_go_on(text: str):
    assert seems_unfinished(burst(talk("hi"), text))


def test_a_yes_to_the_tier_waits_for_nothing():
    assert not seems_unfinished(burst(shown_the_tier(), "yes"))


def test_who_says_things_in_a_row_may_go_on_even_after_an_answer():
    assert seems_unfinished(burst(talk("hi"), "well", "a bakery"))
    assert not seems_unfinished(burst(talk("hi"), "well", "a bakery."))
