"""The use case: a batch in, tables and lead changes out."""

from contracts.values import LeadStatus
from tests.unit.leadstore.builders import Story
from tests.unit.leadstore.fakes import MemoryLeadStore, projected


async def test_a_batch_tells_once_of_each_lead_that_changed() -> None:
    first, second = Story(), Story()

    published = await projected(
        MemoryLeadStore(), first.turn(0), second.turn(0), first.drafted(2), first.linked(3)
    )

    assert {event.data.conversation_id for event in published} == {first.id, second.id}
    assert len(published) == 2


async def test_a_lead_change_names_the_event_that_led_to_it() -> None:
    story = Story()
    turn, draft = story.turn(0), story.drafted(2)

    (published,) = await projected(MemoryLeadStore(), turn, draft)

    assert published.causation_id == draft.id
    assert published.data.lead.status is LeadStatus.PROPOSED


async def test_the_same_batch_gives_lead_changes_of_the_same_id() -> None:
    story = Story()
    batch = (story.turn(0), story.drafted(2))

    (first,) = await projected(MemoryLeadStore(), *batch)
    (again,) = await projected(MemoryLeadStore(), *batch)

    assert first.id == again.id


async def test_lead_changes_of_a_conversation_are_numbered() -> None:
    story, store = Story(), MemoryLeadStore()

    (first,) = await projected(store, story.turn(0))
    (second,) = await projected(store, story.drafted(2))

    assert first.sequence is not None and second.sequence is not None
    assert first.sequence < second.sequence


async def test_a_newer_lead_change_stands_for_one_that_never_got_out() -> None:
    story, store = Story(), MemoryLeadStore()
    await projected(store, story.turn(0))

    (published,) = await projected(store, story.drafted(2))

    assert published.data.changed == ("status", "stage", "source", "started_at", "proposal", "tier")
    assert store.unpublished == [published]
