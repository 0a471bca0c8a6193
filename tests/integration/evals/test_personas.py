"""The personas: many, of every manner, and played through the pure domain they keep every promise."""

from collections import Counter
from pathlib import Path

import pytest

from evals.gate import KNOWN_BAR, faults, held_out_faults
from evals.persona import Persona, load_personas
from evals.run import run_in_process
from evals.scoring import Summary
from evals.sets import PersonaSet
from tests.support.gated import GATED_LANGUAGES, gated_personas
from tests.support.playbooks import SHIPPED

PLAYBOOK = SHIPPED
PERSONAS = load_personas()
ENGLISH = [persona for persona in PERSONAS if persona.language == "en"]


@pytest.fixture(scope="module")
async def summary() -> Summary:
    return await run_in_process(gated_personas(), PLAYBOOK)


def test_there_are_personas_of_every_manner() -> None:
    manners = {persona.manner for persona in PERSONAS}

    assert len(ENGLISH) >= 40
    assert manners >= {
        "plain",
        "terse",
        "rambling",
        "correcting",
        "price-first",
        "hostile",
        "silent",
        "objecting",
        "all-at-once",
        "skipping",
        "off-script",
        "declining",
    }


def test_every_tier_and_five_languages_are_wanted_by_somebody() -> None:
    assert {persona.tier for persona in PERSONAS} >= {"starter", "growth", "enterprise"}
    assert set(Counter(persona.language for persona in PERSONAS)) == {"en", "es", "de", "fr", "pt"}


@pytest.mark.parametrize("language", GATED_LANGUAGES)
def test_every_promise_is_kept_in_a_language(summary: Summary, language: str) -> None:
    spoken = Summary([score for score in summary.scores if score.played.persona.language == language])

    assert spoken.scores
    assert faults(spoken) == []


def test_every_language_has_personas_of_five_manners() -> None:
    manners = {(persona.language, persona.manner) for persona in PERSONAS}
    wanted = ("terse", "price-first", "correcting", "objecting", "declining")

    assert manners >= {(language, manner) for language in ("en", "es", "de", "fr", "pt") for manner in wanted}


def test_who_wants_a_demo_gets_the_link_and_who_does_not_is_left_alone(summary: Summary) -> None:
    assert [score.played.persona.id for score in summary.scores if not score.ended_well] == []


def test_the_tier_is_right_wherever_its_inputs_were_said(summary: Summary) -> None:
    assert summary.tier_accuracy == 1


def test_what_is_read_is_nearly_always_right_and_what_is_said_is_nearly_always_read(summary: Summary) -> None:
    assert summary.slots.precision >= KNOWN_BAR.precision
    assert summary.slots.recall >= KNOWN_BAR.recall


async def test_held_out_personas_are_understood_no_worse_than_their_bar() -> None:
    summary = await run_in_process(PersonaSet.HELD_OUT.load(), PLAYBOOK)

    assert held_out_faults(summary) == []


def test_nobody_is_known_and_held_out() -> None:
    known, held_out = ({persona.id for persona in one.load()} for one in PersonaSet)

    assert known & held_out == set()


def test_forty_are_held_out_and_speak_five_languages() -> None:
    speaks = Counter(persona.language for persona in PersonaSet.HELD_OUT.load())

    assert speaks == {"en": 24, "es": 4, "de": 4, "fr": 4, "pt": 4}


def test_a_persona_with_a_slot_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="names shoe_size"):
        Persona.model_validate({"id": "a", "says": {"opening": "Hi"}, "truth": {"shoe_size": "44"}})


def test_two_personas_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "twins.yaml").write_text("- {id: a, says: {opening: Hi}}\n- {id: a, says: {opening: Ho}}\n")

    with pytest.raises(ValueError, match="'a' stands twice"):
        load_personas(tmp_path)


def test_a_yes_of_a_persona_stays_a_word(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("- {id: a, says: {opening: yes, team_size: 07}}\n")

    (persona,) = load_personas(tmp_path)

    assert persona.opening == "yes"
    assert persona.answer("team_size", 1) == "07"
