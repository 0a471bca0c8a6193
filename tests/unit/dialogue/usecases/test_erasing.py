"""Nothing of an erased conversation is kept, nothing comes back, and all who hold some of it are told."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from chassis.redis import RedisUnavailable
from contracts.events import ConversationErased, ErasureRecorded
from contracts.reply_stream import Failed
from services.dialogue.usecases.answer_turn import admit_failure
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from services.dialogue.usecases.due import look_after_due
from services.dialogue.usecases.erasing import Retention, erase_again, erase_conversation, erase_expired
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.unit.dialogue.builders import CONVERSATION


async def test_it_is_stored_then_forgotten_then_told(scene: Scene, outside: FakeOutside) -> None:
    turn = await scene.say("We run a bakery.")
    sequence = scene.conversation.sequence

    await erase_conversation(CONVERSATION, "visitor", outside.ports())

    assert outside.happened[-3:] == ["erase", "forgotten", "published"]
    assert outside.live_state.forgotten == [CONVERSATION, turn.data.turn_id]
    (erased,), (recorded,) = scene.published(ConversationErased), scene.published(ErasureRecorded)
    assert (erased.data.reason, erased.sequence) == ("visitor", sequence + 1)
    assert (recorded.data.reason, recorded.data.erased_at) == ("visitor", outside.now)


async def test_it_is_erased_once_however_often_that_is_asked(scene: Scene, outside: FakeOutside) -> None:
    turn = await scene.say("We run a bakery.")
    counted = _erased_so_far()
    outside.live_state.away = 1
    with pytest.raises(RedisUnavailable):
        await erase_conversation(CONVERSATION, "visitor", outside.ports())
    assert scene.published(ConversationErased) == []

    for reason in ("visitor", "operator"):
        await erase_conversation(CONVERSATION, reason, outside.ports())

    first, second = scene.published(ConversationErased)
    assert (first.id, first.data) == (second.id, second.data)
    assert outside.live_state.forgotten == [CONVERSATION, turn.data.turn_id] * 2
    assert _erased_so_far() == counted + 1


def _erased_so_far() -> float:
    return REGISTRY.get_sample_value("salesbot_conversations_erased_total", {"reason": "visitor"}) or 0.0


async def test_a_later_turn_is_refused_and_nothing_of_it_is_kept(scene: Scene, outside: FakeOutside) -> None:
    await scene.say("We run a bakery.")
    await erase_conversation(CONVERSATION, "visitor", outside.ports())
    told = len(outside.announcer.published)

    turn = await scene.say("I am Ada.")
    await admit_failure(scene.turn("I am Ada."), "poison", outside.ports())

    (end,) = outside.replies.ends(turn.data.turn_id)
    assert Failed.model_validate_json(end.data).is_erased
    assert (outside.store.conversations, outside.store.turns) == ({}, {})
    assert len(outside.announcer.published) == told


@pytest.mark.parametrize("result", ["proposal", "link", "nothing"])
async def test_what_was_awaited_is_said_to_nobody(scene: Scene, outside: FakeOutside, result: str) -> None:
    await (scene.ask_for_the_link() if result == "link" else scene.ask_for_a_proposal())
    await erase_conversation(CONVERSATION, "visitor", outside.ports())
    told = len(outside.announcer.published)
    outside.wait(60)

    if result == "proposal":
        await say_drafted_proposal(scene.draft(), outside.ports())
    elif result == "link":
        await say_booking_link(scene.link(), outside.ports())
    await look_after_due(outside.ports())

    assert (outside.store.conversations, len(outside.announcer.published)) == ({}, told)


KEPT = Retention(lead=timedelta(days=730), other=timedelta(days=90), turns=timedelta(days=45))


async def test_what_is_too_old_is_erased_by_one_process(scene: Scene, outside: FakeOutside) -> None:
    await scene.say("We run a bakery.")
    outside.upkeep.expiring = [CONVERSATION]

    outside.upkeep.is_done_elsewhere = True
    await erase_expired(KEPT, outside.ports())
    assert (outside.upkeep.forgotten_before, scene.published(ConversationErased)) == (None, [])

    outside.upkeep.is_done_elsewhere = False
    await erase_expired(KEPT, outside.ports())
    assert [event.data.reason for event in scene.published(ConversationErased)] == ["retention"]
    assert outside.upkeep.forgotten_before == outside.now - timedelta(days=45)


async def test_what_a_backup_brought_back_is_erased_as_it_was(scene: Scene, outside: FakeOutside) -> None:
    await scene.say("We run a bakery.")
    kept = dict(outside.store.conversations)
    await erase_conversation(CONVERSATION, "visitor", outside.ports())
    recorded = scene.published(ErasureRecorded)
    outside.store.conversations, outside.store.erased = kept, {}
    outside.wait(3600)

    await erase_again(recorded, outside.ports())
    await erase_again(recorded, outside.ports())

    first, again = scene.published(ErasureRecorded)
    assert (again.id, again.data.erased_at) == (first.id, first.data.erased_at)
    assert outside.store.conversations == {}
