"""The language of a visitor is recognised when it is clear."""

import pytest

from tests.unit.playbook.reading.scenes import in_languages, read, scene


@in_languages(
    es=("Hola", "Tenemos una panadería en Sevilla"),
    de=("was kostet das?",),
    fr=("combien ça coûte ?",),
    pt=("Bom dia",),
    it=("Ciao, abbiamo una piccola panetteria",),
    nl=("Hallo, wij hebben een bakkerij met 8 mensen",),
    ru=("Здравствуйте, у нас пекарня",),  # noqa: RUF001
    ja=("こんにちは、パン屋です",),
    zh=("你好，我们是面包店",),  # noqa: RUF001
    ar=("مرحبا",),
    ko=("안녕하세요",),
)
def test_a_message_shows_its_language(language: str, message: str) -> None:
    assert read(message, scene()).language == language


NAMES = ("dana@clinica-de-los-dientes.example", "We run La Casa de los Tacos", "Notion, Slack, Zoom")


@pytest.mark.parametrize("message", ["hello", "12", "?", *NAMES])
def test_names_and_numbers_show_no_language(message: str) -> None:
    assert read(message, scene()).language is None


@pytest.mark.parametrize("message", ["no", "12", "Excel, Gmail", "perfecto"])
def test_a_short_answer_keeps_the_language(message: str) -> None:
    assert read(message, scene("tools", language="es")).language is None
