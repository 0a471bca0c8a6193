"""Turns are answered once and a model is paid once, however often they come; what failed is admitted."""

import asyncio
from contextlib import suppress
from unittest.mock import create_autospec
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka.retry import HandlerTimeout
from chassis.postgres import DatabaseUnavailable
from contracts.cloudevent import CloudEvent
from contracts.events import ConversationStarted, TurnFailed, TurnReceived
from contracts.reply_stream import Done, Failed, FrameKind
from services.dialogue.domain.changes import Loaded, TurnStatus, UnsavedChanges
from services.dialogue.errors import StaleConversation
from services.dialogue.settings import Settings
from services.dialogue.usecases.answer_turn import admit_failure, answer_turns
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from services.dialogue.usecases.due import look_after_due
from tests.integration.dialogue.changes import a_change
from tests.support.dialogue_fakes import FakeBurst, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene, answer_turn
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION

LINES = ("I run a bakery.", "We are 8 people.", "Phone orders eat up our mornings.")
ASKS = ModelAnswer("And what takes up your time?", cost_usd=0.01)
ASKS_AGAIN = ModelAnswer("So what takes most of your time?")


def ids(*events: CloudEvent[TurnReceived]) -> tuple[UUID, ...]:
    return tuple(event.data.turn_id for event in events)


async def test_a_burst_gets_one_reply_which_is_only_told_again(scene: Scene, outside: FakeOutside):
    speaker = outside.speaker = FakeSpeaker(ASKS, ASKS_AGAIN)

    turns = await scene.burst(*LINES[:2])

    (answer,), (conversation,) = scene.answers, speaker.conversed
    assert [message.text for message in conversation.visitor_messages] == [*LINES[:2]]
    for turn in turns:
        stored, (end,) = outside.store.turns[turn.data.turn_id], outside.replies.ends(turn.data.turn_id)
        done = Done.model_validate_json(end.data)
        assert (stored.message, stored.outcome.reply) == (turn.data.message, answer.reply)
        assert (done.response, done.turn_id) == (answer.reply, turn.data.turn_id)
        assert done.sequence == scene.conversation.sequence
    version, new = scene.version, scene.turn(LINES[2])
    await answer_turns(FakeBurst(*turns), outside.ports())
    await answer_turn(turns[1], outside.ports())
    assert scene.version == version
    for turn_id in ids(*turns):
        kinds = [frame.kind for frame in outside.replies.frames[turn_id][-3:]]
        assert kinds == [FrameKind.RESET, FrameKind.DELTA, FrameKind.DONE]
        assert outside.replies.shown(turn_id) == answer.reply
    await answer_turns(FakeBurst(*turns, new, new), outside.ports())
    assert [each.answered_turn_ids for each in scene.answers] == [ids(*turns), ids(new)]
    assert len(speaker.conversed) == 2


async def test_events_are_stored_first_and_have_the_same_ids_again(scene: Scene, outside: FakeOutside):
    other = FakeOutside(SHIPPED)

    await scene.book()
    await Scene(other).book()

    events = outside.announcer.published
    assert list(outside.store.outbox.values()) == events
    assert [event.id for event in events] == [event.id for event in other.announcer.published]
    assert {event.key for event in events} == {str(CONVERSATION).encode()}
    assert len({answer.reply_id for answer in scene.answers}) == len(scene.answers)


async def test_of_a_long_message_all_is_stored_and_its_ends_are_read(scene: Scene, outside: FakeOutside):
    turn = await scene.say(f"We are 12 people. {'And so on. ' * 500} We use Excel.")
    assert {"team_size", "tools"} <= scene.conversation.profile.known()
    assert outside.store.turns[turn.data.turn_id].message == turn.data.message
    assert len(scene.conversation.history[0].text) < len(turn.data.message)


@pytest.mark.parametrize(
    ("lines", "waits", "answered"),
    [
        (["hi", "I run a bakery", "with 8 people."], 2, 3),
        (["hi"], 1, 1),
        (["I run a bakery.", "with 8 people"], 0, 1),
    ],
)
async def test_few_words_wait_for_what_follows(scene: Scene, lines: list[str], waits: int, answered: int):
    first, *later = map(scene.turn, lines)
    burst = FakeBurst(first, later=later)
    await answer_turns(burst, scene.outside.ports())
    assert burst.waits == [scene.outside.burst_quiet_s] * waits
    assert [len(answer.answered_turn_ids) for answer in scene.answers] == [answered]


@pytest.mark.parametrize(("message", "code"), [("I run a bakery.", "en"), ("¿Cuánto cuesta?", "es")])
async def test_a_parked_turn_is_admitted_once(scene: Scene, outside: FakeOutside, message: str, code: str):
    turn, words = scene.turn(message), outside.playbook.spoken_in(code)

    for _ in range(2):
        await admit_failure(turn, "broken", outside.ports())
    (failed,), (end,) = scene.published(TurnFailed), outside.replies.ends(turn.data.turn_id)
    assert (failed.data.turn_id, failed.data.reason) == (turn.data.turn_id, "broken")
    assert (scene.version, len(scene.published(ConversationStarted))) == (1, 1)
    response = Failed.model_validate_json(end.data).response
    assert (end.kind, response) == (FrameKind.ERROR, f"{words.company.disclosure} {words.lines.failure}")
    assert outside.store.turns[turn.data.turn_id].outcome.reply == response


async def test_a_parked_turn_that_comes_back_is_answered_after_all(scene: Scene, outside: FakeOutside):
    turn = scene.turn("I run a bakery.")
    await admit_failure(turn, "broken", outside.ports())

    for _ in range(2):
        await answer_turn(turn, outside.ports())
    await admit_failure(turn, "broken", outside.ports())
    following = await scene.say("We are 8 people.")

    assert len(scene.published(TurnFailed)) == 1
    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(turn), ids(following)]
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    sequences = [event.sequence for event in outside.announcer.published]
    assert sequences == list(range(1, len(sequences) + 1))


THE_LINK = ("That works.", "hm", "Please send me the link.", "thanks", "bye")
SCRIPT = (*UP_TO_THE_PROPOSAL, "We are 15 people.", "change the tools", *THE_LINK)
Delivery = tuple[int, int, int, bool, str]
# How many turns come at once, how many of them only while the others wait, how far it goes back after a
# crash, whether another process was faster, whether what is awaited comes.
COUNTS = (st.integers(least, most) for least, most in ((1, 5), (0, 2), (0, 4)))
DELIVERY = st.tuples(*COUNTS, st.booleans(), st.sampled_from("rhn"))


@given(st.lists(DELIVERY, max_size=12))
def test_every_turn_is_answered_once_and_told_what_is_stored(deliveries: list[Delivery]):
    asyncio.run(_live(deliveries))


async def _live(deliveries: list[Delivery]) -> None:
    scene = Scene(FakeOutside(SHIPPED))
    log = [scene.turn(line) for line in SCRIPT]
    place, waited = 0, set[UUID]()
    for size, later, back, is_overtaken, how in [*deliveries, *[(5, 0, 0, False, "r")] * 20]:
        group = log[place : place + size]
        if not group:
            break
        if is_overtaken:
            scene.outside.store.overtaken = 1
            with suppress(StaleConversation):
                await _deliver(scene, group, later=later)
            scene.outside.store.overtaken = 0
        taken = await _deliver(scene, group, later=later)
        waited.update(scene.conversation.awaiting.turn_ids if scene.conversation.awaiting else ())
        await _bring_what_is_awaited(scene, how)
        place = max(0, place + taken - back)
    while scene.conversation.awaiting is not None:
        await _bring_what_is_awaited(scene, "r")
    _check(scene, log, waited)


async def _deliver(scene: Scene, turns: list[CloudEvent[TurnReceived]], *, later: int) -> int:
    """How many turns were taken; those that come later only if they were waited for."""
    now = max(1, len(turns) - later)
    burst = FakeBurst(*turns[:now], later=turns[now:])
    await answer_turns(burst, scene.outside.ports())
    return len(burst.events)


async def _bring_what_is_awaited(scene: Scene, how: str) -> None:
    waiting = scene.conversation.awaiting
    if waiting is None or how == "n":
        return
    if how == "h":
        scene.outside.wait(9)
        await look_after_due(scene.outside.ports())
    elif waiting.kind == "proposal":
        await say_drafted_proposal(scene.draft(), scene.outside.ports())
    else:
        await say_booking_link(scene.link(), scene.outside.ports())


def _check(scene: Scene, log: list[CloudEvent[TurnReceived]], waited: set[UUID]) -> None:
    ids = [turn.data.turn_id for turn in log]
    answered = [turn_id for answer in scene.answers for turn_id in answer.answered_turn_ids]
    assert sorted(answered) == sorted(ids), "a turn was answered twice or never"
    at_once, expected = ([each for each in some if each not in waited] for some in (answered, ids))
    assert at_once == expected, "a turn was answered out of order"
    assert len(scene.published(ConversationStarted)) == 1
    events = scene.outside.announcer.published
    assert len({event.id for event in events}) == len(events)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    for answer in scene.answers:
        for turn_id in answer.answered_turn_ids:
            outcome, end = scene.outside.store.turns[turn_id].outcome, scene.outside.replies.ends(turn_id)[-1]
            assert (outcome.status, outcome.reply) == (TurnStatus.ANSWERED, answer.reply)
            assert Done.model_validate_json(end.data).response == answer.reply
            assert scene.outside.replies.shown(turn_id) == answer.reply


@pytest.fixture
def speaker(outside: FakeOutside) -> FakeSpeaker:
    outside.speaker = FakeSpeaker(ASKS, ASKS_AGAIN)
    return outside.speaker


async def unsaved(outside: FakeOutside, *turns: CloudEvent[TurnReceived], times: int = 1) -> None:
    """Answer turns while the database takes nothing."""
    outside.store.read_only = times
    for _ in range(times):
        with pytest.raises(DatabaseUnavailable):
            await answer_turns(FakeBurst(*turns), outside.ports())
        outside.wait(15)


@pytest.mark.parametrize("has_failed", [False, True])
async def test_an_answer_is_kept_until_it_can_be_stored(scene: Scene, speaker: FakeSpeaker, has_failed: bool):
    turn, outside = scene.turn("I run a bakery."), scene.outside
    if has_failed:
        await admit_failure(turn, "broken", outside.ports())
    await unsaved(outside, turn, times=3)
    before = len(outside.replies.ends(turn.data.turn_id))

    await answer_turn(turn, outside.ports())

    (answer,), (end,) = scene.answers, outside.replies.ends(turn.data.turn_id)[before:]
    assert (len(speaker.conversed), answer.cost_usd) == (1, 0.01)
    assert ASKS.reply in answer.reply
    assert outside.replies.shown(turn.data.turn_id).endswith(answer.reply)
    assert Done.model_validate_json(end.data).response == answer.reply
    assert list(outside.store.outbox.values()) == outside.announcer.published


@pytest.mark.parametrize("has_failed", [False, True])
async def test_a_kept_lead_in_stands_before_its_request(scene: Scene, outside: FakeOutside, has_failed: bool):
    turn = await Scene(FakeOutside(outside.playbook)).ask_for_a_proposal()
    for line in UP_TO_THE_PROPOSAL[:-1]:
        await scene.say(line)
    if has_failed:
        await admit_failure(turn, "broken", outside.ports())
    await unsaved(outside, turn)
    before = len(outside.happened)

    await answer_turn(turn, outside.ports())

    assert outside.happened[before:] == ["flushed", "saved", "published"]
    waiting = scene.conversation.awaiting
    assert waiting is not None
    assert outside.replies.shown(turn.data.turn_id).endswith(waiting.lead_in.text)


async def test_later_turns_follow_the_kept_answer(scene: Scene, outside: FakeOutside, speaker: FakeSpeaker):
    first, second = scene.turn(LINES[0]), scene.turn(LINES[1])
    await unsaved(outside, first)
    await answer_turns(FakeBurst(first, second), outside.ports())
    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(first), ids(second)]
    assert [each.visitor_messages[-1].text for each in speaker.conversed] == [*LINES[:2]]


async def test_a_kept_answer_is_to_all_its_turns(scene: Scene, outside: FakeOutside, speaker: FakeSpeaker):
    first, second = scene.turn("I run a bakery."), scene.turn("We are 8 people.")
    await unsaved(outside, first, second)
    await answer_turn(first, outside.ports())
    assert [answer.answered_turn_ids for answer in scene.answers] == [ids(first)]
    assert len(speaker.conversed) == 2


async def test_what_moved_on_drops_a_kept_answer(scene: Scene, outside: FakeOutside, speaker: FakeSpeaker):
    turn = scene.turn("I run a bakery.")
    await unsaved(outside, turn)
    outside.store.overtaken = 1
    with pytest.raises(StaleConversation):
        await answer_turn(turn, outside.ports())
    await answer_turn(turn, outside.ports())
    assert len(speaker.conversed) == 2
    assert ASKS_AGAIN.reply in scene.answers[-1].reply


async def test_an_answered_turn_of_a_history_is_left_alone(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")
    frames, published = list(outside.replies.frames[turn.data.turn_id]), list(outside.announcer.published)
    outside.wait(2 * 3600)
    await answer_turn(turn, outside.ports())
    assert outside.replies.frames[turn.data.turn_id] == frames
    assert outside.announcer.published == published


@pytest.mark.parametrize(("hours", "author"), [(2, "model"), (25, "script")])
async def test_a_turn_is_worth_a_model_for_a_day(scene: Scene, speaker: FakeSpeaker, hours: int, author: str):
    turn = scene.turn("I run a bakery.")
    scene.outside.wait(hours * 3600)
    await answer_turn(turn, scene.outside.ports())
    assert [answer.author for answer in scene.answers] == [author]


def test_only_so_many_changes_are_kept():
    kept, changes = UnsavedChanges(at_most=2), [a_change() for _ in range(3)]
    for change in changes:
        kept.keep(change)
    found = [kept.find(change.cause_id, Loaded(None, 0)) is not None for change in changes]
    assert found == [False, True, True]


async def test_a_model_is_not_asked_again_where_its_answer_was_cut_off(scene: Scene, outside: FakeOutside):
    outside.speaker = speaker = create_autospec(FakeSpeaker, instance=True)
    speaker.converse.side_effect = HandlerTimeout
    turns = scene.turn("I run a bakery."), scene.turn("We are 8 people.")
    with pytest.raises(HandlerTimeout):
        await answer_turns(FakeBurst(*turns), outside.ports())
    for turn in turns:
        await answer_turn(turn, outside.ports())
    assert speaker.converse.await_count == 1
    assert [(answer.author, answer.degraded) for answer in scene.answers] == [("script", True)] * 2


@pytest.mark.parametrize("deadline_s", [5.0, 240.0])
def test_a_turn_has_time_for_every_call_it_may_take(monkeypatch: pytest.MonkeyPatch, deadline_s: float):
    monkeypatch.setenv("OPENAI_DEADLINE_S", str(deadline_s))
    first_second_and_judge = 3 * deadline_s
    assert Settings().keyed.handler_timeout_s > first_second_and_judge
