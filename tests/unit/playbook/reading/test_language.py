"""The language of a visitor is recognised when it is clear."""

import pytest

from tests.unit.playbook.reading.scenes import read, scene


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Hola", "es"),
        ("Tenemos una panadería en Sevilla", "es"),
        ("was kostet das?", "de"),
        ("combien ça coûte ?", "fr"),
        ("Bom dia", "pt"),
        ("Ciao, abbiamo una piccola panetteria", "it"),
        ("Hallo, wij hebben een bakkerij met 8 mensen", "nl"),
        ("Здравствуйте, у нас пекарня", "ru"),  # noqa: RUF001
        ("こんにちは、パン屋です", "ja"),
        ("你好，我们是面包店", "zh"),  # noqa: RUF001
        ("مرحبا", "ar"),
        ("안녕하세요", "ko"),
        ("hello", None),
        ("12", None),
        ("?", None),
        ("dana@clinica-de-los-dientes.example", None),
        ("We run La Casa de los Tacos", None),
        ("Notion, Slack, Zoom", None),
    ],
)
def test_a_message_shows_its_language_and_names_and_numbers_none(message: str, language: str | None) -> None:
    assert read(message, scene()).language == language


@pytest.mark.parametrize("message", ["no", "12", "Excel, Gmail", "perfecto"])
def test_a_short_answer_keeps_the_language(message: str) -> None:
    assert read(message, scene("tools", language="es")).language is None
