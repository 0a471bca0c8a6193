"""A visitor who writes Spanish reads Spanish to the end, through five processes, with no model."""

import pytest

from tests.support.product import Product, Visitor

LINES = (
    "Hola, buenos días. Dirijo una clínica dental pequeña con dos sedes.",
    "Somos 22 personas.",
    "Las llamadas para cambiar citas nos quitan muchísimo tiempo.",
    "Cambiar las citas.",
    "El paciente llama, miramos el calendario, ofrecemos dos huecos, confirmamos y actualizamos la ficha.",
    "Las preguntas sobre seguros.",
    "Usamos Google Calendar, Gmail y Dentrix.",
    "Unas veinticinco horas a la semana.",
    "Que sean menos de cinco horas. Me llamo Ana Pérez, ana@clinica-perez.example.",
    "Me parece bien, adelante.",
)
ENGLISH = ("what ", "your ", " the ", "thank", "here is", "a month", "team of")


@pytest.fixture(scope="module")
def told(product: Product) -> tuple[Visitor, list[dict[str, object]]]:
    """One whole conversation in Spanish and its answers."""
    visitor = product.visitor()
    return visitor, visitor.talk_to_the_link(LINES)


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
    proposal = next(answer["response"] for answer in answers if answer["stage"] == "propose")

    assert "25 horas a la semana" in proposal
    assert "miramos el calendario" in proposal
    assert "consulta a una persona del equipo siempre que tiene dudas" in proposal
    assert "Growth, 2.500 US$ al mes" in proposal


def test_the_sales_team_reads_which_language_was_spoken(told, product):
    visitor, _ = told

    lead = product.lead_of(visitor, once_it_has="booking_url")

    assert lead["profile"]["language"]["value"] == "es"
    assert lead["profile"]["language"]["words"] in LINES[0]
    assert lead["profile"]["name"]["value"] == "Ana Pérez"
