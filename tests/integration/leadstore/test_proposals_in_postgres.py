"""Every revision and every cost is kept once, in whatever order and however often the events come."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.values import Stage
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.adapters.postgres_proposal_links import PostgresProposalLinks
from services.leadstore.adapters.postgres_read_model import PostgresReadModel
from services.leadstore.usecases import list_leads, project_events, read_funnel, read_proposals
from tests.unit.leadstore.builders import NOON, Story, Told, at
from tests.unit.leadstore.fakes import RecordingLeads


async def projected(store: PostgresLeadStore, *events: Told) -> None:
    await project_events(events, store, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_revisions_and_costs_are_kept_once(
    store: PostgresLeadStore, read_model: PostgresReadModel, is_reversed: bool
) -> None:
    story = Story()
    turn = story.turn(0)
    events: list[Told] = [
        turn,
        story.answered(turn, tokens=(900, 40), cost_usd=0.0027),
        story.drafted(2, agent_name="Desk", tokens=(700, 120), cost_usd=0.003),
        story.drafted(5, revision=2, agent_name="Front Desk"),
        story.advanced(Stage.PROPOSE),
    ]

    for event in reversed(events) if is_reversed else events:
        await projected(store, event, event)
    await store.forget_processed(before=datetime.now(UTC) + timedelta(seconds=1))
    await projected(store, *events)

    folder = await read_proposals(story.id, read_model, InProcessNotifier())
    assert [(kept.revision, kept.proposal.agent_name, kept.drafted_at) for kept in folder.revisions] == [
        (2, "Front Desk", at(5)),
        (1, "Desk", at(2)),
    ]
    (lead,) = (await list_leads(None, 10, None, read_model)).items
    assert (lead.model_cost_usd, lead.input_tokens, lead.output_tokens) == (0.0057, 1600, 160)
    transcript = await read_model.transcript(story.id)
    assert transcript is not None
    assert (transcript.model_cost_usd, transcript.output_tokens) == (0.0057, 160)
    (day,) = await read_funnel(NOON.date(), NOON.date(), read_model)
    assert (day.model_cost_usd, day.model_cost_per_conversation_usd) == (0.0057, 0.0057)


async def test_the_words_of_an_erased_conversation_go_and_its_cost_stays(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    story = Story()
    turn = story.turn(0)
    await projected(store, turn, story.drafted(2, tokens=(700, 120), cost_usd=0.003))

    await projected(store, story.erased(3))

    assert await read_model.proposals(story.id) is None
    (day,) = await read_funnel(NOON.date(), NOON.date(), read_model)
    assert day.model_cost_usd == 0.003


async def test_links_stay_withdrawn_as_of_the_latest_time(
    engine: AsyncEngine, store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    story, links = Story(), PostgresProposalLinks(engine)
    await projected(store, story.turn(0), story.drafted(2))

    assert await links.withdraw(story.id, at(9))
    assert await links.withdraw(story.id, at(5))

    folder = await read_model.proposals(story.id)
    assert folder is not None
    assert folder.links_withdrawn_at == at(9)


async def test_links_of_no_conversation_are_not_withdrawn(
    engine: AsyncEngine, store: PostgresLeadStore
) -> None:
    erased, links = Story(), PostgresProposalLinks(engine)
    await projected(store, erased.turn(0), erased.drafted(2), erased.erased(3))

    assert not await links.withdraw(erased.id, at(9))
    assert not await links.withdraw(Story().id, at(9))
