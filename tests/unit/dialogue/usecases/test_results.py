"""Turns whose reply waits for a proposal or a link, and what is written meanwhile."""

import dataclasses
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from contracts.cloudevent import CloudEvent
from contracts.events import (
    BookingRequested,
    ConversationClosed,
    HandOverRequested,
    ProposalRequested,
    TierChosen,
    TurnReceived,
)
from contracts.reply_stream import Done
from playbook.reading.meaning import Intent
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.errors import StaleConversation
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeJudge, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene, answer_turn
from tests.unit.dialogue.builders import CONVERSATION, URL, a_proposal, meaning

SHOWN = f"**{a_proposal().agent_name}**"
OWN_LINKS = (
    ("https://calendly.com/instaagents/../evilcorp/30min", False),
    ("https://evil.example/d/abc/30min", False),
    ("javascript:alert(1)", False),
    ("https://calendly.com/d/ckx4-abc-xyz/30min?utm_content=7", True),
)


def told(scene: Scene, *turns: CloudEvent[TurnReceived]) -> None:
    """The last answer is that of these turns, and each of them is shown it."""
    answer = scene.answers[-1]
    assert set(answer.answered_turn_ids) == {turn.data.turn_id for turn in turns}
    for turn in turns:
        assert scene.outside.replies.shown(turn.data.turn_id) == answer.reply
        assert len(scene.outside.replies.ends(turn.data.turn_id)) == 1


def changed(event: CloudEvent[Any], **fields: object) -> CloudEvent[Any]:
    return dataclasses.replace(event, data=event.data.model_copy(update=fields))


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_proposal_completes_the_reply_of_the_turn_that_asked(
    scene: Scene, outside: FakeOutside, is_lost: bool
):
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)
    assert outside.happened[-3:] == ["saved", "flushed", "published"]
    assert outside.replies.ends(turn.data.turn_id) == []
    if is_lost:
        outside.replies.lose(turn.data.turn_id)

    await say_drafted_proposal(scene.draft(), outside.ports())

    assert scene.answers[-1].reply.startswith(f"{lead_in}\n\n{SHOWN}")
    told(scene, turn)
    assert scene.conversation.awaiting is None


async def test_the_proposal_shows_its_tier_so_that_accepting_it_leads_to_the_link(
    scene: Scene, outside: FakeOutside
):
    turn = await scene.ask_for_the_link()

    await say_booking_link(scene.link(), outside.ports())

    proposal, link = scene.answers[-2:]
    assert "Growth, US$2,500 a month" in proposal.reply
    assert URL in link.reply
    assert link.calendly_shown
    told(scene, turn)
    assert [event.data.tier for event in scene.published(BookingRequested)] == ["growth"]
    assert outside.store.wake_at == {}


async def test_the_end_of_a_reply_tells_whether_it_shows_the_proposal_and_again(
    scene: Scene, outside: FakeOutside
):
    turn = await scene.propose()
    doubting = await scene.say("What does it cost?")
    ends = [outside.replies.ends(each.data.turn_id)[0] for each in (turn, doubting)]
    outside.replies.lose(turn.data.turn_id)

    await answer_turn(turn, outside.ports())

    ends += outside.replies.ends(turn.data.turn_id)
    assert [Done.model_validate_json(end.data).proposal_shown for end in ends] == [True, False, True]


async def test_a_message_meanwhile_is_answered_at_once_and_the_proposal_still_comes(
    scene: Scene, outside: FakeOutside
):
    asked = await scene.ask_for_a_proposal()
    meanwhile = await scene.say("thanks")
    told(scene, meanwhile)

    await say_drafted_proposal(scene.draft(), outside.ports())

    assert SHOWN in scene.answers[-1].reply
    told(scene, asked)
    assert len(scene.published(ProposalRequested)) == 1


async def test_a_correction_meanwhile_is_drafted_once_before_anything_is_shown(
    scene: Scene, outside: FakeOutside
):
    asked = await scene.ask_for_a_proposal()
    first = scene.draft()
    await scene.say("We are 15 people.")
    said = len(scene.answers)

    for _ in range(2):
        await say_drafted_proposal(first, outside.ports())

    assert len(scene.answers) == said
    assert outside.replies.ends(asked.data.turn_id) == []
    _, again = [event.data for event in scene.published(ProposalRequested)]
    assert again.profile.team_size is not None
    assert (again.profile.team_size.value, again.revision) == (15, 2)
    await say_drafted_proposal(scene.draft(), outside.ports())
    told(scene, asked)
    assert not scene.conversation.is_stale


async def test_who_corrects_without_end_is_shown_what_there_is(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()

    for size in range(15, 18):
        await scene.say(f"We are {size} people.")
        await say_drafted_proposal(scene.draft(), outside.ports())

    assert SHOWN in scene.answers[-1].reply
    assert scene.conversation.is_stale


async def test_a_change_wished_while_a_change_is_made_is_made_as_well(scene: Scene, outside: FakeOutside):
    await scene.propose()
    await scene.say("5: the weekly summary")
    first = scene.draft()
    await scene.say("thanks")
    await scene.say("4: answer, remind")

    await say_drafted_proposal(first, outside.ports())

    requested = [event.data.profile for event in scene.published(ProposalRequested)]
    assert requested[1].out_of_scope.value == ("the weekly summary",)
    assert requested[2].steps.value == ("answer", "remind")
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert scene.conversation.revision == 3


async def test_a_link_wanted_meanwhile_comes_instead_of_the_proposal(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    stray = scene.draft()
    wanted = await scene.say("Please send me the link.")

    await say_booking_link(scene.link(), outside.ports())
    await say_drafted_proposal(stray, outside.ports())

    assert URL in scene.answers[-1].reply
    told(scene, asked, wanted)


async def test_who_wants_a_person_meanwhile_is_told_how_to_reach_one_once(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await scene.say("I want to talk to a person")

    assert outside.playbook.company.website in scene.answers[-1].reply
    assert not scene.published(BookingRequested)
    outside.speaker = FakeSpeaker(ModelAnswer("Our team knows.", meaning(Intent.WANT_PERSON), "hand_over"))
    await scene.say("I said a person, not a video")
    assert scene.answers[-1].reply == "Our team knows."
    assert len(scene.published(HandOverRequested)) == 1


async def test_who_goes_back_to_the_recommended_tier_has_chosen_that_one(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await say_drafted_proposal(scene.draft(), outside.ports())

    for tier in ("starter", "growth"):
        outside.speaker = FakeSpeaker(ModelAnswer("Noted. What else?", meaning(tier=tier), "answer"))
        await scene.say(f"{tier} please")

    assert scene.conversation.tier is not None and scene.conversation.tier.tier == "growth"
    assert [event.data.tier for event in scene.published(TierChosen)] == ["starter", "growth"]


async def test_a_goodbye_meanwhile_ends_the_waiting(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    stray = scene.draft()
    goodbye = await scene.say("not interested")

    await say_drafted_proposal(stray, outside.ports())

    told(scene, asked, goodbye)
    assert (scene.conversation.awaiting, outside.store.wake_at) == (None, {})
    assert [event.data.reason for event in scene.published(ConversationClosed)] == ["declined"]


async def test_a_goodbye_is_no_stop_and_a_stop_behind_it_is_one(scene: Scene):
    await scene.say("thanks, bye")

    assert scene.conversation.closed
    assert scene.published(ConversationClosed) == []

    await scene.say("stop writing to me")

    assert [event.data.reason for event in scene.published(ConversationClosed)] == ["stopped"]


async def test_a_link_does_not_wait_for_a_stale_draft_which_is_made_for_the_lead(
    scene: Scene, outside: FakeOutside
):
    await scene.propose()
    asking = await scene.say("We are 9 people. Send me the link.")
    draft = scene.draft()

    await say_booking_link(scene.link(), outside.ports())
    for _ in range(2):
        await say_drafted_proposal(draft, outside.ports())

    assert URL in scene.answers[-1].reply
    told(scene, asking)
    assert draft.data.revision == scene.conversation.revision == 2
    assert not scene.conversation.is_stale


async def test_why_a_wish_is_not_granted_is_said_if_it_is_true(scene: Scene, outside: FakeOutside):
    outside.judge = FakeJudge("free")
    await scene.ask_for_a_proposal()
    refusal = "I cannot change a price or give a discount."
    draft = changed(scene.draft(), not_granted=f"{refusal} Your first month is free.")

    await say_drafted_proposal(draft, outside.ports())

    assert refusal in scene.answers[-1].reply
    assert "free" not in scene.answers[-1].reply


async def test_what_nobody_waits_for_and_what_comes_twice_changes_nothing(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    draft, version, frames = scene.draft(), scene.version, dict(outside.replies.frames)
    empty = FakeOutside(outside.playbook)

    await answer_turn(turn, outside.ports())
    await say_drafted_proposal(dataclasses.replace(draft, causation_id=uuid4()), outside.ports())
    await say_drafted_proposal(draft, empty.ports())

    assert (scene.version, outside.replies.frames) == (version, frames)
    assert (empty.store.conversations, empty.announcer.published) == ({}, [])
    for _ in range(2):
        await say_drafted_proposal(draft, outside.ports())
    assert sum(SHOWN in answer.reply for answer in scene.answers) == 1


async def test_a_stale_version_keeps_the_turn_waiting(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    outside.store.overtaken = 1

    with pytest.raises(StaleConversation):
        await say_drafted_proposal(scene.draft(), outside.ports())

    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.AWAITING
    assert outside.replies.ends(turn.data.turn_id) == []


async def test_a_link_that_is_known_is_given_again_at_once(scene: Scene):
    await scene.book()
    await scene.say("thanks")

    await scene.say("Please send me the link.")

    assert URL in scene.answers[-1].reply
    assert len(scene.published(BookingRequested)) == 1


@pytest.mark.parametrize(("url", "is_ours"), OWN_LINKS)
async def test_an_issued_link_is_said_as_it_is_or_never_if_it_is_not_ours(
    scene: Scene, outside: FakeOutside, url: str, is_ours: bool
):
    await scene.ask_for_the_link()
    refused = REGISTRY.get_sample_value("salesbot_refused_booking_links_total") or 0.0

    await say_booking_link(changed(scene.link(), url=url), outside.ports())

    said = url if is_ours else outside.playbook.booking.tracked_public_link(CONVERSATION, "widget")
    assert said in scene.answers[-1].reply
    assert (url in scene.answers[-1].reply) is is_ours
    assert (scene.conversation.booking_url, scene.answers[-1].calendly_shown) == (said, True)
    assert REGISTRY.get_sample_value("salesbot_refused_booking_links_total") == refused + (not is_ours)
