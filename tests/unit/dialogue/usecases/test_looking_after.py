"""What happens while a proposal or a link takes long."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from chassis.postgres import DatabaseUnavailable
from contracts.events import BookingRequested, ProposalRequested
from playbook.reading.meaning import Intent
from services.dialogue.domain.changes import Loaded, TurnStatus
from services.dialogue.usecases.awaited import look_after_awaited, say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, FakeStore, ModelAnswer
from tests.support.dialogue_scene import Scene
from tests.support.waiting import until
from tests.unit.dialogue.builders import CONVERSATION, a_proposal, meaning

SHOWN = f"**{a_proposal().agent_name}**"


async def after(seconds: float, outside: FakeOutside) -> None:
    """Look after what is awaited when so much time has passed."""
    outside.wait(seconds)
    await look_after_awaited(outside.ports())


def templates(scene: Scene) -> list[bool]:
    """Of every request for a proposal, whether it was to the template."""
    return [event.data.is_template_only for event in scene.published(ProposalRequested)]


async def test_after_the_holding_time_a_holding_reply_and_then_the_result_as_a_message_of_its_own(
    scene: Scene, outside: FakeOutside
):
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)
    await after(7.9, outside)
    assert outside.replies.ends(turn.data.turn_id) == []

    await after(0.1, outside)

    holding, told = scene.answers[-1], list(outside.replies.frames[turn.data.turn_id])
    assert holding.reply.removeprefix(f"{lead_in}\n\n") in outside.playbook.lines.holding_proposal
    assert outside.replies.shown(turn.data.turn_id) == holding.reply
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    await say_drafted_proposal(scene.draft(), outside.ports())
    held, result = scene.answers[-2:]
    assert (held.answered_turn_ids, result.answered_turn_ids) == ((turn.data.turn_id,), ())
    assert result.reply.startswith(SHOWN)
    assert outside.replies.frames[turn.data.turn_id] == told
    assert outside.store.turns[turn.data.turn_id].outcome.reply == held.reply
    said = len(outside.announcer.published)
    await after(60, outside)
    assert len(outside.announcer.published) == said


async def test_tokens_are_not_counted_twice_after_a_holding_reply(scene: Scene, outside: FakeOutside):
    await scene.propose()
    accepted = ModelAnswer("Here it comes.", meaning(Intent.ACCEPT), "book", input_tokens=70, output_tokens=9)
    outside.speaker = FakeSpeaker(accepted)
    await scene.say("Mhm.")

    await after(8, outside)
    await say_booking_link(scene.link(), outside.ports())

    took = [(answer.author, answer.input_tokens, answer.output_tokens) for answer in scene.answers[-2:]]
    assert took == [("model", 70, 9), ("script", 0, 0)]


@pytest.mark.parametrize("is_redrafted", [False, True])
async def test_who_writes_on_while_waiting_is_held_no_later(
    scene: Scene, outside: FakeOutside, is_redrafted: bool
):
    asked = await scene.ask_for_a_proposal()
    outside.wait(5)
    await scene.say("We are 15 people.")
    if is_redrafted:
        await say_drafted_proposal(scene.draft(), outside.ports())

    await after(3, outside)

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)


async def test_a_lost_proposal_is_requested_from_the_template_with_what_was_said_since(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    late = scene.draft()
    await after(8, outside)
    # Whoever writes meanwhile neither hastens nor postpones the template.
    for line in ("thanks", "We are 15 people."):
        outside.wait(10)
        await scene.say(line)
        await look_after_awaited(outside.ports())
    await after(9, outside)
    assert templates(scene) == [False]

    await after(1, outside)

    assert templates(scene) == [False, True]
    team_size = scene.published(ProposalRequested)[-1].data.profile.team_size
    assert team_size is not None
    assert team_size.value == 15
    await say_drafted_proposal(late, outside.ports())
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert sum(SHOWN in answer.reply for answer in scene.answers) == 1
    assert outside.store.wake_at == {}


async def test_a_correction_after_a_holding_reply_is_drafted_and_not_given_up(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    await after(8, outside)
    await scene.say("We are 15 people.")
    await say_drafted_proposal(scene.draft(), outside.ports())
    said = len(scene.answers)

    await after(29, outside)
    assert templates(scene) == [False, False]
    await after(1, outside)

    assert len(scene.answers) == said
    assert templates(scene) == [False, False, True]


async def test_a_proposal_that_even_the_template_does_not_make_is_handed_over(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    for seconds in (8, 30, 30):
        await after(seconds, outside)

    assert outside.playbook.company.website in scene.answers[-1].reply
    assert (scene.conversation.awaiting, outside.store.wake_at) == (None, {})
    assert templates(scene) == [False, True]


async def test_a_lost_link_becomes_the_public_one(scene: Scene, outside: FakeOutside):
    await scene.ask_for_the_link()
    await after(8, outside)

    await after(30, outside)

    assert outside.playbook.booking.tracked_public_link(CONVERSATION, "widget") in scene.answers[-1].reply
    assert scene.answers[-1].calendly_shown
    assert len(scene.published(BookingRequested)) == 1
    assert outside.store.wake_at == {}


async def test_a_result_that_comes_at_the_same_moment_wins(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.store.overtaken = 1

    await after(8, outside)

    assert outside.replies.ends(turn.data.turn_id) == []


class _ManyDue:
    """A store in which others are due before the one of the scene: loading them does what a test says."""

    def __init__(self, store: FakeStore, loading: Sequence[Exception | asyncio.Event]) -> None:
        self._store = store
        self._loading = {uuid4(): what for what in loading}
        self.save = store.save

    async def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        return [*self._loading, *await self._store.due(now, limit)]

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        what = self._loading.get(conversation_id)
        if isinstance(what, Exception):
            raise what
        if what is not None:
            await what.wait()
            return Loaded(None, 0)
        return await self._store.load(conversation_id, *turn_ids)


async def test_one_conversations_fault_or_slowness_is_its_own(
    scene: Scene, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
):
    asked = await scene.ask_for_a_proposal()
    is_free = asyncio.Event()
    loading = [DatabaseUnavailable("away"), ValueError("a row that cannot be read"), is_free]
    monkeypatch.setattr(outside, "store", _ManyDue(outside.store, loading))

    looking = asyncio.create_task(after(8, outside))
    await until(lambda: outside.replies.ends(asked.data.turn_id))

    assert not looking.done()
    is_free.set()
    await looking
    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)
