"""That a visitor went silent is told once, unless nobody waits for them."""

from datetime import timedelta

import pytest

from contracts.events import ConversationStalled
from contracts.values import Stage
from services.dialogue.usecases.due import look_after_due
from tests.support.dialogue_fakes import BEGINNING, FakeOutside
from tests.support.dialogue_scene import Scene

HOUR_S = 60 * 60


async def silences(scene: Scene, outside: FakeOutside, *hours: float) -> list[ConversationStalled]:
    """What was told after so many more hours, and again."""
    for each in hours:
        outside.wait(each * HOUR_S)
        await look_after_due(outside.ports())
    return [event.data for event in scene.published(ConversationStalled)]


async def test_it_is_told_once_a_silence(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    outside.wait(HOUR_S)
    await scene.say("We are 12 people.")
    assert await silences(scene, outside, 23.9) == []

    (told,) = await silences(scene, outside, 1.2, 30)
    assert (told.stage, told.silent_since) == (Stage.UNDERSTAND, BEGINNING + timedelta(hours=1))

    await scene.say("Sorry, I was away. The phone costs us most of the time.")
    assert len(await silences(scene, outside, 10)) == 1
    assert len(await silences(scene, outside, 15.2, 30)) == 2


async def test_a_database_that_is_away_loses_no_silence(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    outside.store.read_only = 1
    assert await silences(scene, outside, 26) == []
    assert len(await silences(scene, outside, 0, 0)) == 1


@pytest.mark.parametrize(
    "last", ["No thanks, we are not interested.", "I want to talk to a person, call me on 0171 5552341."]
)
async def test_nobody_waits_for_who_said_no_or_is_called(scene: Scene, outside: FakeOutside, last: str):
    await scene.say("Hi, I run a bakery.")
    await scene.say(last)
    assert await silences(scene, outside, 26, 26) == []
