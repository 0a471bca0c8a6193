"""Turns whose reply waits for a proposal or a link, and what is written meanwhile."""

import dataclasses
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from contracts.events import BookingRequested, ConversationClosed, HandOverRequested, ProposalRequested
from contracts.reply_stream import Done
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.domain.understanding import Intent
from services.dialogue.errors import StaleConversation
from services.dialogue.usecases import say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeJudge, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene, answer_turn
from tests.unit.dialogue.builders import CONVERSATION, URL, a_proposal, meaning

SHOWN = f"**{a_proposal().agent_name}**"


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
    assert answer.reply.startswith(f"{lead_in}\n\n{SHOWN}")
    assert answer.answered_turn_ids == (turn.data.turn_id,)
    assert outside.replies.shown(turn.data.turn_id) == answer.reply
    assert len(outside.replies.ends(turn.data.turn_id)) == 1
    assert scene.conversation.awaiting is None


async def test_the_proposal_shows_its_tier_so_that_accepting_it_leads_to_the_link(
    scene: Scene, outside: FakeOutside
):
    await scene.book()

    proposal, link = scene.answers[-2:]
    assert "Growth, US$2,500 a month" in proposal.reply
    assert URL in link.reply
    assert [event.data.tier for event in scene.published(BookingRequested)] == ["growth"]


async def test_the_end_of_a_reply_tells_whether_it_shows_the_proposal(scene: Scene, outside: FakeOutside):
    turn = await scene.propose()
    (end,) = outside.replies.ends(turn.data.turn_id)

    doubting = await scene.say("What does it cost?")

    (next_end,) = outside.replies.ends(doubting.data.turn_id)
    shown = [Done.model_validate_json(frame.data).proposal_shown for frame in (end, next_end)]
    assert shown == [True, False]


async def test_a_redelivered_turn_tells_again_that_it_shows_the_proposal(scene: Scene, outside: FakeOutside):
    turn = await scene.propose()
    outside.replies.lose(turn.data.turn_id)

    await answer_turn(turn, outside.ports())

    (end,) = outside.replies.ends(turn.data.turn_id)
    assert Done.model_validate_json(end.data).proposal_shown


async def test_a_message_meanwhile_is_answered_at_once_and_the_proposal_still_comes(
    scene: Scene, outside: FakeOutside
):
    asked = await scene.ask_for_a_proposal()
    meanwhile = await scene.say("thanks")
    held = scene.answers[-1]

    await say_drafted_proposal(scene.draft(), outside.ports())

    assert held.answered_turn_ids == (meanwhile.data.turn_id,)
    assert outside.replies.shown(meanwhile.data.turn_id) == held.reply
    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)
    assert SHOWN in outside.replies.shown(asked.data.turn_id)
    assert len(scene.published(ProposalRequested)) == 1


async def test_a_correction_meanwhile_is_drafted_before_anything_is_shown(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    first = scene.draft()
    await scene.say("We are 15 people.")
    said = len(scene.answers)

    await say_drafted_proposal(first, outside.ports())

    assert len(scene.answers) == said
    assert outside.replies.ends(asked.data.turn_id) == []
    again = scene.published(ProposalRequested)[-1].data
    assert again.profile.team_size is not None
    assert (again.profile.team_size.value, again.revision) == (15, 2)
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)
    assert not scene.conversation.is_stale


async def test_a_first_draft_delivered_twice_is_requested_anew_once(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    first = scene.draft()
    await scene.say("We are 15 people.")

    await say_drafted_proposal(first, outside.ports())
    await say_drafted_proposal(first, outside.ports())

    assert len(scene.published(ProposalRequested)) == 2


async def test_who_corrects_without_end_is_shown_what_there_is(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()

    for size in range(15, 18):
        await scene.say(f"We are {size} people.")
        await say_drafted_proposal(scene.draft(), outside.ports())

    assert SHOWN in scene.answers[-1].reply
    assert scene.conversation.is_stale


async def test_a_change_wished_while_a_change_is_made_is_made_as_well(scene: Scene, outside: FakeOutside):
    await scene.propose()
    await scene.say("add a weekly summary")
    first = scene.draft()
    await scene.say("thanks")
    await scene.say("please add reminders")

    await say_drafted_proposal(first, outside.ports())

    wishes = [event.data.change_wish for event in scene.published(ProposalRequested)]
    assert wishes == [None, "add a weekly summary", "please add reminders"]
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert scene.conversation.change_wish is None
    assert scene.conversation.revision == 3


async def test_a_link_wanted_meanwhile_comes_instead_of_the_proposal(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    stray = scene.draft()
    wanted = await scene.say("Please send me the link.")

    await say_booking_link(scene.link(), outside.ports())
    await say_drafted_proposal(stray, outside.ports())

    answer = scene.answers[-1]
    assert URL in answer.reply
    assert set(answer.answered_turn_ids) == {asked.data.turn_id, wanted.data.turn_id}
    for turn in (asked, wanted):
        assert outside.replies.shown(turn.data.turn_id) == answer.reply


async def test_a_person_wanted_meanwhile_is_told_how_to_reach_one(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await scene.say("I want to talk to a person")

    await say_booking_link(scene.link(), outside.ports())

    assert outside.playbook.company.website in scene.answers[-1].reply
    assert URL in scene.answers[-1].reply
    assert len(scene.published(HandOverRequested)) == 1


async def test_who_asks_for_a_person_once_more_is_not_sent_the_link_once_more(
    scene: Scene, outside: FakeOutside
):
    await scene.ask_for_a_proposal()
    await scene.say("I want to talk to a person")
    await say_booking_link(scene.link(), outside.ports())
    outside.speaker = FakeSpeaker(ModelAnswer("Our team knows.", meaning(Intent.WANT_PERSON), "hand_over"))

    await scene.say("I said a person, not a video")

    assert scene.answers[-1].reply == "Our team knows."


async def test_a_goodbye_meanwhile_ends_the_waiting(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    stray = scene.draft()
    goodbye = await scene.say("not interested")

    await say_drafted_proposal(stray, outside.ports())

    answer = scene.answers[-1]
    assert set(answer.answered_turn_ids) == {asked.data.turn_id, goodbye.data.turn_id}
    for turn in (asked, goodbye):
        assert outside.replies.shown(turn.data.turn_id) == answer.reply
    assert scene.conversation.awaiting is None
    assert outside.store.wake_at == {}
    assert [event.data.reason for event in scene.published(ConversationClosed)] == ["declined"]


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


async def test_a_link_does_not_wait_for_a_stale_draft_which_is_made_for_the_lead(
    scene: Scene, outside: FakeOutside
):
    await scene.propose()
    asking = await scene.say("We are 9 people. Send me the link.")
    draft = scene.draft()

    await say_booking_link(scene.link(), outside.ports())
    await say_drafted_proposal(draft, outside.ports())
    await say_drafted_proposal(draft, outside.ports())

    assert URL in scene.answers[-1].reply
    assert outside.replies.shown(asking.data.turn_id) == scene.answers[-1].reply
    assert draft.data.revision == scene.conversation.revision == 2
    assert not scene.conversation.is_stale


async def test_why_a_wish_is_not_granted_is_said_if_it_is_true(scene: Scene, outside: FakeOutside):
    outside.judge = FakeJudge("free")
    await scene.ask_for_a_proposal()
    draft, refusal = scene.draft(), "I cannot change a price or give a discount."
    told = f"{refusal} Your first month is free."

    await say_drafted_proposal(
        dataclasses.replace(draft, data=draft.data.model_copy(update={"not_granted": told})), outside.ports()
    )

    assert refusal in scene.answers[-1].reply
    assert "free" not in scene.answers[-1].reply


async def test_a_draft_delivered_twice_is_said_once(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    draft = scene.draft()

    await say_drafted_proposal(draft, outside.ports())
    await say_drafted_proposal(draft, outside.ports())

    assert sum(SHOWN in answer.reply for answer in scene.answers) == 1


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


async def test_a_link_that_is_known_is_given_again_at_once(scene: Scene, outside: FakeOutside):
    await scene.book()
    await scene.say("thanks")

    await scene.say("Please send me the link.")

    assert URL in scene.answers[-1].reply
    assert len(scene.published(BookingRequested)) == 1


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
