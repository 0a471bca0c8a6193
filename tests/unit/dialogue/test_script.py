"""How scripted replies read: short, warm, in the visitor's words, and never beyond what the playbook says."""

import pytest

from contracts.values import Proposal, TierRecommendation
from services.dialogue.domain import (
    Awaiting,
    Conversation,
    Said,
    join_waiting,
    say_failure,
    say_holding,
    say_proposal,
    with_proposal,
)
from tests.unit.dialogue.builders import (
    CONVERSATION,
    LINK,
    PLAYBOOK,
    shown_the_link,
    shown_the_proposal,
    shown_the_tier,
    talk,
)

LINES = PLAYBOOK.lines


def test_the_first_reply_greets_says_who_speaks_and_asks_one_thing() -> None:
    assert talk("hello").reply == (
        "Hi, good to meet you. I'm Ada, the AI assistant of Insta Agents. What kind of business do you run?"
    )


def test_a_reply_takes_up_what_the_visitor_said_in_their_words() -> None:
    assert talk("I run a small dental clinic").reply.endswith(
        "A dental clinic, good to know. How many people are on your team?"
    )


def test_somebody_who_works_alone_is_not_called_a_team() -> None:
    assert LINES.team_of_one in talk("hi", "bakery", "just me").reply


def test_long_words_are_acknowledged_without_being_repeated() -> None:
    long = "We spend hours on answering the same questions about our opening hours again and again"

    assert "opening hours again" not in talk("hi", "bakery", "5", long).reply


def test_words_with_signs_in_them_are_not_said_back() -> None:
    assert "<" not in talk("hi", "<script>alert(1)</script>").reply


def test_a_visitor_is_called_by_the_first_name() -> None:
    assert talk("hi", "My name is Dana Whitfield").reply.startswith("Thanks, Dana.")
    assert talk("hi", "I am Dr. Ann Lee.").reply.startswith("Thanks, Dr. Lee.")


def test_a_correction_is_thanked_for() -> None:
    assert LINES.corrected in talk("hi", "bakery", "20 people", "sorry, I meant 60").reply


def test_a_skipped_question_is_no_problem() -> None:
    assert any(line in talk("hi", "skip").reply for line in LINES.skipped)


def test_the_price_is_told_from_the_catalogue_and_the_pending_question_follows() -> None:
    asking = talk("hi", "How much does it cost?")

    assert all(
        f"{tier.name} for ${tier.monthly_price_usd:,} a month" in asking.reply for tier in PLAYBOOK.catalogue
    )
    assert asking.plan.goal.slot == "business_type"


def test_once_a_tier_fits_its_price_is_the_answer() -> None:
    asking = shown_the_tier().say("How much is it again?")

    assert "Starter is $1,250 a month." in asking.reply
    assert "$5,000" not in asking.reply


def test_a_question_without_an_answer_in_the_playbook_is_left_to_a_person_in_the_demo() -> None:
    assert "demo" in talk("hi", "Do you sponsor football clubs?").reply


def test_an_objection_is_answered_once_and_the_question_asked_in_other_words() -> None:
    doubting = shown_the_tier().say("too expensive", "still too expensive", "too expensive!")
    first, second, third = (exchange.reply for exchange in doubting.exchanges[-3:])
    price = next(answer for answer in LINES.objections if answer.about == "price")

    assert price.says in first
    assert price.says not in second + third
    assert len({first, second, third}) == 3


def test_a_worry_told_after_being_asked_for_it_is_taken_to_the_demo() -> None:
    assert LINES.concern_heard in shown_the_tier().say("not really", "our landlord").reply


def test_name_and_address_are_asked_for_in_passing_once_before_the_link() -> None:
    curious = shown_the_tier().say("hm", "we are 60 people", "hm")

    assert sum(LINES.contact.name_and_email in exchange.reply for exchange in curious.exchanges) == 1
    assert LINES.contact.name_and_email in curious.exchanges[7].reply


def test_a_known_address_is_not_asked_for() -> None:
    known = shown_the_proposal().say("I'm Kim, kim@bakery.example", "looks good")

    assert LINES.contact.name_and_email not in known.reply
    assert LINES.contact.email not in known.reply


def test_thanks_after_the_link_are_answered_without_another_question() -> None:
    grateful = shown_the_link().say("Thank you!")

    assert grateful.reply.startswith(LINES.thanks)
    assert "?" not in grateful.reply


def test_a_visitor_known_by_name_gets_the_link_by_name() -> None:
    assert f"Kim, here is the link to pick a time for your demo: {LINK}" in (
        shown_the_tier().say("Yes. I'm Kim, kim@bakery.example").reply
    )


PROPOSAL = Proposal(
    agent_name="Rescheduling Agent",
    summary="It takes rescheduling off your front desk.",
    does=("look into the calendar", "offer two slots"),
    out_of_scope=("insurance questions",),
    integrations=("Gmail", "Dentrix"),
    hours_now_per_week=25.0,
    success_measure="we get that under 5",
    delivery="First version in two weeks.",
)
TIER = TierRecommendation(
    tier="growth",
    name="Growth",
    monthly_price_usd=2500,
    includes=("up to three AI agents",),
    reason="You are a team of 22.",
    would_change="With more than 50 people it would be Enterprise at $5,000 a month.",
)


def test_a_proposal_reads_as_a_page_and_ends_with_the_question_what_the_visitor_thinks() -> None:
    shown = with_proposal(Conversation.open(CONVERSATION, "api"), PROPOSAL, TIER)

    assert say_proposal(shown, PROPOSAL, TIER, PLAYBOOK) == (
        "**Rescheduling Agent**\n"
        "It takes rescheduling off your front desk.\n"
        "\n"
        "**What it does**\n"
        "- look into the calendar\n"
        "- offer two slots\n"
        "\n"
        "**What stays with your people**\n"
        "- insurance questions\n"
        "\n"
        "**Works with:** Gmail and Dentrix\n"
        "**Today:** about 25 hours a week\n"
        "**It has worked when:** we get that under 5\n"
        "**Delivery:** First version in two weeks.\n"
        "\n"
        "What do you think, does this fit?"
    )


def test_what_is_unknown_leaves_no_empty_heading_in_a_proposal() -> None:
    unknown = {"out_of_scope": (), "integrations": (), "hours_now_per_week": None, "success_measure": None}
    bare = PROPOSAL.model_copy(update=unknown)
    shown = with_proposal(Conversation.open(CONVERSATION, "api"), bare, TIER)

    text = say_proposal(shown, bare, TIER, PLAYBOOK)

    assert "Works with" not in text
    assert "stays with" not in text
    assert "None" not in text


def test_a_tier_tells_its_name_price_content_reason_and_what_would_change_it() -> None:
    reply = shown_the_tier().reply

    assert "**Starter** at **$1,250 a month**" in reply
    assert "- one AI agent" in reply
    assert "**Why:** " in reply
    assert "**What would change it:** " in reply


@pytest.mark.parametrize(
    ("kind", "line"), [("proposal", LINES.holding_proposal), ("booking", LINES.holding_booking)]
)
def test_a_holding_reply_tells_what_is_waited_for(kind: str, line: str) -> None:
    lead_in = Said(reply="", author="script")
    waiting = Awaiting.model_validate(
        {
            "kind": kind,
            "request_event_id": CONVERSATION,
            "cause_id": CONVERSATION,
            "turn_ids": (),
            "lead_in": lead_in,
        }
    )
    conversation = Conversation.open(CONVERSATION, "api").model_copy(update={"awaiting": waiting})

    assert say_holding(conversation, PLAYBOOK) == line


def test_even_a_failure_in_the_first_reply_says_that_an_ai_speaks() -> None:
    assert PLAYBOOK.company.disclosure in say_failure(Conversation.open(CONVERSATION, "api"), PLAYBOOK)
    assert say_failure(shown_the_link().conversation, PLAYBOOK) == LINES.failure


def test_what_is_told_while_a_result_is_awaited_is_kept_and_reaches_the_next_draft() -> None:
    waiting = shown_the_proposal().conversation

    joined, changed = join_waiting(waiting, "by the way, we are 60 people", CONVERSATION, PLAYBOOK)

    assert changed == ("team_size",)
    assert joined.stage is waiting.stage
    assert joined.history[-1].text == "by the way, we are 60 people"
    assert joined.is_stale
