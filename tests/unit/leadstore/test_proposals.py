"""Every revision of a proposal is kept, and what a language model cost is counted once."""

import asyncio

from contracts.values import Profile, Stage
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.usecases import list_leads, project_events, read_proposals
from tests.unit.leadstore.builders import NOON, URL, Story, Told, at, slot
from tests.unit.leadstore.fakes import MemoryLeadStore, RecordingLeads


async def projected(*batches: list[Told], forgetful: bool = False) -> MemoryLeadStore:
    store = MemoryLeadStore()
    for batch in batches:
        await project_events(batch, store, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)
        if forgetful:
            store.processed.clear()
    return store


async def test_every_revision_is_kept_the_newest_first_whatever_order_they_come_in() -> None:
    story = Story()
    first, second = story.drafted(2, agent_name="Desk"), story.drafted(5, revision=2, agent_name="Front Desk")

    store = await projected([story.turn(), second], [first, story.advanced(Stage.PROPOSE)])

    folder = await read_proposals(story.id, store, InProcessNotifier())
    assert [(kept.revision, kept.proposal.agent_name, kept.drafted_at) for kept in folder.revisions] == [
        (2, "Front Desk", at(5)),
        (1, "Desk", at(2)),
    ]


async def test_whoever_has_the_link_learns_what_was_told_but_not_who_told_it() -> None:
    story = Story()
    profile = Profile(name=slot("Ada"), contact_email=slot("ada@example.com"), task=slot("invoicing"))

    before = [story.turn(), story.told(profile), story.advanced(Stage.PROPOSE)]
    store = await projected([*before, story.drafted(), story.linked()])

    folder = await read_proposals(story.id, store, InProcessNotifier())
    assert folder.profile == Profile(task=slot("invoicing"))
    assert folder.booking_url == URL
    assert "Ada" not in folder.model_dump_json()
    assert "ada@" not in folder.model_dump_json()


async def test_a_draft_that_is_known_first_is_shown_with_the_profile_it_was_made_from() -> None:
    story, notifier = Story(), InProcessNotifier()
    store = await projected([story.turn(), story.drafted()])

    asked = asyncio.create_task(read_proposals(story.id, store, notifier))
    await asyncio.sleep(0)
    told = [story.told(Profile(task=slot("invoicing"))), story.advanced(Stage.PROPOSE)]
    await project_events(told, store, RecordingLeads(), notifier, clock=lambda: NOON)

    assert (await asked).profile == Profile(task=slot("invoicing"))


async def test_an_older_proposal_does_not_name_the_visitor_either() -> None:
    story = Story()
    profile = Profile(name=slot("Ada Byron"), task=slot("Ada's invoices"))

    before = [story.turn(), story.told(profile), story.advanced(Stage.PROPOSE)]
    store = await projected([*before, story.drafted(agent_name="Ada's Desk")])

    folder = await read_proposals(story.id, store, InProcessNotifier())
    assert "Ada" not in folder.model_dump_json()
    assert folder.revisions[0].proposal.agent_name == "\u2026's Desk"


async def test_the_cost_of_a_conversation_is_that_of_its_replies_and_its_drafts() -> None:
    story = Story()
    turn = story.turn()
    reply = story.answered(turn, tokens=(900, 40), cost_usd=0.0027)
    draft = story.drafted(tokens=(700, 120), cost_usd=0.003)

    store = await projected([turn, reply, draft], [draft, reply], forgetful=True)

    (lead,) = (await list_leads(None, 10, None, store)).items
    assert (lead.model_cost_usd, lead.input_tokens, lead.output_tokens) == (0.0057, 1600, 160)
    transcript = await store.transcript(story.id)
    assert transcript is not None
    assert transcript.model_cost_usd == lead.model_cost_usd


async def test_a_scripted_conversation_costs_nothing() -> None:
    story = Story()
    turn = story.turn()

    store = await projected([turn, story.answered(turn), story.drafted()])

    (lead,) = (await list_leads(None, 10, None, store)).items
    assert (lead.model_cost_usd, lead.input_tokens, lead.output_tokens) == (0, 0, 0)
    assert store.model_uses == {}
