"""A model is asked once, however often the answer has to be stored; a history is not replayed through it."""

import pytest

from chassis.kafka.retry import HandlerTimeout
from chassis.postgres import DatabaseUnavailable
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.reply_stream import Done
from services.dialogue.domain.changes import Loaded, UnsavedChanges
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import ModelTurn, OnText, OnUnderstood
from services.dialogue.settings import Settings
from services.dialogue.usecases.answer_turn import admit_failure, answer_turns
from tests.integration.dialogue.changes import a_change
from tests.support.dialogue_fakes import FakeBurst, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene, answer_turn

ASKS = ModelAnswer("And what takes up your time?", cost_usd=0.01)
ASKS_AGAIN = ModelAnswer("So what takes most of your time?")


async def unsaved(outside: FakeOutside, *turns: CloudEvent[TurnReceived], times: int = 1) -> None:
    """Answer turns while the database takes nothing."""
    outside.store.read_only = times
    for _ in range(times):
        with pytest.raises(DatabaseUnavailable):
            await answer_turns(FakeBurst(*turns), outside.ports())
        outside.wait(15)


@pytest.mark.parametrize("has_failed", [False, True])
async def test_an_answer_that_cannot_be_stored_is_kept_until_it_can(
    scene: Scene, outside: FakeOutside, has_failed: bool
):
    outside.speaker = FakeSpeaker(ASKS)
    turn = scene.turn("I run a bakery.")
    if has_failed:
        await admit_failure(turn, "broken", outside.ports())
    await unsaved(outside, turn, times=3)
    before = len(outside.replies.ends(turn.data.turn_id))

    await answer_turn(turn, outside.ports())

    (answer,), (end,) = scene.answers, outside.replies.ends(turn.data.turn_id)[before:]
    assert len(outside.speaker.conversed) == 1
    assert ASKS.reply in answer.reply
    assert answer.cost_usd == 0.01
    assert outside.replies.shown(turn.data.turn_id).endswith(answer.reply)
    assert Done.model_validate_json(end.data).response == answer.reply
    assert list(outside.store.outbox.values()) == outside.announcer.published


@pytest.mark.parametrize("has_failed", [False, True])
async def test_a_kept_lead_in_stands_before_its_request_is_out(
    scene: Scene, outside: FakeOutside, has_failed: bool
):
    turn, version = await scene.ask_for_a_proposal(), scene.version
    waiting = scene.conversation.awaiting
    assert waiting is not None
    empty = FakeOutside(outside.playbook)
    other = Scene(empty)
    for line in UP_TO_THE_PROPOSAL[: version - 1]:
        await other.say(line)
    if has_failed:
        await admit_failure(turn, "broken", empty.ports())
    await unsaved(empty, turn)
    before = len(empty.happened)

    await answer_turn(turn, empty.ports())

    assert empty.happened[before:] == ["saved", "flushed", "published"]
    assert empty.replies.shown(turn.data.turn_id).endswith(waiting.lead_in.text)


async def test_turns_that_came_since_are_answered_after_the_kept_answer(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(ASKS, ASKS_AGAIN)
    first = scene.turn("I run a bakery.")
    await unsaved(outside, first)

    second = scene.turn("We are 8 people.")
    await answer_turns(FakeBurst(first, second), outside.ports())

    answered = [answer.answered_turn_ids for answer in scene.answers]
    assert answered == [(first.data.turn_id,), (second.data.turn_id,)]
    newest = [conversation.visitor_messages[-1].text for conversation in outside.speaker.conversed]
    assert newest == ["I run a bakery.", "We are 8 people."]


async def test_a_kept_answer_to_several_turns_is_not_given_to_one_of_them(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(ASKS, ASKS_AGAIN)
    first, second = scene.turn("I run a bakery."), scene.turn("We are 8 people.")
    await unsaved(outside, first, second)

    await answer_turn(first, outside.ports())

    assert [answer.answered_turn_ids for answer in scene.answers] == [(first.data.turn_id,)]
    assert len(outside.speaker.conversed) == 2


async def test_a_kept_answer_is_dropped_when_the_conversation_moved_on(scene: Scene, outside: FakeOutside):
    await scene.say("Hello.")
    outside.speaker = FakeSpeaker(ASKS, ASKS_AGAIN)
    turn = scene.turn("I run a bakery.")
    await unsaved(outside, turn)
    outside.store.overtaken = 1
    with pytest.raises(StaleConversation):
        await answer_turn(turn, outside.ports())

    await answer_turn(turn, outside.ports())

    assert len(outside.speaker.conversed) == 2
    assert ASKS_AGAIN.reply in scene.answers[-1].reply


async def test_an_answered_turn_of_a_history_is_left_alone(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(ASKS)
    turn = await scene.say("I run a bakery.")
    frames, published = list(outside.replies.frames[turn.data.turn_id]), list(outside.announcer.published)
    outside.wait(2 * 3600)

    await answer_turn(turn, outside.ports())

    assert outside.replies.frames[turn.data.turn_id] == frames
    assert outside.announcer.published == published


@pytest.mark.parametrize(("hours", "author"), [(2, "model"), (25, "script")])
async def test_a_turn_nobody_answered_is_worth_a_model_for_a_day(
    scene: Scene, outside: FakeOutside, hours: int, author: str
):
    outside.speaker = FakeSpeaker(ASKS)
    turn = scene.turn("I run a bakery.")
    outside.wait(hours * 3600)

    await answer_turn(turn, outside.ports())

    assert [answer.author for answer in scene.answers] == [author]


def test_only_so_many_changes_are_kept(scene: Scene):
    kept = UnsavedChanges(at_most=2)
    causes = [scene.turn(str(number)).id for number in range(3)]

    for cause_id in causes:
        kept.keep(a_change(cause_id=cause_id))

    found = [kept.find(cause_id, Loaded(None, 0)) is not None for cause_id in causes]
    assert found == [False, True, True]


class _Cut(FakeSpeaker):
    """Is asked, and cut off before it has answered."""

    async def converse(
        self, conversation: Conversation, on_understood: OnUnderstood, on_text: OnText
    ) -> ModelTurn:
        self.conversed.append(conversation)
        raise HandlerTimeout


async def test_a_model_is_not_asked_again_where_its_answer_was_cut_off(scene: Scene, outside: FakeOutside):
    outside.speaker = _Cut()
    first, second = scene.turn("I run a bakery."), scene.turn("We are 8 people.")
    with pytest.raises(HandlerTimeout):
        await answer_turns(FakeBurst(first, second), outside.ports())

    for turn in (first, second):
        await answer_turn(turn, outside.ports())

    assert len(outside.speaker.conversed) == 1
    assert [(answer.author, answer.degraded) for answer in scene.answers] == [("script", True)] * 2


@pytest.mark.parametrize("deadline_s", [5.0, 240.0])
def test_a_turn_has_time_for_every_call_it_may_take(monkeypatch: pytest.MonkeyPatch, deadline_s: float):
    monkeypatch.setenv("OPENAI_DEADLINE_S", str(deadline_s))

    first_second_and_judge = 3 * deadline_s

    assert Settings().keyed.handler_timeout_s > first_second_and_judge
