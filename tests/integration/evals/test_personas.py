"""The personas: many, of every manner, and played through the pure domain they keep every promise."""

from collections import Counter

import pytest

from evals.gate import faults, held_out_faults
from evals.persona import load_personas
from evals.run import run_in_process
from evals.scoring import Summary
from evals.sets import PersonaSet
from tests.support.gated import GATED_LANGUAGES, gated_personas
from tests.support.playbooks import SHIPPED

PERSONAS = load_personas()
LANGUAGES = ("en", "es", "de", "fr", "pt")
OF_ANY_LANGUAGE = {"terse", "price-first", "correcting", "objecting", "declining"}
MANNERS = {"plain", "rambling", "hostile", "silent", "all-at-once", "skipping", "off-script"}


@pytest.fixture(scope="module")
async def summary() -> Summary:
    return await run_in_process(gated_personas(), SHIPPED)


def test_there_are_personas_of_every_manner_tier_and_language() -> None:
    spoken = {(persona.language, persona.manner) for persona in PERSONAS}
    held_out = PersonaSet.HELD_OUT.load()

    assert sum(persona.language == "en" for persona in PERSONAS) >= 40
    assert {manner for _, manner in spoken} >= MANNERS | OF_ANY_LANGUAGE
    assert spoken >= {(language, manner) for language in LANGUAGES for manner in OF_ANY_LANGUAGE}
    assert {persona.tier for persona in PERSONAS} >= {"starter", "growth", "enterprise"}
    assert Counter(persona.language for persona in held_out) == {"en": 24, "es": 4, "de": 4, "fr": 4, "pt": 4}
    assert {persona.id for persona in PERSONAS} & {persona.id for persona in held_out} == set()


@pytest.mark.parametrize("language", GATED_LANGUAGES)
def test_every_promise_is_kept_in_a_language(summary: Summary, language: str) -> None:
    spoken = Summary([score for score in summary.scores if score.played.persona.language == language])
    assert spoken.scores
    assert faults(spoken) == []


async def test_held_out_personas_are_understood_no_worse_than_their_bar() -> None:
    summary = await run_in_process(PersonaSet.HELD_OUT.load(), SHIPPED)
    assert held_out_faults(summary) == []
