"""Turns are answered once, those that come in a row by one reply; one that failed is admitted."""

from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent
from contracts.events import ConversationStarted, TurnFailed, TurnReceived
from contracts.reply_stream import Done, Failed, FrameKind
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.errors import StaleConversation
from services.dialogue.usecases.answer_turn import admit_failure, answer_turns
from services.dialogue.usecases.awaited import look_after_awaited, say_drafted_proposal
from tests.support.dialogue_fakes import FakeBurst, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene, answer_turn
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION

LINES = ("I run a bakery.", "We are 8 people.", "Phone orders eat up our mornings.")
ASKS = ModelAnswer("And what takes up your time?")


def ids(*events: CloudEvent[TurnReceived]) -> tuple[UUID, ...]:
    return tuple(event.data.turn_id for event in events)


async def test_one_reply_is_stored_and_told_to_every_turn_of_a_burst(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(ASKS)

    turns = await scene.burst(*LINES)

    (answer,), (conversation,) = scene.answers, outside.speaker.conversed
    assert [message.text for message in conversation.visitor_messages] == list(LINES)
    assert answer.answered_turn_ids == ids(*turns)
    assert scene.published(ConversationStarted)[0].sequence == 1
    assert scene.conversation.history[-1].text == answer.reply
    for turn in turns:
        stored = outside.store.turns[turn.data.turn_id]
        (end,) = outside.replies.ends(turn.data.turn_id)
        done = Done.model_validate_json(end.data)
        assert (stored.message, stored.outcome.reply) == (turn.data.message, answer.reply)
        assert (done.response, done.turn_id) == (answer.reply, turn.data.turn_id)
        assert done.sequence == scene.conversation.sequence
        assert outside.replies.shown(turn.data.turn_id) == answer.reply


async def test_what_is_delivered_again_is_only_told_again(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(ASKS, ModelAnswer("So how many are you?"))
    turns = await scene.burst(*LINES[:2])
    version, new = scene.version, scene.turn(LINES[2])

    await answer_turns(FakeBurst(*turns), outside.ports())
    await answer_turn(turns[1], outside.ports())

    assert scene.version == version
    for turn in turns:
        kinds = [frame.kind for frame in outside.replies.frames[turn.data.turn_id]]
        assert kinds[-3:] == [FrameKind.RESET, FrameKind.DELTA, FrameKind.DONE]
        assert outside.replies.shown(turn.data.turn_id) == scene.answers[0].reply
    await answer_turns(FakeBurst(*turns, new, new), outside.ports())
    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(*turns), ids(new)]
    assert len(outside.speaker.conversed) == 2


async def test_what_was_overtaken_leaves_nothing_and_is_answered_on_the_next_try(
    scene: Scene, outside: FakeOutside
):
    outside.store.overtaken = 1
    turns = [scene.turn(line) for line in LINES]

    with pytest.raises(StaleConversation):
        await answer_turns(FakeBurst(*turns), outside.ports())

    assert (outside.store.turns, outside.store.outbox, outside.announcer.published) == ({}, {}, [])
    assert outside.replies.ends(turns[0].data.turn_id) == []
    await answer_turns(FakeBurst(*turns), outside.ports())
    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(*turns)]


async def test_events_are_stored_first_numbered_without_a_gap_and_have_the_same_ids_again(
    scene: Scene, outside: FakeOutside
):
    other = FakeOutside(SHIPPED)

    await scene.book()
    await Scene(other).book()

    events = outside.announcer.published
    assert list(outside.store.outbox.values()) == events
    assert [event.id for event in events] == [event.id for event in other.announcer.published]
    assert [event.sequence for event in events] == list(range(1, scene.conversation.sequence + 1))
    assert {event.key for event in events} == {str(CONVERSATION).encode()}
    assert len({answer.reply_id for answer in scene.answers}) == len(scene.answers)


async def test_an_answer_tells_which_playbook_and_which_prompt_it_came_about_by(
    scene: Scene, outside: FakeOutside
):
    await scene.say("Hello")
    outside.speaker = FakeSpeaker(ASKS)
    await scene.say("I run a bakery.")

    told = [(answer.playbook, answer.prompt) for answer in scene.answers]
    assert told == [(SHIPPED.digest, None), (SHIPPED.digest, SHIPPED.prompt.digest)]


async def test_of_a_long_message_all_is_stored_and_its_ends_are_read(scene: Scene, outside: FakeOutside):
    turn = await scene.say(f"We are 12 people. {'And so on. ' * 500} We use Excel.")

    assert {"team_size", "tools"} <= scene.conversation.profile.known()
    assert outside.store.turns[turn.data.turn_id].message == turn.data.message
    assert len(scene.conversation.history[0].text) < len(turn.data.message)


async def test_the_turns_of_a_burst_that_asks_for_a_proposal_wait_for_it_together(
    scene: Scene, outside: FakeOutside
):
    *before, goal = UP_TO_THE_PROPOSAL
    for line in before:
        await scene.say(line)

    turns = await scene.burst(goal, "thanks")
    waiting = [outside.store.turns[turn_id].outcome.status for turn_id in ids(*turns)]
    await say_drafted_proposal(scene.draft(), outside.ports())

    assert waiting == [TurnStatus.AWAITING] * 2
    assert scene.answers[-1].answered_turn_ids == ids(*turns)
    for turn_id in ids(*turns):
        assert outside.replies.shown(turn_id) == scene.answers[-1].reply
        assert len(outside.replies.ends(turn_id)) == 1


@pytest.mark.parametrize(
    ("lines", "waits", "answered"),
    [
        (("hi", "I run a bakery", "with 8 people."), 2, 3),
        (("hi",), 1, 1),
        (("I run a bakery.", "with 8 people"), 0, 1),
    ],
)
async def test_a_few_words_wait_for_what_follows_them(
    scene: Scene, lines: tuple[str, ...], waits: int, answered: int
):
    first, *later = map(scene.turn, lines)
    burst = FakeBurst(first, later=later)

    await answer_turns(burst, scene.outside.ports())

    assert burst.waits == [scene.outside.burst_quiet_s] * waits
    assert [len(answer.answered_turn_ids) for answer in scene.answers] == [answered]


async def test_a_turn_that_came_meanwhile_and_was_answered_before_is_not_answered_again(
    scene: Scene, outside: FakeOutside
):
    answered, fragment = await scene.say("I run a bakery."), scene.turn("well")

    await answer_turns(FakeBurst(fragment, later=[answered]), outside.ports())

    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(answered), ids(fragment)]


@pytest.mark.parametrize(
    ("message", "code"),
    [("I run a bakery.", "en"), ("¿Cuánto cuesta?", "es"), ("Guten Tag", "de"), ("Bom dia", "pt")],
)
async def test_a_parked_turn_is_admitted_once_in_the_visitors_language(
    scene: Scene, outside: FakeOutside, message: str, code: str
):
    turn, words = scene.turn(message), outside.playbook.spoken_in(code)

    for _ in range(2):
        await admit_failure(turn, "broken", outside.ports())

    (failed,), (end,) = scene.published(TurnFailed), outside.replies.ends(turn.data.turn_id)
    assert (failed.data.turn_id, failed.data.reason) == (turn.data.turn_id, "broken")
    assert (scene.version, len(scene.published(ConversationStarted))) == (1, 1)
    response = Failed.model_validate_json(end.data).response
    assert (end.kind, response) == (FrameKind.ERROR, f"{words.company.disclosure} {words.lines.failure}")
    assert outside.store.turns[turn.data.turn_id].outcome.reply == response


async def test_a_turn_that_was_answered_after_all_keeps_its_answer(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")

    await admit_failure(turn, "broken", outside.ports())

    assert scene.published(TurnFailed) == []
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED


async def test_a_parked_turn_that_comes_back_is_answered_and_so_is_the_next(
    scene: Scene, outside: FakeOutside
):
    turn = scene.turn("I run a bakery.")
    await admit_failure(turn, "broken", outside.ports())

    for _ in range(2):
        await answer_turn(turn, outside.ports())
    following = await scene.say("We are 8 people.")

    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(turn), ids(following)]
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    sequences = [event.sequence for event in outside.announcer.published]
    assert sequences == list(range(1, len(sequences) + 1))


async def test_a_parked_turn_does_not_make_a_waiting_visitor_forgotten(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    await admit_failure(scene.turn("And another thing."), "broken", outside.ports())
    outside.wait(8)

    await look_after_awaited(outside.ports())

    assert scene.answers[-1].answered_turn_ids == ids(asked)
