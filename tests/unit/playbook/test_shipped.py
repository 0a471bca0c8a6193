"""What the delivered playbook promises, in each of its languages."""

import re
from pathlib import Path

import pytest

from contracts.values import Stage
from playbook import InvalidPlaybook, Playbook, load_playbook, load_prompt, require_confirmed_facts
from playbook.claims import disguises, letters, recites, rows_of
from playbook.section import placeholders
from playbook.translation import lines_of
from tests.support import playbooks
from tests.support.playbooks import DEFAULT, PROMPT, SHIPPED, default_playbook, plain_values, with_place

_FIGURE = re.compile(r"\d+(?:[.,\u00a0\u202f]\d{3})*")
_WEEKLY = re.compile("every week|weekly|(cada|toda) semana|semanal|jede Woche|wöchentlich|chaque semaine")
_TIERS = {"starter": 1250, "growth": 2500, "enterprise": 5000}
_MOST_SENTENCES = 2

SPOKEN = [SHIPPED, *SHIPPED.languages.values()]
in_every_language = pytest.mark.parametrize("playbook", SPOKEN, ids=SHIPPED.language_names)


def figures(text: str) -> set[str]:
    return {re.sub(r"\D", "", figure) for figure in _FIGURE.findall(text)}


def says(playbook: Playbook) -> dict[str, str]:
    return {fact.id: fact.says for fact in playbook.facts.facts}


def test_three_tiers_are_sold_in_five_languages_by_few_questions_and_under_caps_of_spending() -> None:
    spend = SHIPPED.spend
    asked = [question.slot for script in SHIPPED.stages.values() for question in script.questions]

    assert list(SHIPPED.language_names) == ["en", "es", "de", "fr", "pt"]
    for playbook in (SHIPPED, *SHIPPED.languages.values()):
        assert {tier.key: tier.monthly_price_usd for tier in playbook.catalogue} == _TIERS
    assert (spend.reply_output_tokens, spend.conversation_tokens) == (1_000, 400_000)
    assert spend.conversation_usd == 0.50
    assert (spend.day_tokens, spend.day_usd) == (20_000_000, 50)
    assert len(asked) == len(set(asked))
    assert 2 <= len(SHIPPED.stages[Stage.UNDERSTAND].questions) <= 3


def test_a_region_speaks_its_language_and_an_unknown_one_the_default() -> None:
    spoken = {"es": "es", "es-MX": "es", "PT-br": "pt", "it": "en", "estonian": "en", None: "en"}
    assert {tag: SHIPPED.spoken_in(tag).language.code for tag in spoken} == spoken


WRITTEN = {
    "en": ("US$1,250", "2.5", "1 person"),
    "es": ("1.250 US$", "2,5", "1 persona"),
    "de": ("1.250 US$", "2,5", "1 Person"),
    "fr": ("1\u00a0250\u00a0US$", "2,5", "1 personne"),
    "pt": ("US$ 1.250", "2,5", "1 pessoa"),
}


@in_every_language
def test_figures_are_written_as_the_language_writes_them(playbook: Playbook) -> None:
    own = playbook.language
    assert (own.price_of(1250), own.number(2.5), own.count(1, own.people)) == WRITTEN[own.code]


@pytest.mark.parametrize(
    ("code", "polite"),
    [
        ("es", r"\busted(es)?\b|\b[Ss]us? (equipo|negocio|propi|prime)"),
        ("de", r"\bIh(re?[mnrs]?|nen)\b"),
        ("fr", r"(?<!rendez-)\b[Vv]o(us|tre|s)\b"),
        ("pt", r"\b([Vv]ocês?|[Ss]eus?|[Ss]uas?)\b"),
    ],
)
def test_a_line_stands_beside_either_form_of_address(code: str, polite: str) -> None:
    lines = lines_of(SHIPPED.spoken_in(code)).values()
    assert not [line for line in lines if re.search(polite, line)]


@pytest.mark.parametrize("code", SHIPPED.languages)
def test_every_language_has_every_fact_in_words_of_its_own_with_the_same_figures(code: str) -> None:
    default, translated = says(SHIPPED), says(SHIPPED.spoken_in(code))
    same = {name: figures(text) for name, text in default.items()}
    assert {name: figures(text) for name, text in translated.items()} == same
    assert SHIPPED.spoken_in(code).facts.examples == SHIPPED.facts.examples
    assert not set(translated.values()) & set(default.values())


@in_every_language
def test_a_fact_is_short_asks_nothing_and_says_the_catalogue_in_its_currency(playbook: Playbook) -> None:
    facts = says(playbook)
    for name, text in facts.items():
        assert "?" not in text, name
        assert len(re.findall(r"[.!](?:\s|$)", text.replace("EE. UU.", "EEUU"))) <= _MOST_SENTENCES, name
        assert text.count("$") == text.count("US$"), name
    for tier in playbook.catalogue:
        fact = facts.pop(tier.key)
        assert figures(fact) == {str(tier.monthly_price_usd)}
        assert all(item in fact for item in (tier.name, *tier.includes))
    # Only the facts of the tiers say how often a review is.
    assert not [text for text in (*facts.values(), playbook.proposal.delivery) if _WEEKLY.search(text)]


@in_every_language
def test_what_the_company_says_recites_no_instruction_of_the_model(playbook: Playbook) -> None:
    rows = rows_of((playbook.prompt.turn.rules, playbook.prompt.turn.state, playbook.prompt.phrase.task))
    questions = [question.ask for stage in playbook.stages.values() for question in stage.questions]
    said = [*says(playbook).values(), *questions, *playbook.lines.reaction]
    assert not [text for text in said if recites(disguises(letters(text)), rows)]


def test_a_production_start_refuses_examples_and_takes_what_is_confirmed(tmp_path: Path) -> None:
    confirmed = default_playbook()
    for fact in confirmed["facts"].values():
        fact.pop("is_example", None)
    with pytest.raises(InvalidPlaybook) as refusal:
        require_confirmed_facts(SHIPPED)

    assert all(named in str(refusal.value) for named in (*SHIPPED.facts.examples, "ALLOW_EXAMPLE_FACTS"))
    owners = {"data", "terms", "payment", "references", "fails", "liability", "ai_supplier", "tax"}
    assert owners <= set(SHIPPED.facts.examples)
    assert not {*_TIERS, "delivery", "identity"} & set(SHIPPED.facts.examples)
    require_confirmed_facts(SHIPPED, allow_examples=True)
    require_confirmed_facts(load_playbook(playbooks.written(tmp_path, confirmed)))


def test_another_prompt_takes_the_place_of_the_named_one(tmp_path: Path) -> None:
    path = playbooks.written(tmp_path, with_place(plain_values(PROMPT), "turn.most_words", 20))
    playbook, prompt = load_playbook(DEFAULT, prompt=path), load_prompt(path)
    assert {playbook.spoken_in(code).prompt.turn.most_words for code in (None, *playbook.languages)} == {20}
    assert load_prompt(PROMPT).digest == SHIPPED.prompt.digest != prompt.digest
    assert "prompt" not in SHIPPED.model_dump()
    assert playbook.digest == SHIPPED.digest


def test_the_rules_mark_what_a_visitor_wrote_and_stand_before_everything_that_changes() -> None:
    rules = SHIPPED.prompt.turn.rules
    assert "<visitor> and </visitor>" in rules
    assert not {"known", "summary", "actions"} & placeholders(rules)
