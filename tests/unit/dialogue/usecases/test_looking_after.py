"""What happens while a proposal or a link takes long."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from chassis.postgres import DatabaseUnavailable
from contracts.events import BookingRequested, ProposalRequested
from services.dialogue.domain.changes import Loaded, TurnStatus
from services.dialogue.domain.understanding import Intent
from services.dialogue.usecases import look_after_awaited, say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, FakeStore, ModelAnswer
from tests.support.dialogue_scene import Scene
from tests.support.waiting import until
from tests.unit.dialogue.builders import CONVERSATION, a_proposal, meaning

SHOWN = f"**{a_proposal().agent_name}**"


async def after(seconds: float, outside: FakeOutside) -> None:
    """Look after what is awaited when so much time has passed."""
    outside.wait(seconds)
    await look_after_awaited(outside.ports())


async def test_before_the_holding_time_nothing_is_said(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()

    await after(7.9, outside)

    assert outside.replies.ends(turn.data.turn_id) == []


async def test_after_the_holding_time_the_visitor_gets_a_holding_reply(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)

    await after(8, outside)

    holding = scene.answers[-1].reply
    assert holding.removeprefix(f"{lead_in}\n\n") in outside.playbook.lines.holding_proposal
    assert outside.replies.shown(turn.data.turn_id) == holding
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    assert scene.conversation.awaiting is not None


async def test_the_result_then_follows_as_a_message_of_its_own(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    await after(8, outside)
    told = list(outside.replies.frames[turn.data.turn_id])

    await say_drafted_proposal(scene.draft(), outside.ports())

    held, result = scene.answers[-2:]
    assert held.answered_turn_ids == (turn.data.turn_id,)
    assert result.answered_turn_ids == ()
    assert result.reply.startswith(SHOWN)
    assert outside.replies.frames[turn.data.turn_id] == told
    assert outside.store.turns[turn.data.turn_id].outcome.reply == held.reply


async def test_tokens_are_not_counted_twice_after_a_holding_reply(scene: Scene, outside: FakeOutside):
    await scene.propose()
    accepted = meaning(Intent.ACCEPT)
    outside.speaker = FakeSpeaker(
        ModelAnswer("Here it comes.", accepted, "book", input_tokens=70, output_tokens=9)
    )
    await scene.say("Mhm.")

    await after(8, outside)
    await say_booking_link(scene.link(), outside.ports())

    held, result = scene.answers[-2:]
    assert (held.author, held.input_tokens, held.output_tokens) == ("model", 70, 9)
    assert (result.author, result.input_tokens, result.output_tokens) == ("script", 0, 0)


async def test_who_writes_on_while_waiting_is_held_no_later(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    outside.wait(5)
    await scene.say("By the way, we use Shopify.")

    await after(3, outside)

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)


async def test_a_draft_that_is_requested_anew_is_held_no_later(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    await scene.say("We are 15 people.")
    outside.wait(5)
    await say_drafted_proposal(scene.draft(), outside.ports())

    await after(3, outside)

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)


async def test_a_lost_proposal_is_requested_from_the_template(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await after(8, outside)
    await after(29, outside)
    assert len(scene.published(ProposalRequested)) == 1

    await after(1, outside)

    first, second = scene.published(ProposalRequested)
    assert (first.data.is_template_only, second.data.is_template_only) == (False, True)
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert scene.answers[-1].reply.startswith(SHOWN)
    assert outside.store.wake_at == {}


async def test_a_draft_that_comes_after_the_template_was_asked_is_not_shown_twice(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    late = scene.draft()
    await after(8, outside)
    await after(30, outside)

    await say_drafted_proposal(late, outside.ports())
    await say_drafted_proposal(scene.draft(), outside.ports())

    assert sum(SHOWN in answer.reply for answer in scene.answers) == 1


async def test_a_proposal_that_even_the_template_does_not_make_is_handed_over(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    for seconds in (8, 30, 30):
        await after(seconds, outside)

    assert outside.playbook.company.website in scene.answers[-1].reply
    assert scene.conversation.awaiting is None
    assert outside.store.wake_at == {}
    assert len(scene.published(ProposalRequested)) == 2


async def test_who_writes_after_a_holding_reply_neither_hastens_nor_postpones_the_template(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    await after(8, outside)
    for _ in range(2):
        outside.wait(10)
        await scene.say("thanks")
        await look_after_awaited(outside.ports())
    assert len(scene.published(ProposalRequested)) == 1

    await after(10, outside)

    assert len(scene.published(ProposalRequested)) == 2


async def test_a_correction_after_a_holding_reply_is_drafted_and_not_given_up(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    await after(8, outside)
    await scene.say("We are 15 people.")
    await say_drafted_proposal(scene.draft(), outside.ports())

    await after(29, outside)
    said = len(scene.answers)
    await after(1, outside)

    assert len(scene.answers) == said
    requests = [event.data.is_template_only for event in scene.published(ProposalRequested)]
    assert requests == [False, False, True]


async def test_what_was_corrected_is_in_the_templates_request(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await after(8, outside)
    await scene.say("We are 15 people.")
    await after(30, outside)

    await say_drafted_proposal(scene.draft(), outside.ports())

    team_size = scene.published(ProposalRequested)[-1].data.profile.team_size
    assert team_size is not None
    assert team_size.value == 15
    assert SHOWN in scene.answers[-1].reply


async def test_a_lost_link_becomes_the_public_one(scene: Scene, outside: FakeOutside):
    await scene.ask_for_the_link()
    await after(8, outside)

    await after(30, outside)

    own = outside.playbook.booking.tracked_public_link(CONVERSATION, "widget")
    assert own in scene.answers[-1].reply
    assert scene.answers[-1].calendly_shown
    assert len(scene.published(BookingRequested)) == 1
    assert outside.store.wake_at == {}


async def test_a_result_that_comes_at_the_same_moment_wins(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.store.overtaken = 1

    await after(8, outside)

    assert outside.replies.ends(turn.data.turn_id) == []


async def test_a_result_that_is_there_is_not_looked_after(scene: Scene, outside: FakeOutside):
    await scene.propose()
    said = len(outside.announcer.published)

    await after(60, outside)

    assert len(outside.announcer.published) == said


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


@pytest.mark.parametrize("fault", [DatabaseUnavailable("away"), ValueError("a row that cannot be read")])
async def test_the_fault_of_one_conversation_is_its_own(
    scene: Scene, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    asked = await scene.ask_for_a_proposal()
    monkeypatch.setattr(outside, "store", _ManyDue(outside.store, [fault]))

    await after(8, outside)

    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)


async def test_conversations_are_looked_after_side_by_side(
    scene: Scene, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
):
    asked = await scene.ask_for_a_proposal()
    is_free = asyncio.Event()
    monkeypatch.setattr(outside, "store", _ManyDue(outside.store, [is_free]))

    looking = asyncio.create_task(after(8, outside))
    await until(lambda: outside.replies.ends(asked.data.turn_id))

    assert not looking.done()
    is_free.set()
    await looking
