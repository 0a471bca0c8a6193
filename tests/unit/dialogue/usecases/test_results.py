"""Turns whose reply waits for a proposal or a link."""

import dataclasses
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from contracts.reply_stream import Done
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import TurnStatus
from services.dialogue.usecases import say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene, answer_turn
from tests.unit.dialogue.builders import CONVERSATION, URL


async def test_the_lead_in_stands_before_the_request_is_published(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()

    assert outside.happened[-3:] == ["saved", "flushed", "published"]
    assert outside.replies.shown(turn.data.turn_id)
    assert outside.replies.ends(turn.data.turn_id) == []


async def test_a_proposal_completes_the_turn_that_asked(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)

    await say_drafted_proposal(scene.draft(), outside.ports())

    answer = scene.answers[-1]
    assert answer.reply.startswith(f"{lead_in}\n\n**Your First AI Agent**")
    assert answer.answered_turn_ids == (turn.data.turn_id,)
    assert outside.replies.shown(turn.data.turn_id) == answer.reply
    assert len(outside.replies.ends(turn.data.turn_id)) == 1
    assert scene.conversation.awaiting is None


async def test_the_end_of_a_reply_tells_whether_it_shows_the_proposal(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    await say_drafted_proposal(scene.draft(), outside.ports())
    (end,) = outside.replies.ends(turn.data.turn_id)

    accepted = await scene.say("Looks good to me.")

    (next_end,) = outside.replies.ends(accepted.data.turn_id)
    shown = [Done.model_validate_json(frame.data).proposal_shown for frame in (end, next_end)]
    assert shown == [True, False]


async def test_a_redelivered_turn_tells_again_that_it_shows_the_proposal(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    await say_drafted_proposal(scene.draft(), outside.ports())
    outside.replies.lose(turn.data.turn_id)

    await answer_turn(turn, outside.ports())

    (end,) = outside.replies.ends(turn.data.turn_id)
    assert Done.model_validate_json(end.data).proposal_shown


async def test_a_proposal_completes_the_turns_that_joined_too(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    joined = await scene.say("By the way, we use Shopify.")
    was_silent = joined.data.turn_id not in outside.replies.frames

    await say_drafted_proposal(scene.draft(), outside.ports())

    answer = scene.answers[-1]
    assert was_silent
    assert answer.answered_turn_ids == (asked.data.turn_id, joined.data.turn_id)
    for turn in (asked, joined):
        assert outside.replies.shown(turn.data.turn_id) == answer.reply
        assert outside.store.turns[turn.data.turn_id].outcome.reply == answer.reply


async def test_what_is_said_while_a_proposal_is_awaited_is_not_lost(scene: Scene):
    await scene.ask_for_a_proposal()

    await scene.say("By the way, we use Shopify.")

    tools = scene.conversation.profile.tools
    assert tools is not None
    assert "Shopify" in tools.value
    assert scene.conversation.awaiting is not None


async def test_a_lead_in_that_was_lost_is_written_again(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.replies.lose(turn.data.turn_id)

    await say_drafted_proposal(scene.draft(), outside.ports())

    assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply


async def test_a_draft_nobody_waits_for_changes_nothing(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    stray = dataclasses.replace(scene.draft(), causation_id=uuid4())
    before, frames = scene.version, dict(outside.replies.frames)

    await say_drafted_proposal(stray, outside.ports())

    assert scene.version == before
    assert outside.replies.frames == frames
    assert scene.conversation.awaiting is not None


async def test_a_draft_delivered_twice_is_said_once(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    draft = scene.draft()

    await say_drafted_proposal(draft, outside.ports())
    await say_drafted_proposal(draft, outside.ports())

    assert [answer.reply.count("**Your First AI Agent**") for answer in scene.answers].count(1) == 1


async def test_a_draft_for_an_unknown_conversation_changes_nothing(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    draft = scene.draft()
    empty = FakeOutside(outside.playbook)

    await say_drafted_proposal(draft, empty.ports())

    assert empty.store.conversations == {}
    assert empty.announcer.published == []


async def test_a_redelivered_turn_that_waits_changes_nothing(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    frames, version = dict(outside.replies.frames), scene.version

    await answer_turn(turn, outside.ports())

    assert outside.replies.frames == frames
    assert scene.version == version


async def test_a_stale_version_keeps_the_turn_waiting(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.store.overtaken = 1

    with pytest.raises(StaleConversation):
        await say_drafted_proposal(scene.draft(), outside.ports())

    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.AWAITING
    assert outside.replies.ends(turn.data.turn_id) == []


async def test_the_link_completes_the_turn_that_asked_for_it(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_the_link()

    await say_booking_link(scene.link(), outside.ports())

    answer = scene.answers[-1]
    assert URL in answer.reply
    assert answer.calendly_shown
    assert outside.replies.shown(turn.data.turn_id) == answer.reply
    assert outside.store.wake_at == {}


def refused_links() -> float:
    return REGISTRY.get_sample_value("salesbot_refused_booking_links_total") or 0.0


@pytest.mark.parametrize(
    "url",
    [
        "https://calendly.com/instaagents/../evilcorp/30min",
        "https://evil.example/d/abc/30min",
        "javascript:alert(1)",
    ],
)
async def test_an_issued_link_that_is_not_ours_is_never_said(scene: Scene, outside: FakeOutside, url: str):
    await scene.ask_for_the_link()
    refused_before = refused_links()
    forged = scene.link()
    forged = dataclasses.replace(forged, data=forged.data.model_copy(update={"url": url}))

    await say_booking_link(forged, outside.ports())

    answer = scene.answers[-1]
    own = outside.playbook.booking.tracked_public_link(CONVERSATION, "widget")
    assert url not in answer.reply
    assert own in answer.reply
    assert scene.conversation.booking_url == own
    assert answer.calendly_shown
    assert refused_links() == refused_before + 1


async def test_a_single_use_link_of_the_calendar_is_said_as_it_was_issued(scene: Scene, outside: FakeOutside):
    await scene.ask_for_the_link()
    issued = scene.link()
    url = "https://calendly.com/d/ckx4-abc-xyz/30min?utm_content=7"
    issued = dataclasses.replace(issued, data=issued.data.model_copy(update={"url": url}))

    await say_booking_link(issued, outside.ports())

    assert url in scene.answers[-1].reply
