"""That a visitor went silent is told once, unless nobody waits for them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.cloudevent import originate
from contracts.events import ConversationClosed, ConversationStalled, VisitorOptedOut
from contracts.values import Stage
from services.dialogue.usecases.due import look_after_due
from services.dialogue.usecases.silence import close_conversation
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


async def test_who_opts_out_ends_the_conversation_once_until_they_write_again(
    scene: Scene, outside: FakeOutside
):
    await scene.say("Hi, I run a bakery.")
    told = VisitorOptedOut(conversation_id=scene.conversation.conversation_id)
    opted_out = originate(told, event_id=uuid4(), source="gateway", time=outside.ports().clock())
    await close_conversation(opted_out, outside.ports())

    assert [event.data.reason for event in scene.published(ConversationClosed)] == ["stopped"]
    assert await silences(scene, outside, 26, 26) == []

    await scene.say("We are 12 people.")
    await close_conversation(opted_out, outside.ports())
    assert len(scene.published(ConversationClosed)) == 1
    assert not scene.conversation.closed


async def test_an_opt_out_of_a_conversation_that_nobody_knows_changes_nothing(
    scene: Scene, outside: FakeOutside
):
    told = VisitorOptedOut(conversation_id=uuid4())
    await close_conversation(
        originate(told, event_id=uuid4(), source="gateway", time=BEGINNING), outside.ports()
    )
    assert scene.published(ConversationClosed) == []
