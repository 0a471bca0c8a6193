"""The fact sheet is whole in every language, agrees with the catalogue, and is confirmed for production."""

import re
from pathlib import Path
from typing import Any

import pytest

from playbook import InvalidPlaybook, Playbook, load_playbook, require_confirmed_facts
from playbook.claims import disguises, letters, recites, rows_of
from tests.support.playbooks import GONE, SHIPPED, default_playbook, with_place, written

EVERY_LANGUAGE = (SHIPPED, *SHIPPED.languages.values())
_FIGURE = re.compile(r"\d+(?:[.,\u00a0\u202f]\d{3})*")
_MOST_SENTENCES = 2


def language(playbook: Playbook) -> str:
    return playbook.language.code


def figures(text: str) -> set[str]:
    return {re.sub(r"\D", "", figure) for figure in _FIGURE.findall(text)}


@pytest.mark.parametrize("code", SHIPPED.languages)
def test_every_language_has_every_fact_in_words_of_its_own(code: str) -> None:
    translated = SHIPPED.spoken_in(code).facts

    assert translated.ids == SHIPPED.facts.ids
    assert translated.examples == SHIPPED.facts.examples
    assert not {fact.says for fact in translated.facts} & {fact.says for fact in SHIPPED.facts.facts}


@pytest.mark.parametrize("code", SHIPPED.languages)
def test_a_translated_fact_has_the_figures_of_the_default_and_no_other(code: str) -> None:
    translated = SHIPPED.spoken_in(code).facts

    assert {fact.id: figures(fact.says) for fact in translated.facts} == {
        fact.id: figures(fact.says) for fact in SHIPPED.facts.facts
    }


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=language)
def test_a_fact_is_a_few_short_sentences_that_ask_nothing(playbook: Playbook) -> None:
    for fact in playbook.facts.facts:
        assert "?" not in fact.says, fact.id
        assert len(re.findall(r"[.!](?:\s|$)", fact.says.replace("EE. UU.", "EEUU"))) <= _MOST_SENTENCES, (
            fact.id
        )


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=language)
def test_the_facts_of_the_tiers_say_the_price_and_the_contents_of_the_catalogue(playbook: Playbook) -> None:
    for tier in playbook.catalogue:
        fact = playbook.facts.fact(tier.key)
        assert fact is not None
        assert figures(fact.says) == {str(tier.monthly_price_usd)}
        assert all(item in fact.says for item in (tier.name, *tier.includes))


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=language)
def test_every_price_names_its_currency(playbook: Playbook) -> None:
    assert "US$" in playbook.language.price_of(1250)
    for fact in playbook.facts.facts:
        assert fact.says.count("$") == fact.says.count("US$"), fact.id


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=language)
def test_only_the_tiers_say_how_often_a_review_is(playbook: Playbook) -> None:
    others = [
        fact.says for fact in playbook.facts.facts if fact.id not in {"starter", "growth", "enterprise"}
    ]
    weekly = re.compile(
        r"every week|weekly|cada semana|semanal|jede Woche|wöchentlich|chaque semaine|toda semana"
    )

    assert not [text for text in (*others, playbook.proposal.delivery) if weekly.search(text)]


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=language)
def test_what_the_company_says_recites_no_instruction_of_the_model(playbook: Playbook) -> None:
    rows = rows_of((playbook.prompt.turn.rules, playbook.prompt.turn.state, playbook.prompt.phrase.task))
    questions = [question.ask for stage in playbook.stages.values() for question in stage.questions]
    said = [fact.says for fact in playbook.facts.facts] + questions + list(playbook.lines.reaction)

    assert not [text for text in said if recites(disguises(letters(text)), rows)]


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("facts.starter.says", "Starter is US$1,250 a month.", "'one AI agent'"),
        (
            "facts.starter.says",
            "Starter includes one AI agent, two integrations and a monthly review.",
            "US$1,250",
        ),
        ("facts.growth", GONE, "facts lack growth"),
        (
            "facts.demo.says",
            "The demo costs US$99.",
            "facts.demo says 'US$99', which is the price of no tier",
        ),
        ("catalogue.1.monthly_price_usd", 2400, "facts.growth does not say 'US$2,400'"),
        ("catalogue.0.includes", ["one AI agent", "four integrations"], "'four integrations'"),
        ("facts.demo.says", "", "says"),
        ("facts.demo.is_exmple", True, "is_exmple"),
        ("facts.Demo", {"says": "It is short."}, "should match pattern"),
        ("facts", {}, "at least 1"),
        ("facts", GONE, "facts: Field required"),
    ],
)
def test_a_fact_that_contradicts_the_catalogue_or_cannot_be_read_is_named(
    tmp_path: Path, place: str, value: object, fault: str
) -> None:
    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(written(tmp_path, with_place(default_playbook(), place, value)))

    assert fault in str(refusal.value)


def test_what_the_owner_did_not_give_is_an_example() -> None:
    assert {"data", "terms", "payment", "references", "fails", "liability", "ai_supplier", "tax"} <= set(
        SHIPPED.facts.examples
    )
    assert not {"starter", "growth", "enterprise", "delivery", "identity"} & set(SHIPPED.facts.examples)


def test_a_production_start_refuses_examples_and_names_them() -> None:
    with pytest.raises(InvalidPlaybook) as refusal:
        require_confirmed_facts(SHIPPED)

    assert all(fact_id in str(refusal.value) for fact_id in SHIPPED.facts.examples)
    assert "ALLOW_EXAMPLE_FACTS" in str(refusal.value)


def test_examples_are_used_where_they_are_allowed() -> None:
    require_confirmed_facts(SHIPPED, allow_examples=True)


def test_a_production_start_takes_facts_that_are_confirmed(tmp_path: Path) -> None:
    playbook: dict[str, Any] = default_playbook()
    for fact in playbook["facts"].values():
        fact.pop("is_example", None)

    require_confirmed_facts(load_playbook(written(tmp_path, playbook)))
