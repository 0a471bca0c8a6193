"""Turns whose reply waits for a proposal or a link, what is written meanwhile, and what takes long."""

import asyncio
import dataclasses
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from chassis.postgres import DatabaseUnavailable
from contracts import events
from contracts.cloudevent import CloudEvent
from contracts.events import BookingRequested, ProposalRequested
from contracts.reply_stream import Done
from contracts.values import Payers
from playbook.reading.meaning import Intent
from services.dialogue.domain.changes import Loaded, TurnStatus
from services.dialogue.errors import StaleConversation
from services.dialogue.usecases.answer_turn import admit_failure
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from services.dialogue.usecases.due import look_after_due
from tests.support.dialogue_fakes import FakeJudge, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene, answer_turn
from tests.support.waiting import until
from tests.unit.dialogue.builders import CONVERSATION, URL, a_proposal, meaning

SHOWN = f"**{a_proposal().agent_name}**"


def told(scene: Scene, *turns: CloudEvent[events.TurnReceived]) -> None:
    """The last answer is that of these turns, and each of them is shown it."""
    answer = scene.answers[-1]
    assert set(answer.answered_turn_ids) == {turn.data.turn_id for turn in turns}
    for turn in turns:
        assert scene.outside.replies.shown(turn.data.turn_id) == answer.reply
        assert len(scene.outside.replies.ends(turn.data.turn_id)) == 1


def changed(event: CloudEvent[Any], **fields: object) -> CloudEvent[Any]:
    return dataclasses.replace(event, data=event.data.model_copy(update=fields))


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_proposal_completes_the_reply_that_asked(scene: Scene, outside: FakeOutside, is_lost: bool):
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)
    assert outside.happened[-3:] == ["flushed", "saved", "published"]
    assert outside.replies.ends(turn.data.turn_id) == []
    # Until the next try after another process was faster, the turn waits on.
    outside.store.overtaken = 1
    with pytest.raises(StaleConversation):
        await say_drafted_proposal(scene.draft(), outside.ports())
    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.AWAITING
    assert outside.replies.ends(turn.data.turn_id) == []
    if is_lost:
        outside.replies.lose(turn.data.turn_id)

    await say_drafted_proposal(scene.draft(), outside.ports())

    assert scene.answers[-1].reply.startswith(f"{lead_in}\n\n{SHOWN}")
    told(scene, turn)
    assert scene.conversation.awaiting is None


async def test_accepting_the_shown_tier_leads_to_the_link_and_again(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_the_link()

    await say_booking_link(scene.link(), outside.ports())

    proposal, link = scene.answers[-2:]
    assert "Growth, US$2,500 a month" in proposal.reply
    assert URL in link.reply and link.calendly_shown
    told(scene, turn)
    for line in ("thanks", "Please send me the link."):
        await scene.say(line)
    assert URL in scene.answers[-1].reply
    assert [event.data.tier for event in scene.published(events.BookingRequested)] == ["growth"]
    assert not await outside.due_within_an_hour()


async def test_the_end_of_a_reply_tells_whether_it_shows_the_proposal(scene: Scene, outside: FakeOutside):
    turn = await scene.propose()
    doubting = await scene.say("What does it cost?")
    ends = [outside.replies.ends(each.data.turn_id)[0] for each in (turn, doubting)]
    outside.replies.lose(turn.data.turn_id)

    await answer_turn(turn, outside.ports())

    ends += outside.replies.ends(turn.data.turn_id)
    assert [Done.model_validate_json(end.data).proposal_shown for end in ends] == [True, False, True]


async def test_the_words_of_a_model_stay_its_own_in_a_guided_reply(scene: Scene, outside: FakeOutside):
    turn = await scene.ask_for_a_proposal()
    await say_drafted_proposal(changed(scene.draft(), author="model"), outside.ports())
    doubting = await scene.say("What does it cost?")
    outside.replies.lose(doubting.data.turn_id)
    await answer_turn(doubting, outside.ports())

    ends = [outside.replies.ends(each.data.turn_id)[-1] for each in (turn, doubting)]
    assert [Done.model_validate_json(end.data).written_by for end in ends] == ["model", "playbook"]
    assert [answer.author for answer in scene.answers[-2:]] == ["model", "script"]


async def test_a_correction_meanwhile_is_drafted_before_anything_is_shown(scene: Scene, outside: FakeOutside):
    scene.payers = Payers(address="a-pseudonym", site="pk_shop")
    asked = await scene.ask_for_a_proposal()
    told(scene, await scene.say("thanks"))
    assert len(scene.published(events.ProposalRequested)) == 1
    first = scene.draft()
    await scene.say("We are 15 people.")
    said = len(scene.answers)

    for _ in range(2):
        await say_drafted_proposal(first, outside.ports())

    assert (len(scene.answers), outside.replies.ends(asked.data.turn_id)) == (said, [])
    _, again = [event.data for event in scene.published(events.ProposalRequested)]
    assert again.profile.team_size is not None
    assert (again.profile.team_size.value, again.revision) == (15, 2)
    assert again.payers == scene.payers
    await say_drafted_proposal(scene.draft(), outside.ports())
    told(scene, asked)
    assert not scene.conversation.is_stale


async def test_who_corrects_without_end_is_shown_what_there_is(scene: Scene):
    await scene.ask_for_a_proposal()
    for size in range(15, 18):
        await scene.say(f"We are {size} people.")
        await say_drafted_proposal(scene.draft(), scene.outside.ports())
    assert SHOWN in scene.answers[-1].reply
    assert scene.conversation.is_stale


async def test_a_change_wished_while_a_change_is_made_is_made_as_well(scene: Scene, outside: FakeOutside):
    await scene.propose()
    await scene.say("5: the weekly summary")
    first = scene.draft()
    for line in ("thanks", "4: answer, remind"):
        await scene.say(line)

    for draft in (lambda: first, scene.draft):
        await say_drafted_proposal(draft(), outside.ports())
    _, wished, both = [event.data.profile for event in scene.published(events.ProposalRequested)]
    assert wished.out_of_scope.value == ("the weekly summary",)
    assert both.steps.value == ("answer", "remind")
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
    assert not scene.published(events.BookingRequested)
    outside.speaker = FakeSpeaker(ModelAnswer("Our team knows.", meaning(Intent.WANT_PERSON), "hand_over"))
    await scene.say("I said a person, not a video")
    assert scene.answers[-1].reply == "Our team knows."
    assert len(scene.published(events.HandOverRequested)) == 1


async def test_who_goes_back_to_the_recommended_tier_has_chosen_that_one(scene: Scene, outside: FakeOutside):
    await scene.propose()
    for tier in ("starter", "growth"):
        outside.speaker = FakeSpeaker(ModelAnswer("Noted. What else?", meaning(tier=tier), "answer"))
        await scene.say(f"{tier} please")
    assert scene.conversation.tier is not None and scene.conversation.tier.tier == "growth"
    assert [event.data.tier for event in scene.published(events.TierChosen)] == ["starter", "growth"]


async def test_a_no_meanwhile_ends_the_waiting(scene: Scene, outside: FakeOutside):
    asked = await scene.ask_for_a_proposal()
    stray = scene.draft()
    goodbye = await scene.say("not interested")
    await say_drafted_proposal(stray, outside.ports())
    told(scene, asked, goodbye)
    assert (scene.conversation.awaiting, await outside.due_within_an_hour()) == (None, [])
    assert [event.data.reason for event in scene.published(events.ConversationClosed)] == ["declined"]


async def test_a_goodbye_is_no_stop_and_a_stop_behind_it_is_one(scene: Scene):
    await scene.say("thanks, bye")
    assert scene.conversation.closed
    assert scene.published(events.ConversationClosed) == []
    await scene.say("stop writing to me")
    assert [event.data.reason for event in scene.published(events.ConversationClosed)] == ["stopped"]


async def test_a_link_waits_for_no_stale_draft_which_is_made_for_the_lead(scene: Scene, outside: FakeOutside):
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
    outside.judge, refusal = FakeJudge("free"), "I cannot change a price or give a discount."
    await scene.ask_for_a_proposal()
    draft = changed(scene.draft(), not_granted=f"{refusal} Your first month is free.")
    await say_drafted_proposal(draft, outside.ports())
    assert refusal in scene.answers[-1].reply and "free" not in scene.answers[-1].reply


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


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("https://calendly.com/instaagents/../evilcorp/30min", False),
        ("https://evil.example/d/abc/30min", False),
        ("javascript:alert(1)", False),
        ("https://calendly.com/d/ckx4-abc-xyz/30min?utm_content=7", True),
    ],
)
async def test_only_a_link_of_ours_is_said(scene: Scene, outside: FakeOutside, url: str, is_ours: bool):
    await scene.ask_for_the_link()
    refused = REGISTRY.get_sample_value("salesbot_refused_booking_links_total") or 0.0

    await say_booking_link(changed(scene.link(), url=url), outside.ports())

    said = url if is_ours else outside.playbook.booking.tracked_public_link(CONVERSATION, "widget")
    assert said in scene.answers[-1].reply
    assert (url in scene.answers[-1].reply) is is_ours
    assert (scene.conversation.booking_url, scene.answers[-1].calendly_shown) == (said, True)
    assert REGISTRY.get_sample_value("salesbot_refused_booking_links_total") == refused + (not is_ours)


async def after(seconds: float, outside: FakeOutside) -> None:
    """Look after what is awaited when so much time has passed."""
    outside.wait(seconds)
    await look_after_due(outside.ports())


def templates(scene: Scene) -> list[bool]:
    """Of every request for a proposal, whether it was to the template."""
    return [event.data.is_template_only for event in scene.published(ProposalRequested)]


async def test_a_holding_reply_comes_in_time_and_the_result_by_itself(scene: Scene, outside: FakeOutside):
    turn_id = (await scene.ask_for_a_proposal()).data.turn_id
    lead_in = outside.replies.shown(turn_id)
    await after(7.9, outside)
    assert outside.replies.ends(turn_id) == []
    # A result that comes at the same moment wins.
    outside.store.overtaken = 1
    await after(0.1, outside)
    assert outside.replies.ends(turn_id) == []

    await after(0.1, outside)

    holding, told = scene.answers[-1], list(outside.replies.frames[turn_id])
    assert holding.reply.removeprefix(f"{lead_in}\n\n") in outside.playbook.lines.holding_proposal
    assert outside.replies.shown(turn_id) == holding.reply
    assert outside.store.turns[turn_id].outcome.status is TurnStatus.ANSWERED
    await say_drafted_proposal(scene.draft(), outside.ports())
    held, result = scene.answers[-2:]
    assert (held.answered_turn_ids, result.answered_turn_ids) == ((turn_id,), ())
    assert held.holding in outside.playbook.lines.holding_proposal
    assert held.reply == f"{lead_in}\n\n{held.holding}"
    assert result.holding is None
    assert result.reply.startswith(SHOWN)
    assert outside.replies.frames[turn_id] == told
    assert outside.store.turns[turn_id].outcome.reply == held.reply
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


@pytest.mark.parametrize("meanwhile", ["writes", "is redrafted", "fails"])
async def test_who_writes_on_is_held_no_later(scene: Scene, outside: FakeOutside, meanwhile: str):
    asked = await scene.ask_for_a_proposal()
    outside.wait(5)
    if meanwhile == "fails":
        await admit_failure(scene.turn("And another thing."), "broken", outside.ports())
    else:
        await scene.say("We are 15 people.")
    if meanwhile == "is redrafted":
        await say_drafted_proposal(scene.draft(), outside.ports())
    await after(3, outside)
    assert scene.answers[-1].answered_turn_ids == (asked.data.turn_id,)


async def test_a_lost_proposal_is_requested_from_the_template(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    late = scene.draft()
    await after(8, outside)
    # Whoever writes meanwhile neither hastens nor postpones the template.
    for line in ("thanks", "We are 15 people."):
        outside.wait(10)
        await scene.say(line)
        await look_after_due(outside.ports())
    await after(9, outside)
    assert templates(scene) == [False]

    await after(1, outside)

    assert templates(scene) == [False, True]
    team_size = scene.published(ProposalRequested)[-1].data.profile.team_size
    assert team_size is not None and team_size.value == 15
    await say_drafted_proposal(late, outside.ports())
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert sum(SHOWN in answer.reply for answer in scene.answers) == 1
    assert not await outside.due_within_an_hour()


async def test_a_correction_after_holding_is_drafted_and_not_given_up(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    await after(8, outside)
    await scene.say("We are 15 people.")
    await say_drafted_proposal(scene.draft(), outside.ports())
    said = len(scene.answers)

    await after(29, outside)
    assert templates(scene) == [False, False]
    await after(1, outside)
    assert (len(scene.answers), templates(scene)) == (said, [False, False, True])


async def test_a_proposal_that_not_even_the_template_makes_is_handed_over(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    for seconds in (8, 30, 30):
        await after(seconds, outside)
    assert outside.playbook.company.website in scene.answers[-1].reply
    assert (scene.conversation.awaiting, await outside.due_within_an_hour()) == (None, [])
    assert templates(scene) == [False, True]


async def test_a_lost_link_becomes_the_public_one(scene: Scene, outside: FakeOutside):
    await scene.ask_for_the_link()
    for seconds in (8, 30):
        await after(seconds, outside)

    assert outside.playbook.booking.tracked_public_link(CONVERSATION, "widget") in scene.answers[-1].reply
    assert scene.answers[-1].calendly_shown
    assert len(scene.published(BookingRequested)) == 1
    assert not await outside.due_within_an_hour()


async def test_one_conversations_fault_is_its_own(scene: Scene, outside: FakeOutside, monkeypatch):
    turn_id, is_free = (await scene.ask_for_a_proposal()).data.turn_id, asyncio.Event()
    others: dict[UUID, Exception | None] = {uuid4(): DatabaseUnavailable("away"), uuid4(): None}
    others[uuid4()] = ValueError("a row that cannot be read")
    load, due = outside.store.load, outside.store.due

    async def others_load(conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        if fault := others.get(conversation_id):
            raise fault
        if conversation_id in others:
            await is_free.wait()
        return await load(conversation_id, *turn_ids)

    async def others_first(*limits) -> list[UUID]:
        return [*others, *await due(*limits)]

    monkeypatch.setattr(outside.store, "load", others_load)
    monkeypatch.setattr(outside.store, "due", others_first)
    looking = asyncio.create_task(after(8, outside))
    await until(lambda: outside.replies.ends(turn_id))

    assert not looking.done()
    is_free.set()
    await looking
    assert scene.answers[-1].answered_turn_ids == (turn_id,)
