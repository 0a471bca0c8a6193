import pytest

from contracts.events import ConversationStarted, TurnAnswered
from contracts.reply_stream import Done, FrameKind
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.errors import StaleConversation
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene, answer_turn
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION


async def test_the_first_line_opens_a_conversation_and_is_answered(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")

    (started,) = scene.published(ConversationStarted)
    (answer,) = scene.answers
    assert started.sequence == 1
    assert answer.answered_turn_ids == (turn.data.turn_id,)
    assert outside.store.turns[turn.data.turn_id].outcome.reply == answer.reply
    assert scene.conversation.history[-1].text == answer.reply


async def test_the_visitor_reads_the_reply_that_is_stored(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")

    (answer,) = scene.answers
    (end,) = outside.replies.ends(turn.data.turn_id)
    assert outside.replies.shown(turn.data.turn_id) == answer.reply
    assert Done.model_validate_json(end.data).response == answer.reply
    assert Done.model_validate_json(end.data).sequence == scene.conversation.sequence


async def test_a_redelivered_turn_is_told_again_and_the_model_is_not_asked(
    scene: Scene, outside: FakeOutside
):
    outside.speaker = FakeSpeaker(ModelAnswer("And what takes up your time?"))
    turn = await scene.say("I run a bakery.")
    version = scene.version

    await answer_turn(turn, outside.ports())

    assert len(outside.speaker.conversed) == 1
    assert scene.version == version
    kinds = [frame.kind for frame in outside.replies.frames[turn.data.turn_id]]
    assert kinds[-3:] == [FrameKind.RESET, FrameKind.DELTA, FrameKind.DONE]
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[0].reply


async def test_a_stale_version_stores_nothing_and_tells_nobody(scene: Scene, outside: FakeOutside):
    outside.store.overtaken = 1
    turn = scene.turn("I run a bakery.")

    with pytest.raises(StaleConversation):
        await answer_turn(turn, outside.ports())

    assert outside.store.turns == {}
    assert outside.store.outbox == {}
    assert outside.announcer.published == []
    assert outside.replies.ends(turn.data.turn_id) == []


async def test_a_turn_that_was_overtaken_is_answered_on_the_next_try(scene: Scene, outside: FakeOutside):
    outside.store.overtaken = 1
    turn = scene.turn("I run a bakery.")
    with pytest.raises(StaleConversation):
        await answer_turn(turn, outside.ports())

    await answer_turn(turn, outside.ports())

    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    assert len(outside.replies.ends(turn.data.turn_id)) == 1


async def test_the_same_conversation_gives_the_same_ids(scene: Scene, outside: FakeOutside):
    other = FakeOutside(SHIPPED)

    await scene.book()
    await Scene(other).book()

    assert [event.id for event in outside.announcer.published] == [
        event.id for event in other.announcer.published
    ]


async def test_events_are_numbered_without_a_gap_and_told_apart(scene: Scene, outside: FakeOutside):
    await scene.book()

    events = outside.announcer.published
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert len({event.id for event in events}) == len(events)
    assert scene.conversation.sequence == len(events)


async def test_everything_published_is_stored_first(scene: Scene, outside: FakeOutside):
    await scene.book()

    assert list(outside.store.outbox.values()) == outside.announcer.published
    assert {event.key for event in outside.announcer.published} == {str(CONVERSATION).encode()}


async def test_every_reply_has_an_id_of_its_own(scene: Scene):
    await scene.book()

    answers = scene.published(TurnAnswered)
    assert len({answer.data.reply_id for answer in answers}) == len(answers)


async def test_an_answer_tells_which_playbook_and_which_prompt_it_came_about_by(
    scene: Scene, outside: FakeOutside
):
    await scene.say("Hello")
    outside.speaker = FakeSpeaker(ModelAnswer("And what takes up your time?"))
    await scene.say("I run a bakery.")

    scripted, by_a_model = scene.answers
    assert (scripted.playbook, scripted.prompt) == (SHIPPED.digest, None)
    assert (by_a_model.playbook, by_a_model.prompt) == (SHIPPED.digest, SHIPPED.prompt.digest)


async def test_of_a_long_message_all_is_stored_and_its_ends_are_read(scene: Scene, outside: FakeOutside):
    turn = await scene.say(f"We are 12 people. {'And so on. ' * 500} We use Excel.")

    profile = scene.conversation.profile
    assert profile.team_size is not None
    assert profile.tools is not None
    assert outside.store.turns[turn.data.turn_id].message == turn.data.message
    assert len(scene.conversation.history[0].text) < len(turn.data.message)
