"""A step that leaves a part of the work to people does not do it."""

import pytest

from playbook.kept_parts import takes_over
from tests.support.playbooks import SHIPPED

# By language: a line, the part it names, and whether it does that part.
LINES = {
    "en": [
        ("hands every question about prices to the office", "prices", False),
        ("passes anything medical on to you", "anything medical", False),
        ("never quotes a price", "prices", False),
        ("answers everything except medical questions", "medical questions", False),
        ("does not promise prices, discounts or refunds", "refunds", False),
        ("sorts the mail and passes on questions about prices and refunds to the team", "refunds", False),
        ("hands over medical and legal questions", "medical questions", False),
        ("medical questions stay with you", "medical questions", False),
        ("asks a colleague where a price is missing", "prices", False),
        ("puts the mail in the drafts, for the office to send", "send", False),
        ("answers medical questions", "medical questions", True),
        ("passes on the mail and answers medical questions", "medical questions", True),
        ("never waits, answers medical questions", "medical questions", True),
        ("sends the price to the customer", "prices", True),
        ("quotes prices and hands the rest to you", "prices", True),
    ],
    "de": [
        ("gibt jede Frage zu Preisen an das Büro weiter", "Preise", False),
        ("nennt keine Preise", "Preise", False),
        ("beantwortet medizinische Fragen nicht", "medizinische Fragen", False),
        ("überlässt medizinische Fragen der Praxis", "medizinische Fragen", False),
        ("legt dir Rabatte und Preise vor", "Preise", False),
        ("legt den Entwurf bereit, damit das Büro ihn verschickt", "verschicken", False),
        ("beantwortet medizinische Fragen", "medizinische Fragen", True),
    ],
    "es": [
        ("pasa las preguntas sobre precios a la oficina", "precios", False),
        ("deja las preguntas médicas para una persona", "preguntas médicas", False),
        ("contesta todo salvo preguntas médicas", "preguntas médicas", False),
        ("prepara el correo para que la oficina lo envíe", "enviar", False),
        ("envía precios al cliente", "precios", True),
    ],
    "fr": [
        ("transmet les questions de prix au bureau", "prix", False),
        ("ne donne jamais de prix", "prix", False),
        ("laisse les questions médicales à une personne", "questions médicales", False),
        ("répond aux questions médicales", "questions médicales", True),
    ],
    "pt": [
        ("passa as perguntas sobre preços ao escritório", "preços", False),
        ("nunca informa preços", "preços", False),
        ("deixa as perguntas médicas com a equipe", "perguntas médicas", False),
        ("responde perguntas médicas e passa o resto à equipe", "perguntas médicas", True),
    ],
}


@pytest.mark.parametrize(
    ("language", "line", "part", "does"), [(code, *case) for code in LINES for case in LINES[code]]
)
def test_a_step_that_leaves_a_part_does_not_do_it(language: str, line: str, part: str, *, does: bool) -> None:
    assert takes_over(line, (part,), SHIPPED.spoken_in(language)) is does
