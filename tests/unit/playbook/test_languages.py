"""A translation of the playbook is whole, and changes words only; a fault is named with its place."""

from pathlib import Path
from typing import Any

import pytest

from playbook import InvalidPlaybook, Playbook, load_playbook
from tests.support.playbooks import DEFAULT, GONE, SHIPPED, default_playbook, plain_values, with_place
from tests.support.playbooks import written as write

LANGUAGES = ("es", "de", "fr", "pt")


def _pack(code: str = "es") -> dict[str, Any]:
    return plain_values(DEFAULT.parent / "playbook" / f"{code}.yaml")


def _translated(folder: Path, pack: dict[str, Any], code: str = "es") -> Path:
    """The default playbook with one translation, beside it as an operator would write it."""
    (folder / "words").mkdir()
    write(folder / "words", pack)
    return write(folder, {**default_playbook(), "languages": {code: "words/playbook.yaml"}})


def _with(place: str, value: Any) -> dict[str, Any]:
    return with_place(_pack(), place, value)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return SHIPPED


def test_the_default_playbook_speaks_five_languages(playbook: Playbook) -> None:
    assert playbook.language.code == "en"
    assert set(playbook.languages) == set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_keeps_the_offer_the_rule_and_the_links(playbook: Playbook, code: str) -> None:
    spoken = playbook.spoken_in(code)

    assert [(tier.key, tier.name, tier.monthly_price_usd) for tier in spoken.catalogue] == [
        (tier.key, tier.name, tier.monthly_price_usd) for tier in playbook.catalogue
    ]
    assert [case.tier for case in spoken.tier_rule.cases] == [case.tier for case in playbook.tier_rule.cases]
    assert spoken.booking == playbook.booking


@pytest.mark.parametrize(
    ("tag", "code"), [("es", "es"), ("es-MX", "es"), ("PT-br", "pt"), ("it", "en"), ("estonian", "en")]
)
def test_a_region_speaks_its_language_and_an_unknown_one_the_default(
    playbook: Playbook, tag: str, code: str
) -> None:
    assert playbook.spoken_in(tag).language.code == code


def test_while_no_language_is_known_the_default_is_spoken(playbook: Playbook) -> None:
    assert playbook.spoken_in(None) is playbook


def test_a_playbook_without_translations_is_whole(tmp_path: Path) -> None:
    playbook = load_playbook(write(tmp_path, default_playbook()))

    assert playbook.spoken_in("es") is playbook


def test_the_files_of_translations_are_found_from_where_the_playbook_lies(tmp_path: Path) -> None:
    playbook = load_playbook(_translated(tmp_path, _pack()))

    assert playbook.spoken_in("es").language.name == "Spanish"


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("lines.greeting", GONE, "lines.greeting: is not translated"),
        ("lines.acknowledge.task", GONE, "lines.acknowledge.task: is not translated"),
        ("stages.scope.questions.1.again", GONE, "stages.scope.questions.1.again: is not translated"),
        ("catalogue.0.includes", GONE, "catalogue.0.includes: is not translated"),
        ("company.disclosure", GONE, "company.disclosure: is not translated"),
        ("tier_rule.words.team_size.over", GONE, "tier_rule.words.team_size.over: is not translated"),
        ("language", GONE, "language: is missing"),
        ("catalogue.0.monthly_price_usd", 990, "catalogue.0.monthly_price_usd: stays 1250"),
        ("catalogue.1.name", "Crecimiento", "catalogue.1.name: stays 'Growth'"),
        ("company.website", "https://otro.example", "company.website: stays"),
        ("stages.understand.questions.0.slot", "task", "stages.understand.questions.0.slot: stays"),
        ("stages.identify.most_questions", 5, "stages.identify.most_questions: stays 2"),
        ("tier_rule.cases.0.when_any.0.over", 10, "tier_rule.cases.0.when_any.0.over: stays 50"),
        ("tier_rule.otherwise", "growth", "tier_rule.otherwise: stays 'starter'"),
        ("booking", {"public_link": "https://calendly.com/otro"}, "booking: a language changes words only"),
        ("lines.saludo", "Hola", "lines.saludo: the default does not have it"),
        ("lines.booking", "Aquí tiene el enlace.", "lines.booking: 'Aquí tiene el enlace.' must hold link"),
        ("lines.failure", "¿Perdón?", "failure '¿Perdón?' must ask nothing"),
        ("facts.data", GONE, "facts.data.says: is not translated"),
        ("facts.data.is_example", False, "facts.data.is_example: stays True"),
        ("facts.precio", {"says": "Es barato."}, "facts.precio: the default does not have it"),
        ("facts.starter.says", "Starter cuesta 1.250 US$ al mes.", "does not say 'un agente de IA'"),
        ("stages.scope.questions.0.goal", "los pasos", "stages.scope.questions.0.goal: stays"),
        ("lines.quick_replies.questions.price.facts", ["terms"], "questions.price.facts: stays"),
        ("language.code", "ca", "speaks 'ca', not 'es'"),
        ("lines.contact", None, "lines.contact: "),
    ],
)
def test_a_fault_of_a_translation_is_named_with_its_place(
    tmp_path: Path, place: str, value: object, fault: str
) -> None:
    path = _translated(tmp_path, _with(place, value))

    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(path)

    assert fault in str(refusal.value)
    assert "words/playbook.yaml" in str(refusal.value)


def test_a_translation_with_fewer_questions_than_the_default_is_refused(tmp_path: Path) -> None:
    pack = _pack()
    pack["stages"]["scope"]["questions"].pop()

    with pytest.raises(InvalidPlaybook, match=r"stages.scope.questions: has 4 parts, the default has 5"):
        load_playbook(_translated(tmp_path, pack))


def test_a_translation_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, {**default_playbook(), "languages": {"es": "nowhere.yaml"}})

    with pytest.raises(InvalidPlaybook, match=r"nowhere\.yaml"):
        load_playbook(path)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ("US$1,250", "2.5", "1 person")),
        ("es", ("1.250 US$", "2,5", "1 persona")),
        ("de", ("1.250 US$", "2,5", "1 Person")),
        ("fr", ("1\u00a0250\u00a0US$", "2,5", "1 personne")),
        ("pt", ("US$ 1.250", "2,5", "1 pessoa")),
    ],
)
def test_figures_are_written_as_the_language_writes_them(
    playbook: Playbook, code: str, written: tuple[str, str, str]
) -> None:
    language = playbook.spoken_in(code).language

    figures = (language.price_of(1250), language.number(2.5), language.count(1, language.people))

    assert figures == written
