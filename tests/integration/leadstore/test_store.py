"""A batch is one transaction and counts an event once; readers wait for it and learn what they may."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.read_model import LeadQuery
from contracts.values import LeadStatus, Profile, Stage
from services.leadstore.adapters import tables
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.domain import project
from services.leadstore.errors import ProjectionOutrun, UnknownProposal
from services.leadstore.usecases import list_leads, read_funnel, read_proposals, read_transcript, waiting
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import NOON, URL, Story, at, slot


async def test_what_is_stored_is_read_back_whole_and_any_character_with_it(leadstore: Leadstore) -> None:
    story = Story()
    tools = slot(("Gmail", "Slack"))
    profile = Profile(name=slot("Ada"), team_size=slot(8), tools=tools, hours_per_week=slot(6.5))
    turn, draft = story.turn(0, "a\x00b \\u0000 \\\x00 \U0001f600"), story.drafted(2)
    batch = [turn, story.answered(turn), story.told(profile), draft, story.linked(3), story.booked(4)]

    await leadstore.project(*batch)

    transcript = await leadstore.read_model.transcript(story.id)
    (conversation,) = await leadstore.read_model.conversations(after=None, limit=1)
    assert conversation == project({}, batch).after[story.id]
    assert transcript is not None
    assert [message.text for message in transcript.messages] == ["ab \\u0000 \\ \U0001f600", "Hi there."]
    assert (transcript.profile, transcript.proposal) == (profile, draft.data.proposal)


@pytest.mark.parametrize("forgetful", [False, True], ids=["once more", "after its marks were forgotten"])
async def test_a_batch_that_comes_again_changes_nothing(leadstore: Leadstore, forgetful: bool) -> None:
    story = Story()
    turn = story.turn(0)
    batch = [turn, story.answered(turn), story.drafted(2), story.booked(4)]
    (told,) = await leadstore.project(*batch, forgetful=forgetful)
    before = await leadstore.counts()
    again = await leadstore.project(*reversed(batch), forgetful=forgetful)
    assert (again, await leadstore.counts()) == ([], before)
    assert (told.causation_id, told.data.lead.status) == (batch[-1].id, LeadStatus.BOOKED)


async def test_two_replicas_with_the_same_batch_tell_once_of_each_lead(leadstore: Leadstore) -> None:
    stories = [Story() for _ in range(5)]
    batch = [event for story in stories for event in (story.turn(0), story.drafted(2))]
    both = (leadstore.project(*batch), leadstore.project(*reversed(batch)))
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    published = [event for outcome in outcomes if isinstance(outcome, list) for event in outcome]
    assert {event.data.conversation_id for event in published} == {story.id for story in stories}
    assert (len(published), (await leadstore.counts())["message"]) == (5, 5)


async def test_a_replica_that_was_outrun_keeps_nothing(leadstore: Leadstore) -> None:
    story = Story()
    turn, draft = story.turn(0), story.drafted(2)
    (first,) = await leadstore.project(turn)

    with pytest.raises(ProjectionOutrun):
        async with leadstore.store.batch() as slow:
            claim = await slow.claim([draft])
            await leadstore.project(story.linked(3))
            await slow.save(project(claim.known, [draft]), [])

    assert (await leadstore.counts())["processed_event"] == 2
    (told,) = await leadstore.project(draft)
    assert told.data.lead.booking_url is not None
    assert (first.sequence or 0) < (told.sequence or 0)


async def test_only_marks_that_are_old_enough_are_forgotten(leadstore: Leadstore) -> None:
    old, new = Story().turn(0), Story().turn(0)
    await leadstore.project(old, new)
    table = tables.processed_event
    async with leadstore.engine.begin() as connection:
        aged = table.update().where(table.c.event_id == old.id)
        await connection.execute(aged.values(processed_at=datetime.now(UTC) - timedelta(days=46)))

    forgotten = await leadstore.store.forget_processed(before=datetime.now(UTC) - timedelta(days=45))

    assert forgotten == 1
    assert [row["event_id"] for row in await leadstore.rows(table)] == [new.id]


@pytest.mark.parametrize("is_projected_here", [True, False])
async def test_a_reader_who_waits_is_woken_by_any_replica(
    leadstore: Leadstore, monkeypatch: pytest.MonkeyPatch, is_projected_here: bool
) -> None:
    monkeypatch.setattr(waiting, "_POLL_S", 60.0 if is_projected_here else 0.005)
    monkeypatch.setattr(waiting, "_WAIT_S", 60.0)
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


async def test_a_wait_ends_with_what_is_there(leadstore: Leadstore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_WAIT_S", 0.02)
    story = Story()
    await leadstore.project(story.turn(0))
    transcript = await read_transcript(story.id, leadstore.read_model, leadstore.notifier, after_sequence=99)
    assert len(transcript.messages) == 1
    with pytest.raises(UnknownProposal):
        await read_proposals(story.id, leadstore.read_model, leadstore.notifier)


async def test_whoever_has_the_link_learns_what_was_told_but_not_who_told_it(leadstore: Leadstore) -> None:
    story = Story()
    named = {"name": slot("Ada Byron"), "contact_email": slot("ada@example.com")}
    profile = Profile(**named, task=slot("Ada's invoices"))
    told = [story.turn(), story.told(profile), story.advanced(Stage.PROPOSE)]
    drafted = story.drafted(agent_name="Ada's Desk", translations={"d1": "Wat hij doet"})
    await leadstore.project(*told, drafted, story.linked(), story.chose("starter"))

    folder = await read_proposals(story.id, leadstore.read_model, leadstore.notifier)

    assert folder.profile.known() == {"task"}
    assert (folder.booking_url, folder.chosen_tier) == (URL, "starter")
    assert folder.revisions[0].translations == {"d1": "Wat hij doet"}
    assert folder.revisions[0].proposal.agent_name == "\u2026's Desk"
    assert not [told for told in ("Ada", "ada@") if told in folder.model_dump_json()]


async def test_a_draft_known_first_is_shown_with_the_profile_it_was_made_from(leadstore: Leadstore) -> None:
    story, profile = Story(), Profile(task=slot("invoicing"))
    await leadstore.project(story.turn(), story.drafted())
    asked = asyncio.create_task(read_proposals(story.id, leadstore.read_model, leadstore.notifier))
    await asyncio.sleep(0)
    await leadstore.project(story.told(profile), story.advanced(Stage.PROPOSE))
    assert (await asked).profile == profile


async def test_revisions_and_costs_are_kept_once_in_whatever_order_they_come(leadstore: Leadstore) -> None:
    story, guided = Story(), Story()
    turn = story.turn(0)
    events = [turn, story.answered(turn, spent=(900, 40, 0.0027))]
    events += [story.drafted(2, agent_name="Desk", spent=(700, 120, 0.003)), story.advanced(Stage.PROPOSE)]
    events += [story.drafted(5, revision=2, agent_name="Front Desk")]

    for event in reversed(events):
        await leadstore.project(event, event, forgetful=True)
    await leadstore.project(*events, guided.turn(-1), guided.answered(), guided.drafted())

    folder = await read_proposals(story.id, leadstore.read_model, leadstore.notifier)
    revisions = [(kept.revision, kept.proposal.agent_name, kept.drafted_at) for kept in folder.revisions]
    assert revisions == [(2, "Front Desk", at(5)), (1, "Desk", at(2))]
    leads = (await list_leads(LeadQuery(), leadstore.read_model)).items
    costs = [(lead.model_cost_usd, lead.input_tokens, lead.output_tokens) for lead in leads]
    assert costs == [(0.0057, 1600, 160), (0, 0, 0)]
    transcript = await leadstore.read_model.transcript(story.id)
    assert transcript is not None
    assert (transcript.model_cost_usd, transcript.output_tokens) == (0.0057, 160)
    (day,) = await read_funnel(NOON.date(), NOON.date(), leadstore.reports)
    assert (day.model_cost_usd, day.model_cost_per_conversation_usd) == (0.0057, 0.00285)
