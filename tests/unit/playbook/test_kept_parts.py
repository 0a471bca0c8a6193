"""A step that leaves a part of the work to people does not do it."""

import pytest

from playbook.kept_parts import takes_over
from tests.support.playbooks import SHIPPED

LEFT = {
    "en": [
        ("hands every question about prices to the office", "prices"),
        ("passes medical questions on to you", "medical questions"),
        ("passes anything medical on to you", "anything medical"),
        ("never quotes a price", "prices"),
        ("leaves refunds to people", "refunds"),
        ("answers everything except medical questions", "medical questions"),
        ("replies without quoting a price", "prices"),
        ("does not promise prices, discounts or refunds", "refunds"),
        ("sorts the mail and passes on questions about prices and refunds to the team", "refunds"),
        ("hands over medical and legal questions", "medical questions"),
        ("medical questions stay with you", "medical questions"),
        ("asks a colleague where a price is missing", "prices"),
    ],
    "de": [
        ("gibt Preisfragen an das Büro weiter", "Preise"),
        ("gibt jede Frage zu Preisen an das Büro weiter", "Preise"),
        ("nennt keine Preise", "Preise"),
        ("beantwortet medizinische Fragen nicht", "medizinische Fragen"),
        ("überlässt medizinische Fragen der Praxis", "medizinische Fragen"),
        ("legt dir Rabatte und Preise vor", "Preise"),
    ],
    "es": [
        ("pasa las preguntas sobre precios a la oficina", "precios"),
        ("nunca da precios", "precios"),
        ("deja las preguntas médicas para una persona", "preguntas médicas"),
        ("contesta todo salvo preguntas médicas", "preguntas médicas"),
    ],
    "fr": [
        ("transmet les questions de prix au bureau", "prix"),
        ("ne donne jamais de prix", "prix"),
        ("laisse les questions médicales à une personne", "questions médicales"),
    ],
    "pt": [
        ("passa as perguntas sobre preços ao escritório", "preços"),
        ("nunca informa preços", "preços"),
        ("deixa as perguntas médicas com a equipe", "perguntas médicas"),
    ],
}  # fmt: skip

DONE = {
    "en": [
        ("answers medical questions", "medical questions"),
        ("passes on the mail and answers medical questions", "medical questions"),
        ("never waits, answers medical questions", "medical questions"),
        ("sends the price to the customer", "prices"),
        ("quotes prices and hands the rest to you", "prices"),
    ],
    "de": [("beantwortet medizinische Fragen", "medizinische Fragen"), ("nennt Preise", "Preise")],
    "es": [("contesta preguntas médicas", "preguntas médicas"), ("envía precios al cliente", "precios")],
    "fr": [("répond aux questions médicales", "questions médicales")],
    "pt": [("responde perguntas médicas e passa o resto à equipe", "perguntas médicas")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "line", "part"), [(code, *case) for code, cases in LEFT.items() for case in cases]
)
def test_a_step_that_names_a_part_in_order_to_leave_it_does_not_do_it(
    language: str, line: str, part: str
) -> None:
    assert not takes_over(line, (part,), SHIPPED.spoken_in(language))


@pytest.mark.parametrize(
    ("language", "line", "part"), [(code, *case) for code, cases in DONE.items() for case in cases]
)
def test_a_step_that_does_a_part_beside_leaving_another_does_it(language: str, line: str, part: str) -> None:
    assert takes_over(line, (part,), SHIPPED.spoken_in(language))
