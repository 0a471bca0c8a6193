"""A visitor who writes Spanish reads Spanish to the end, through five processes, with no model."""

from tests.support.product import Product

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


def test_a_spanish_visitor_reads_spanish_up_to_the_link_and_sales_learns_the_language(product: Product):
    visitor = product.visitor()

    answers = visitor.talk_to_the_link(LINES)

    assert answers[-1]["calendly_shown"]
    assert answers[-1]["stage"] == "book"
    replies = [answer["response"].casefold() for answer in answers]
    assert [(word, reply) for word in ENGLISH for reply in replies if word in reply] == []
    proposal = next(answer["response"] for answer in answers if answer["stage"] == "propose")
    assert "25 horas a la semana" in proposal
    assert "miramos el calendario" in proposal
    assert "consulta a una persona del equipo siempre que tiene dudas" in proposal
    assert "Growth, 2.500 US$ al mes" in proposal
    profile = product.lead_of(visitor, once_it_has="booking_url")["profile"]
    assert (profile["language"]["value"], profile["name"]["value"]) == ("es", "Ana Pérez")
    assert profile["language"]["words"] in LINES[0]
