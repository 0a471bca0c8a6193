"""What happens while a proposal takes long."""

from dataclasses import replace

from contracts.events import ProposalRequested
from services.dialogue.domain import Extraction, Signal
from services.dialogue.ports import TurnStatus
from services.dialogue.usecases import look_after_awaited, say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeOutside, FakeVoice
from tests.support.dialogue_scene import Scene, spoken


async def test_before_the_holding_time_nothing_is_said(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.wait(7.9)

    await look_after_awaited(outside.ports())

    assert outside.replies.ends(turn.data.turn_id) == []


async def test_after_the_holding_time_the_visitor_gets_a_holding_reply(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)
    outside.wait(8)

    await look_after_awaited(outside.ports())

    holding = scene.answers[-1].reply
    assert holding == f"{lead_in}\n\n{outside.playbook.lines.holding_proposal}"
    assert outside.replies.shown(turn.data.turn_id) == holding
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    assert scene.conversation.awaiting is not None


async def test_the_result_then_follows_as_a_message_of_its_own(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.wait(8)
    await look_after_awaited(outside.ports())
    told = list(outside.replies.frames[turn.data.turn_id])

    await say_drafted_proposal(scene.draft(), outside.ports())

    held, result = scene.answers[-2:]
    assert held.answered_turn_ids == (turn.data.turn_id,)
    assert result.answered_turn_ids == ()
    assert result.reply.startswith("**Your First AI Agent**")
    assert outside.replies.frames[turn.data.turn_id] == told
    assert outside.store.turns[turn.data.turn_id].outcome.reply == held.reply


async def test_tokens_are_not_counted_twice_after_a_holding_reply(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await say_drafted_proposal(scene.draft(), outside.ports())
    await scene.say("Looks good.")
    heard = spoken("Here it comes.", input_tokens=70, output_tokens=9)
    outside.voice = FakeVoice(replace(heard, extraction=Extraction(signal=Signal.ACCEPT)))
    await scene.say("Mhm.")
    outside.wait(8)

    await look_after_awaited(outside.ports())
    await say_booking_link(scene.link(), outside.ports())

    held, result = scene.answers[-2:]
    assert (held.author, held.input_tokens, held.output_tokens) == ("model", 70, 9)
    assert (result.author, result.input_tokens, result.output_tokens) == ("script", 0, 0)


async def test_all_who_wait_are_held(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    joined = await scene.say("By the way, we use Shopify.")
    outside.wait(8)

    await look_after_awaited(outside.ports())

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id, joined.data.turn_id)
    for turn in (asked, joined):
        assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply


async def test_who_writes_on_while_waiting_is_held_no_later(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    outside.wait(5)
    joined = await scene.say("By the way, we use Shopify.")
    outside.wait(3)

    await look_after_awaited(outside.ports())

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id, joined.data.turn_id)


async def test_who_joins_after_a_holding_reply_is_held_again_as_another_reply(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    outside.wait(8)
    await look_after_awaited(outside.ports())
    joined = await scene.say("Are you still there?")
    outside.wait(8)

    await look_after_awaited(outside.ports())

    first, second = scene.answers[-2:]
    assert second.answered_turn_ids == (joined.data.turn_id,)
    assert first.reply_id != second.reply_id
    events = outside.announcer.published
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


async def test_an_overdue_request_is_asked_again_with_the_same_id(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    (request,) = scene.published(ProposalRequested)
    outside.wait(8)
    await look_after_awaited(outside.ports())

    for _ in range(2):
        outside.wait(30)
        await look_after_awaited(outside.ports())

    again = [event.id for event in outside.announcer.again if isinstance(event.data, ProposalRequested)]
    assert again == [request.id, request.id]
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert scene.conversation.awaiting is None


async def test_a_result_that_comes_at_the_same_moment_wins(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.wait(8)
    outside.store.overtaken = 1

    await look_after_awaited(outside.ports())

    assert outside.replies.ends(turn.data.turn_id) == []


async def test_a_result_that_is_there_is_not_looked_after(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await say_drafted_proposal(scene.draft(), outside.ports())
    outside.wait(60)
    said = len(outside.announcer.published)

    await look_after_awaited(outside.ports())

    assert len(outside.announcer.published) == said
    assert outside.announcer.again == []
