"""A visitor who writes Spanish reads Spanish to the end, through five processes, with no model."""

import pytest

from tests.support.product import Product, Visitor
from tests.support.visitors import SPANISH

ENGLISH = ("what ", "your ", " the ", "thank", "here is", "a month", "team of")


@pytest.fixture(scope="module")
def told(product: Product) -> tuple[Visitor, list[dict[str, object]]]:
    """One whole conversation in Spanish and its answers."""
    visitor = product.visitor()
    return visitor, visitor.talk_to_the_link(SPANISH.lines)


def test_a_spanish_visitor_reaches_the_link_within_ten_turns(told):
    _, answers = told

    assert answers[-1]["calendly_shown"]
    assert answers[-1]["stage"] == "book"
    assert len(answers) <= 10


def test_every_answer_is_spanish(told):
    _, answers = told

    replies = [answer["response"].casefold() for answer in answers]

    assert [word for word in ENGLISH for reply in replies if word in reply] == []


def test_the_proposal_and_the_tier_are_spanish_too(told):
    _, answers = told
    shown = {answer["stage"]: answer["response"] for answer in answers}

    assert "Unas 25 horas a la semana".casefold() in answers[5]["response"].casefold()
    assert "consulta a una persona de su equipo siempre que tiene dudas" in answers[5]["response"]
    assert "**Growth**" in shown["recommend"]
    assert "2.500 $ al mes" in shown["recommend"]


def test_the_sales_team_reads_which_language_was_spoken(told, product):
    visitor, _ = told

    lead = product.lead_of(visitor, once_it_has="booking_url")

    assert lead["profile"]["language"]["value"] == "es"
    assert lead["profile"]["language"]["words"] in SPANISH.lines[0]
    assert lead["profile"]["name"]["value"] == "Ana Pérez"
