"""Readers wait for what they know of, and learn nothing of who a proposal was made for."""

import asyncio

import pytest

from contracts.values import Profile, Stage
from services.leadstore import usecases
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.errors import UnknownProposal
from services.leadstore.usecases import list_leads, read_funnel, read_proposals, read_transcript
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import NOON, URL, Story, Told, at, slot


@pytest.mark.parametrize("is_projected_here", [True, False])
async def test_a_reader_who_waits_is_woken_by_the_projection_of_any_replica(
    leadstore: Leadstore, monkeypatch: pytest.MonkeyPatch, is_projected_here: bool
) -> None:
    monkeypatch.setattr(usecases, "_POLL_S", 60.0 if is_projected_here else 0.005)
    monkeypatch.setattr(usecases, "_WAIT_S", 60.0)
    notifier = leadstore.notifier if is_projected_here else InProcessNotifier()
    story = Story()
    turn, started = story.turn(0), story.started(0)
    await leadstore.project(turn)

    reading = asyncio.create_task(read_transcript(story.id, leadstore.read_model, notifier, after_sequence=2))
    await asyncio.sleep(0)
    await leadstore.project(started, story.answered(turn))
    async with asyncio.timeout(5):
        transcript = await reading

    assert [message.role for message in transcript.messages] == ["visitor", "bot"]


async def test_a_reader_gets_what_is_there_when_the_wait_is_over(
    leadstore: Leadstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "_WAIT_S", 0.02)
    story = Story()
    await leadstore.project(story.turn(0))

    transcript = await read_transcript(story.id, leadstore.read_model, leadstore.notifier, after_sequence=99)

    assert len(transcript.messages) == 1
    with pytest.raises(UnknownProposal):
        await read_proposals(story.id, leadstore.read_model, leadstore.notifier)


async def test_whoever_has_the_link_learns_what_was_told_but_not_who_told_it(leadstore: Leadstore) -> None:
    story = Story()
    profile = Profile(
        name=slot("Ada Byron"), contact_email=slot("ada@example.com"), task=slot("Ada's invoices")
    )
    told = [story.turn(), story.told(profile), story.advanced(Stage.PROPOSE)]
    await leadstore.project(*told, story.drafted(agent_name="Ada's Desk"), story.linked())

    folder = await read_proposals(story.id, leadstore.read_model, leadstore.notifier)

    assert folder.profile.known() == {"task"}
    assert folder.booking_url == URL
    assert folder.revisions[0].proposal.agent_name == "\u2026's Desk"
    assert not [told for told in ("Ada", "ada@") if told in folder.model_dump_json()]


async def test_a_draft_that_is_known_first_is_shown_with_the_profile_it_was_made_from(
    leadstore: Leadstore,
) -> None:
    story, profile = Story(), Profile(task=slot("invoicing"))
    await leadstore.project(story.turn(), story.drafted())

    asked = asyncio.create_task(read_proposals(story.id, leadstore.read_model, leadstore.notifier))
    await asyncio.sleep(0)
    await leadstore.project(story.told(profile), story.advanced(Stage.PROPOSE))

    assert (await asked).profile == profile


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_revisions_and_costs_are_kept_once(leadstore: Leadstore, is_reversed: bool) -> None:
    story, guided = Story(), Story()
    turn = story.turn(0)
    events: list[Told] = [
        turn,
        story.answered(turn, tokens=(900, 40), cost_usd=0.0027),
        story.drafted(2, agent_name="Desk", tokens=(700, 120), cost_usd=0.003),
        story.drafted(5, revision=2, agent_name="Front Desk"),
        story.advanced(Stage.PROPOSE),
    ]

    for event in reversed(events) if is_reversed else events:
        await leadstore.project(event, event, forgetful=True)
    await leadstore.project(*events, guided.turn(-1), guided.answered(), guided.drafted())

    folder = await read_proposals(story.id, leadstore.read_model, leadstore.notifier)
    assert [(kept.revision, kept.proposal.agent_name, kept.drafted_at) for kept in folder.revisions] == [
        (2, "Front Desk", at(5)),
        (1, "Desk", at(2)),
    ]
    leads = (await list_leads(None, 10, None, leadstore.read_model)).items
    costs = [(lead.model_cost_usd, lead.input_tokens, lead.output_tokens) for lead in leads]
    assert costs == [(0.0057, 1600, 160), (0, 0, 0)]
    transcript = await leadstore.read_model.transcript(story.id)
    assert transcript is not None
    assert (transcript.model_cost_usd, transcript.output_tokens) == (0.0057, 160)
    (day,) = await read_funnel(NOON.date(), NOON.date(), leadstore.read_model)
    assert (day.model_cost_usd, day.model_cost_per_conversation_usd) == (0.0057, 0.00285)
