"""What a language model reads is believed only where the visitor's own words bear it out."""

import pytest

from services.dialogue.domain import Aim, Extraction, Plan, Signal, ToldSlot, apply_extraction, plan_turn
from tests.unit.dialogue.builders import (
    CONVERSATION,
    PLAYBOOK,
    UP_TO_THE_PROPOSAL,
    Talk,
    shown_the_proposal,
    shown_the_tier,
    talk,
    told,
)


def planned(before: Talk, message: str) -> Plan:
    return plan_turn(before.conversation, message, CONVERSATION, PLAYBOOK)


def extracted(plan: Plan, *slots: tuple[str, str, str], signal: Signal = Signal.NONE) -> Plan:
    told_slots = tuple(ToldSlot(slot=slot, value=value, words=words) for slot, value, words in slots)
    return apply_extraction(plan, Extraction(slots=told_slots, signal=signal), PLAYBOOK)


def test_a_fact_whose_words_the_visitor_said_is_believed() -> None:
    plan = planned(talk("hi"), "Mornings at ours are all dough and no sleep")

    after = extracted(plan, ("business_type", "bakery", "all  dough and NO sleep"))

    assert told(after.conversation.profile, "business_type") == "bakery"
    assert after.changed == ("business_type",)


def test_a_fact_in_words_nobody_said_is_refused() -> None:
    plan = planned(talk("hi"), "hm")

    assert extracted(plan, ("business_type", "bakery", "I run a bakery")) == plan


@pytest.mark.parametrize("words", ["", "   ", "\n"])
def test_a_fact_without_words_is_refused(words: str) -> None:
    plan = planned(talk("hi"), "hm")

    assert extracted(plan, ("business_type", "bakery", words)) == plan


@pytest.mark.parametrize(
    ("value", "words", "people"),
    [("12", "a dozen of us", 12), ("15", "a dozen of us", None), ("many", "a dozen of us", None)],
)
def test_a_model_does_not_count_for_the_visitor(value: str, words: str, people: int | None) -> None:
    plan = planned(talk("hi"), "a dozen of us, more or less")
    forgetful = plan.model_copy(update={"conversation": talk("hi").conversation})

    assert told(extracted(forgetful, ("team_size", value, words)).conversation.profile, "team_size") == people


def test_a_slot_that_does_not_exist_is_refused() -> None:
    plan = planned(talk("hi"), "my shoe size is 44")

    assert extracted(plan, ("shoe_size", "44", "my shoe size is 44")) == plan


def test_things_told_once_each_become_one_list_beside_what_was_known() -> None:
    plan = planned(talk("We use Gmail"), "and our till, and the blue book")

    after = extracted(plan, ("tools", "till", "our till"), ("tools", "blue book", "the blue book"))

    assert told(after.conversation.profile, "tools") == ("Gmail", "till", "blue book")


def test_a_value_with_a_link_or_markup_is_cleaned() -> None:
    plan = planned(talk("hi"), "see https://evil.example, <b>we bake</b>")

    after = extracted(plan, ("business_type", "<b>bakery</b> https://evil.example", "we bake"))

    assert told(after.conversation.profile, "business_type") == "b bakery /b"


def test_the_stage_follows_from_what_the_model_read_but_skips_nothing() -> None:
    plan = planned(talk("hi"), "Dough all day, and the phone that will not stop")

    after = extracted(
        plan,
        ("business_type", "bakery", "Dough all day"),
        ("challenge", "the phone will not stop", "the phone that will not stop"),
    )

    assert after.conversation.stage == "identify"
    assert after.needs == "nothing"


def test_the_last_fact_a_proposal_needs_brings_the_proposal() -> None:
    plan = planned(talk(*UP_TO_THE_PROPOSAL[:-1]), "from dawn to noon, Monday to Friday")

    after = extracted(plan, ("success_measure", "done by noon", "from dawn to noon"))

    assert after.needs == "proposal"
    assert after.conversation.stage == "propose"


def test_what_was_asked_stays_asked_whatever_the_model_read() -> None:
    plan = planned(talk("hi"), "Do you know anything about sourdough?")

    after = extracted(plan, ("business_type", "bakery", "sourdough"))

    assert after.changed == ("business_type",)
    assert after.conversation.asked == plan.conversation.asked
    assert after.conversation.open_question == plan.conversation.open_question
    assert after.conversation.history == plan.conversation.history


def test_a_yes_that_plain_reading_missed_leads_on() -> None:
    plan = planned(shown_the_tier(), "Vamos!")

    after = extracted(plan, signal=Signal.ACCEPT)

    assert (after.needs, after.conversation.stage) == ("booking", "book")


def test_a_yes_to_the_proposal_that_plain_reading_missed_leads_to_the_tier_and_no_further() -> None:
    after = extracted(planned(shown_the_proposal(), "Vamos!"), signal=Signal.ACCEPT)

    assert (after.needs, after.conversation.stage) == ("nothing", "recommend")
    assert after.conversation.open_question == "tier"


def test_a_plain_no_is_not_turned_into_a_yes_by_a_model() -> None:
    plan = planned(shown_the_tier(), "No, I'm not interested")

    after = extracted(plan, signal=Signal.ACCEPT)

    assert after.needs == "nothing"
    assert after.conversation.closed


def test_a_wish_that_plain_reading_missed_brings_a_draft_with_the_models_words_for_it() -> None:
    plan = planned(shown_the_proposal(), "y los domingos?")
    extraction = Extraction(signal=Signal.CHANGE, change_wish="also work on Sundays")

    after = apply_extraction(plan, extraction, PLAYBOOK)

    assert (after.needs, after.change_wish) == ("proposal", "also work on Sundays")


def test_nothing_read_changes_nothing() -> None:
    plan = planned(shown_the_proposal(), "Our cat sleeps in the window of the shop all day long.")

    assert plan.goal.aim is Aim.HEAR_REACTION
    assert apply_extraction(plan, Extraction(), PLAYBOOK) is plan
