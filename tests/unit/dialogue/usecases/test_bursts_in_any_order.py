"""However turns are grouped, delivered again and interrupted: each is answered once, by one reply."""

import asyncio
from contextlib import suppress
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevent import CloudEvent
from contracts.events import ConversationStarted, TurnReceived
from contracts.reply_stream import Done
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.errors import StaleConversation
from services.dialogue.usecases.answer_turn import answer_turns
from services.dialogue.usecases.awaited import look_after_awaited, say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeBurst, FakeOutside
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION

LINES = (
    *UP_TO_THE_PROPOSAL,
    "We are 15 people.",
    "change the tools",
    "That works.",
    "hm",
    "Please send me the link.",
    "thanks",
    "bye",
)
# How many turns come at once, how many of them only while the others wait, how far it goes back after a
# crash, whether another process was faster, whether what is awaited comes.
DELIVERIES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(0, 4), st.booleans(), st.sampled_from("rhn")),
    max_size=12,
)


async def _deliver(scene: Scene, turns: list[CloudEvent[TurnReceived]], *, later: int) -> int:
    """How many turns were taken; those that come later only if they were waited for."""
    now, then = turns[: max(1, len(turns) - later)], turns[max(1, len(turns) - later) :]
    burst = FakeBurst(*now, later=then)
    await answer_turns(burst, scene.outside.ports())
    return len(burst.events)


async def _bring_what_is_awaited(scene: Scene, how: str) -> None:
    waiting = scene.conversation.awaiting
    if waiting is None or how == "n":
        return
    if how == "h":
        scene.outside.wait(9)
        await look_after_awaited(scene.outside.ports())
    elif waiting.kind == "proposal":
        await say_drafted_proposal(scene.draft(), scene.outside.ports())
    else:
        await say_booking_link(scene.link(), scene.outside.ports())


async def _live(deliveries: list[tuple[int, int, int, bool, str]]) -> None:
    scene = Scene(FakeOutside(SHIPPED))
    log = [scene.turn(line) for line in LINES]
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


def _check(scene: Scene, log: list[CloudEvent[TurnReceived]], waited: set[UUID]) -> None:
    ids = [turn.data.turn_id for turn in log]
    answered = [turn_id for answer in scene.answers for turn_id in answer.answered_turn_ids]
    assert sorted(answered) == sorted(ids), "a turn was answered twice or never"
    at_once = [turn_id for turn_id in answered if turn_id not in waited]
    assert at_once == [turn_id for turn_id in ids if turn_id not in waited], (
        "a turn was answered out of order"
    )
    assert len(scene.published(ConversationStarted)) == 1
    events = scene.outside.announcer.published
    assert len({event.id for event in events}) == len(events)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    for answer in scene.answers:
        for turn_id in answer.answered_turn_ids:
            stored = scene.outside.store.turns[turn_id]
            (*_, end) = scene.outside.replies.ends(turn_id)
            assert (stored.outcome.status, stored.outcome.reply) == (TurnStatus.ANSWERED, answer.reply)
            assert Done.model_validate_json(end.data).response == answer.reply
            assert scene.outside.replies.shown(turn_id) == answer.reply
    assert scene.conversation.conversation_id == CONVERSATION


@given(DELIVERIES)
def test_every_turn_is_answered_once_and_told_what_is_stored(
    deliveries: list[tuple[int, int, int, bool, str]],
) -> None:
    asyncio.run(_live(deliveries))
