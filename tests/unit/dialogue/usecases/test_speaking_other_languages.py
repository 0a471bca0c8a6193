"""A model speaks in the visitor's language, and so does everything that is put beside its words."""

import pytest

from services.dialogue.errors import VoiceLost
from services.dialogue.usecases import say_drafted_proposal
from tests.support.dialogue_fakes import FakeOutside, FakeVoice
from tests.support.dialogue_scene import Scene, spoken
from tests.support.playbooks import SHIPPED
from tests.support.visitors import SPANISH

SPOKEN = SHIPPED.spoken_in("es")
OPENING = f"{SPOKEN.lines.greeting} {SPOKEN.company.disclosure}"
FIRST_QUESTION = SPOKEN.stages["understand"].questions[0].ask


async def test_the_opening_and_the_missing_question_are_in_the_visitors_language(
    scene: Scene, outside: FakeOutside
):
    outside.voice = FakeVoice(spoken("Qué alegría saludarle."))

    await scene.say("Hola")

    assert scene.answers[-1].reply == f"{OPENING} Qué alegría saludarle. {FIRST_QUESTION}"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Cuesta 99 $ al mes.", "amount"),
        ("Está garantizado.", "promise"),
        ("Empezamos mañana.", "date"),
        ("Vea https://malo.example/ya ahora.", "link"),
        ("Soy una persona.", "identity"),
    ],
)
async def test_what_stands_in_for_a_refused_sentence_is_in_the_visitors_language(
    scene: Scene, outside: FakeOutside, said: str, reason: str
):
    outside.voice = FakeVoice(spoken(f"Qué alegría saludarle. {said}"))

    await scene.say("Hola")

    start = SPOKEN.lines.guarded[reason].partition("{")[0]
    assert start in scene.answers[-1].reply
    assert said not in scene.answers[-1].reply
    assert scene.answers[-1].reply.endswith(FIRST_QUESTION)


async def test_the_missing_tier_is_told_in_the_visitors_language(scene: Scene, outside: FakeOutside):
    outside.voice = None
    for line in SPANISH.lines[:6]:
        await scene.say(line)
    await say_drafted_proposal(scene.draft(), outside.ports())
    outside.voice = FakeVoice(spoken("Me alegra que le guste."))

    await scene.say("Me parece muy bien")

    reply = scene.answers[-1].reply
    tier = scene.conversation.tier
    assert tier is not None
    assert SPOKEN.language.price_of(tier.monthly_price_usd) in reply
    assert SPOKEN.lines.askings.tier.ask[0] in reply
    assert "a month" not in reply


async def test_when_the_model_fails_the_script_goes_on_in_the_visitors_language(
    scene: Scene, outside: FakeOutside
):
    outside.voice = FakeVoice(VoiceLost("timeout"), heard="Qué ale")

    await scene.say("¿Cuánto cuesta?")

    reply = scene.answers[-1].reply
    assert reply.startswith(OPENING)
    assert "1.250 $" in reply
    assert "a month" not in reply
