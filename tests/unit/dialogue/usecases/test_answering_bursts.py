from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import ConversationStarted, TurnReceived
from contracts.reply_stream import Done, FrameKind
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.errors import StaleConversation
from services.dialogue.usecases import answer_turns, say_drafted_proposal
from tests.support.dialogue_fakes import FakeBurst, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene, answer_turn

LINES = ("I run a bakery.", "We are 8 people.", "Phone orders eat up our mornings.")


def ids(events: list[CloudEvent[TurnReceived]]) -> tuple[UUID, ...]:
    return tuple(event.data.turn_id for event in events)


async def test_one_reply_answers_all_turns_of_a_burst(scene: Scene, outside: FakeOutside):
    turns = await scene.burst(*LINES)

    (answer,) = scene.answers
    assert answer.answered_turn_ids == ids(turns)
    assert len(scene.published(ConversationStarted)) == 1
    assert [outside.store.turns[turn_id].message for turn_id in ids(turns)] == list(LINES)
    assert {outside.store.turns[turn_id].outcome.reply for turn_id in ids(turns)} == {answer.reply}


async def test_every_turn_of_a_burst_is_told_the_same_end(scene: Scene, outside: FakeOutside):
    turns = await scene.burst(*LINES)

    dones = [Done.model_validate_json(outside.replies.ends(turn_id)[0].data) for turn_id in ids(turns)]
    assert tuple(done.turn_id for done in dones) == ids(turns)
    assert len({(done.response, done.sequence, done.stage) for done in dones}) == 1
    assert {outside.replies.shown(turn_id) for turn_id in ids(turns)} == {dones[0].response}


async def test_the_model_is_asked_once_for_a_burst(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(ModelAnswer("And what takes up your time?"))

    await scene.burst(*LINES)

    (conversation,) = outside.speaker.conversed
    assert [message.text for message in conversation.visitor_messages] == list(LINES)


async def test_a_redelivered_burst_is_only_told_again(scene: Scene, outside: FakeOutside):
    turns = await scene.burst(*LINES)
    version = scene.version

    await answer_turns(FakeBurst(*turns), outside.ports())

    assert scene.version == version
    for turn_id in ids(turns):
        assert [frame.kind for frame in outside.replies.frames[turn_id]][-1] is FrameKind.DONE


async def test_what_is_new_beside_a_redelivered_turn_gets_a_reply_of_its_own(
    scene: Scene, outside: FakeOutside
):
    answered = await scene.burst(*LINES[:2])
    new = scene.turn(LINES[2])

    await answer_turns(FakeBurst(*answered, new), outside.ports())

    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(answered), ids([new])]


async def test_one_turn_of_an_answered_burst_that_comes_alone_is_only_told_again(
    scene: Scene, outside: FakeOutside
):
    turns = await scene.burst(*LINES)

    for turn in turns:
        await answer_turn(turn, outside.ports())

    assert len(scene.answers) == 1


async def test_a_turn_that_was_published_twice_is_answered_once(scene: Scene, outside: FakeOutside):
    turn = scene.turn(LINES[0])

    await answer_turns(FakeBurst(turn, turn), outside.ports())

    (answer,) = scene.answers
    assert answer.answered_turn_ids == ids([turn])


async def test_a_burst_that_was_overtaken_leaves_nothing_and_is_answered_on_the_next_try(
    scene: Scene, outside: FakeOutside
):
    outside.store.overtaken = 1
    turns = [scene.turn(line) for line in LINES]
    with pytest.raises(StaleConversation):
        await answer_turns(FakeBurst(*turns), outside.ports())
    assert outside.store.turns == {}

    await answer_turns(FakeBurst(*turns), outside.ports())

    (answer,) = scene.answers
    assert answer.answered_turn_ids == ids(turns)


async def test_the_turns_of_a_burst_that_asks_for_a_proposal_wait_for_it_together(
    scene: Scene, outside: FakeOutside
):
    *before, hours, _ = UP_TO_THE_PROPOSAL
    for line in before:
        await scene.say(line)

    turns = await scene.burst(f"It takes {hours}.", "It works if we get that under 3.")
    waiting = [outside.store.turns[turn_id].outcome.status for turn_id in ids(turns)]
    await say_drafted_proposal(scene.draft(), outside.ports())

    assert waiting == [TurnStatus.AWAITING] * 2
    assert scene.answers[-1].answered_turn_ids == ids(turns)
    for turn_id in ids(turns):
        assert outside.replies.shown(turn_id) == scene.answers[-1].reply
        assert len(outside.replies.ends(turn_id)) == 1


async def test_a_few_words_wait_for_what_follows_them(scene: Scene, outside: FakeOutside):
    turns = [scene.turn(line) for line in ("hi", "I run a bakery", "with 8 people.")]
    burst = FakeBurst(turns[0], later=turns[1:])

    await answer_turns(burst, outside.ports())

    (answer,) = scene.answers
    assert answer.answered_turn_ids == ids(turns)
    assert burst.waits == [outside.burst_quiet_s] * 2


async def test_a_few_words_that_nothing_follows_are_answered(scene: Scene, outside: FakeOutside):
    burst = FakeBurst(scene.turn("hi"))

    await answer_turns(burst, outside.ports())

    assert len(scene.answers) == 1
    assert burst.waits == [outside.burst_quiet_s]


async def test_a_whole_sentence_does_not_wait(scene: Scene, outside: FakeOutside):
    burst = FakeBurst(scene.turn("I run a bakery."), later=[scene.turn("with 8 people")])

    await answer_turns(burst, outside.ports())

    assert burst.waits == []
    assert len(scene.answers[0].answered_turn_ids) == 1


async def test_a_turn_that_came_meanwhile_and_was_answered_before_is_not_answered_again(
    scene: Scene, outside: FakeOutside
):
    answered = await scene.say("I run a bakery.")
    fragment = scene.turn("well")

    await answer_turns(FakeBurst(fragment, later=[answered]), outside.ports())

    assert [answer.answered_turn_ids for answer in scene.answers] == [ids([answered]), ids([fragment])]
