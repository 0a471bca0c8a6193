import pytest

from contracts.events import ConversationStarted, TurnFailed
from contracts.reply_stream import Failed, FrameKind
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.usecases import admit_failure, look_after_awaited
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene, answer_turn


async def test_a_parked_turn_is_admitted_to_the_visitor_and_to_readers(scene: Scene, outside: FakeOutside):
    turn = scene.turn("I run a bakery.")

    await admit_failure(turn, "broken", outside.ports())

    (failed,) = scene.published(TurnFailed)
    assert (failed.data.turn_id, failed.data.reason) == (turn.data.turn_id, "broken")
    assert len(scene.published(ConversationStarted)) == 1
    (end,) = outside.replies.ends(turn.data.turn_id)
    assert end.kind is FrameKind.ERROR
    response = Failed.model_validate_json(end.data).response
    assert response == outside.store.turns[turn.data.turn_id].outcome.reply
    assert outside.playbook.company.disclosure in response


async def test_a_parked_turn_is_admitted_once(scene: Scene, outside: FakeOutside):
    turn = scene.turn("I run a bakery.")

    await admit_failure(turn, "broken", outside.ports())
    await admit_failure(turn, "broken", outside.ports())

    assert len(scene.published(TurnFailed)) == 1
    assert scene.version == 1


async def test_a_turn_that_was_answered_after_all_keeps_its_answer(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")

    await admit_failure(turn, "broken", outside.ports())

    assert scene.published(TurnFailed) == []
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED


async def test_a_parked_turn_that_comes_back_is_answered(scene: Scene, outside: FakeOutside):
    turn = scene.turn("I run a bakery.")
    await admit_failure(turn, "broken", outside.ports())

    await answer_turn(turn, outside.ports())
    await answer_turn(turn, outside.ports())

    assert [answer.answered_turn_ids for answer in scene.answers] == [(turn.data.turn_id,)]
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    events = outside.announcer.published
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


async def test_the_next_turn_is_answered_as_usual(scene: Scene, outside: FakeOutside):
    await admit_failure(scene.turn("I run a bakery."), "broken", outside.ports())

    turn = await scene.say("I run a bakery.")

    assert scene.answers[-1].answered_turn_ids == (turn.data.turn_id,)
    events = outside.announcer.published
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


async def test_a_parked_turn_does_not_make_a_waiting_visitor_forgotten(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    await admit_failure(scene.turn("And another thing."), "broken", outside.ports())
    outside.wait(8)

    await look_after_awaited(outside.ports())

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)


@pytest.mark.parametrize(
    ("message", "code"),
    [("¿Cuánto cuesta?", "es"), ("Guten Tag", "de"), ("Bonjour", "fr"), ("Bom dia", "pt")],
)
async def test_even_a_first_turn_is_admitted_in_the_visitors_language(
    scene: Scene, outside: FakeOutside, message: str, code: str
):
    turn = scene.turn(message)

    await admit_failure(turn, "broken", outside.ports())

    words = outside.playbook.spoken_in(code)
    told = outside.store.turns[turn.data.turn_id].outcome.reply
    assert told == f"{words.company.disclosure} {words.lines.failure}"
