"""The conversation follows the visitor's language when it is clear; no name and no single word changes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Slot
from tests.support.visitors import SPANISH
from tests.unit.languages.talks import PLAYBOOK, Talk, talk

EVERYDAY = {word for pack in PLAYBOOK.languages.values() for word in pack.language.recognised_by}


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Hola", "es"),
        ("Hola, ¿qué tal?", "es"),
        ("Tenemos una panadería en Sevilla", "es"),
        ("cuanto cuesta esto?", "es"),
        ("Somos un equipo de 12 personas", "es"),
        ("Guten Tag", "de"),
        ("Wir sind ein Steuerbüro mit 12 Leuten", "de"),
        ("was kostet das?", "de"),
        ("Bonjour", "fr"),
        ("Nous avons une boulangerie à Lyon", "fr"),
        ("combien ça coûte ?", "fr"),
        ("Bom dia", "pt"),
        ("Temos uma padaria em Lisboa", "pt"),
        ("quanto custa isso?", "pt"),
        ("Somos 12 pessoas", "pt"),
        ("Ciao, abbiamo una piccola panetteria", "it"),
        ("Siamo una piccola panetteria con due sedi", "it"),
        ("Hallo, wij hebben een bakkerij met 8 mensen", "nl"),
        ("¿Cuánto cuesta?", "es"),
        ("¡Buenas!", "es"),
        ("Una inmobiliaria", "es"),
        ("sesenta personas", "es"),
        ("Clínica dental", "es"),
        ("precio", "es"),
        ("Wie viel kostet das?", "de"),
        ("Zahnarztpraxis, 12 Leute", "de"),
        ("Ein Restaurant", "de"),
        ("zwölf", "de"),
        ("Une boulangerie", "fr"),
        ("quatre personnes", "fr"),
        ("Quanto custa?", "pt"),
        ("Uma padaria", "pt"),
        ("doze pessoas", "pt"),
    ],
)
def test_a_first_message_tells_the_language_with_the_words_it_was_heard_in(
    message: str, language: str
) -> None:
    told = talk(message)

    slot = told.conversation.profile.language

    assert slot is not None
    assert slot.value == language
    assert slot.words == message


@pytest.mark.parametrize(
    "message",
    [
        "Hi, I run a restaurant called La Casa de los Tacos",
        "We own El Gato Negro, a tapas bar in the city",
        "Our company is Das Haus GmbH and we sell furniture",
        "We use DATEV, Lexware and Word",
        "I run a boulangerie called Le Pain du Jour",
        "Adios paperwork! We want to stop typing invoices",
        "We have 12 people",
        "hello",
        "12",
        "ok",
        "dana@clinica-de-los-dientes.example",
        "?",
        "Notion, Slack, Zoom, Teams",
        "We run La Casa de los Tacos",
        "I run Die Bäckerei in Boston",
        "Hi there, my name is Jose and we own Casa Bonita",
        "Dental clinic",
        "Bin rental",
        "Six people",
        "Once a week",
        "Son & Sons plumbing",
    ],
)
def test_names_and_single_foreign_words_change_no_language(message: str) -> None:
    assert talk(message).conversation.profile.language is None


@pytest.mark.parametrize("word", ["Gracias!", "Danke!", "Merci!", "no", "Hola"])
def test_a_courtesy_in_another_language_is_no_switch(word: str) -> None:
    told = talk("I run a bakery.", "8 people", word)

    assert told.known("language") is None


@given(st.lists(st.sampled_from(["12", "ok", "Excel", "?", "dana@clinic.example"]), max_size=2))
def test_while_nothing_tells_a_language_one_word_still_does(before: list[str]) -> None:
    told = Talk().say(*before, "Una inmobiliaria")

    assert told.known("language") == "es"


@given(st.sampled_from(sorted(EVERYDAY)), st.sampled_from(["I run a bakery.", "hello", "We have 12 people"]))
def test_who_began_in_english_is_not_switched_by_any_single_word(word: str, begins: str) -> None:
    told = Talk().say(begins, word)

    assert told.known("language") is None


@pytest.mark.parametrize("answer", ["no", "ok", "12", "Excel, Gmail", "perfecto", "Google Calendar y Slack"])
def test_a_short_answer_keeps_the_language(answer: str) -> None:
    told = talk("Hola, tengo una panadería.", answer)

    assert told.known("language") == "es"


def test_a_conversation_follows_a_clear_switch_and_keeps_what_it_knows() -> None:
    told = talk("I run a bakery.", "8 people", "Perdón, prefiero hablar en español. Somos 9 personas.")

    assert told.known("language") == "es"
    assert told.known("business_type") == "bakery"
    assert told.known("team_size") == 9
    assert "¿" in told.reply


def test_a_conversation_follows_back_to_english() -> None:
    told = talk(*SPANISH.lines[:2], "Sorry, can we do this in English? My partner will read it too.")

    assert told.known("language") == "en"
    assert "¿" not in told.reply


def test_after_a_switch_the_proposal_is_written_anew_in_the_language() -> None:
    told = talk(*SPANISH.lines[:6], "It would be better for us to have this in English.")

    assert "What it does" in told.reply
    assert told.known("language") == "en"


def test_a_language_the_playbook_does_not_speak_is_known_and_answered_in_the_default() -> None:
    told = talk("Ciao, abbiamo una piccola panetteria")

    assert "What kind of business" in told.reply


@pytest.mark.parametrize("message", ["una panetteria", "Siamo 12", "con Excel y Gmail", "no", "ok, gracias"])
def test_a_language_that_only_a_model_told_is_not_taken_back_by_a_few_words(message: str) -> None:
    told = talk("hello")
    language = Slot[str](value="ro", words="hello", turn_id=told.plans[0].turn_id)
    profile = told.conversation.profile.model_copy(update={"language": language})
    told.conversation = told.conversation.model_copy(update={"profile": profile})

    told.say(message)

    assert told.known("language") == "ro"
