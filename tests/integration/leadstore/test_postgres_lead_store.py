"""A batch is one transaction, counts an event once, and is fenced against a replica that lost its place."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.values import LeadStatus, Profile
from services.leadstore.adapters import tables
from services.leadstore.domain import project
from services.leadstore.errors import ProjectionOutrun
from services.leadstore.usecases import read_funnel
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import NOON, Story, slot


async def test_what_is_stored_is_read_back_whole_and_any_character_with_it(leadstore: Leadstore) -> None:
    story = Story()
    profile = Profile(
        name=slot("Ada"), team_size=slot(8), tools=slot(("Gmail", "Slack")), hours_per_week=slot(6.5)
    )
    turn, draft = story.turn(0, "a\x00b \\u0000 \\\x00 \U0001f600"), story.drafted(2)
    batch = [turn, story.answered(turn), story.told(profile), draft, story.linked(3), story.booked(4)]

    await leadstore.project(*batch)

    transcript = await leadstore.read_model.transcript(story.id)
    (conversation,) = await leadstore.read_model.conversations(after=None, limit=1)
    assert conversation == project({}, batch).after[story.id]
    assert transcript is not None
    assert [message.text for message in transcript.messages] == ["ab \\u0000 \\ \U0001f600", "Hi there."]
    assert (transcript.profile, transcript.proposal) == (profile, draft.data.proposal)


async def test_a_batch_that_fails_leaves_nothing_behind(leadstore: Leadstore) -> None:
    story = Story()
    batch = [story.turn(0), story.drafted(2)]

    with pytest.raises(ZeroDivisionError):
        async with leadstore.store.batch() as open_batch:
            claim = await open_batch.claim(batch)
            await open_batch.save(project(claim.known, batch), [])
            raise ZeroDivisionError

    assert set((await leadstore.counts()).values()) == {0}


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

    outcomes = await asyncio.gather(
        leadstore.project(*batch), leadstore.project(*reversed(batch)), return_exceptions=True
    )

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


async def test_erasing_deletes_the_words_for_good_and_keeps_the_cost(leadstore: Leadstore) -> None:
    story, other = Story(), Story()
    turn = story.turn(0, "my secret")
    draft = story.drafted(2, agent_name="my secret", tokens=(700, 120), cost_usd=0.003)
    told = story.told(Profile(name=slot("my secret")))
    await leadstore.project(turn, told, draft, story.failed(turn), other.turn(0))

    await leadstore.project(story.erased(5))
    await leadstore.project(story.turn(6, "my secret"), story.answered(turn, reply="my secret"))

    for table in (tables.conversation, tables.message, tables.failed_turn, tables.proposal):
        assert "my secret" not in str(await leadstore.rows(table))
    assert (await leadstore.counts())["message"] == 1
    assert await leadstore.read_model.proposals(story.id) is None
    (day,) = await read_funnel(NOON.date(), NOON.date(), leadstore.read_model)
    assert day.model_cost_usd == 0.003


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
