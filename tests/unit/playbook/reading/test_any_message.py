"""Whatever is written, the reader answers, cites only what stands there, and knows a clear language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.claims import quantities
from playbook.reading.meaning import NUMBER_SLOTS, SLOT_NAMES, UNKNOWN_QUESTION
from playbook.reading.talk import Message
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.reading.scenes import NOW, in_languages, read, scene

LANGUAGES = ["en", *SHIPPED.languages]
WORDS = """
yes no 12 two my name is owen@hart.example hours a week people not , . ? and then Excel somos
Stunden et 1.500 ½ 24/7 actually send the link I'm O'Brien ١٢ # $5 dozen half
"""
SENTENCES = st.lists(st.sampled_from(WORDS.split()), max_size=15).map(" ".join)
MESSAGES = (st.text(max_size=200) | SENTENCES).filter(str.strip)


@given(MESSAGES, st.sampled_from([None, *SLOT_NAMES]), st.sampled_from(LANGUAGES), st.booleans())
def test_it_answers_and_quotes_the_visitor(message: str, asked: str | None, language: str, drafted: bool):
    understood = read(message, scene(asked, language=language, drafted=drafted))
    assert understood.intents
    written = Message(turn_id=NOW, text=message).text
    assert all(update.quote in written for update in understood.updates)


@given(MESSAGES, st.sampled_from(["team_size", "hours_per_week"]))
def test_no_number_is_stored_where_none_was_written(message: str, asked: str) -> None:
    stored = [update for update in read(message, scene(asked)).updates if update.slot in NUMBER_SLOTS]
    has_word = any(word in message.lower() for word in ("me", "half", "hour"))
    assert not stored or quantities(message) or has_word


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_can_be_asked_for_in_every_language(language: str) -> None:
    spoken = SHIPPED.spoken_in(language)
    assert {*" ".join(spoken.lexicon.facts).split()} - {UNKNOWN_QUESTION} == set(spoken.facts.ids)


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
