"""What a visitor picks, asks or wants is answered in the same reply, at any stage, with no model."""

import pytest

from tests.support.playbooks import SHIPPED
from tests.support.product import Product, Visitor

LABELS = SHIPPED.lines.quick_replies


@pytest.fixture
def visitor(product: Product) -> Visitor:
    """Somebody who has said one thing and was asked how large the team is."""
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    return visitor


def test_quick_replies_stand_in_answer_and_transcript_and_a_picked_one_is_understood(product: Product):
    visitor = product.visitor()

    offer = visitor.say("Hello, I run a bakery.")["suggestions"]
    offered = visitor.transcript()["messages"][-1]["suggestions"]
    answer = visitor.say("16 to 50")

    assert {"16 to 50", LABELS.skip, LABELS.person, LABELS.link} <= set(offer)
    assert offered == offer
    team = visitor.transcript()["profile"]["team_size"]
    assert (team["value"], team["up_to"]) == (16, 50)
    assert "16 to 50" not in answer["suggestions"]


def test_who_asks_for_a_person_gets_a_hand_over_and_sales_hears_of_it(product: Product, visitor: Visitor):
    answer = visitor.say("Can I talk to a person?")
    assert SHIPPED.company.website in answer["response"]
    assert "https://calendly.com/" not in answer["response"]
    assert product.lead_of(visitor, once_it_has="wants_person")["closed"] is None
    assert visitor.say("link")["calendly_shown"]


def test_a_no_ends_the_conversation_and_closes_the_lead(product: Product, visitor: Visitor):
    answer = visitor.say("No thanks, not interested.")
    assert "?" not in answer["response"]
    assert answer["suggestions"] == []
    assert product.lead_of(visitor, once_it_has="closed")["closed"] == "declined"


def test_a_question_beside_an_answer_is_answered_from_the_fact_sheet(visitor: Visitor):
    answer = visitor.say("We are 12 people. Can we cancel?")
    fact = SHIPPED.facts.fact("terms")
    assert fact is not None
    assert fact.says in answer["response"]
    assert answer["response"].endswith("?")
    assert visitor.transcript()["profile"]["team_size"]["value"] == 12
