"""What every store of conversations promises: on PostgreSQL, with a memory in front, and the fake."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.dialogue.domain.changes import Loaded, TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import StaleConversation
from tests.integration.dialogue.changes import NOW, a_change, an_event
from tests.integration.dialogue.conftest import Stored


@pytest.fixture(params=["in_postgres", "remembered", "in_memory"])
def stored(request: pytest.FixtureRequest) -> Stored:
    found: Stored = request.getfixturevalue(request.param)
    return found


async def test_what_was_saved_comes_back_with_the_next_version_and_one_outcome_for_its_turns(stored: Stored):
    turn_ids = [uuid4() for _ in range(3)]
    change, other = a_change(new_turns=turn_ids, reply="Nice to meet you."), a_change()
    identity = change.conversation.conversation_id
    assert await stored.store.load(identity, *turn_ids) == Loaded(None, 0)

    for each in (change, other):
        await stored.store.save(each)

    loaded = await stored.store.load(identity, *turn_ids, uuid4())
    assert loaded == Loaded(change.conversation, 1, dict.fromkeys(turn_ids, change.outcome))
    assert (await stored.store.load(other.conversation.conversation_id, *turn_ids)).outcomes == {}


async def test_waiting_turns_are_settled_and_others_are_left_alone(stored: Stored):
    conversation = Conversation.open(uuid4(), "widget")
    waiting, answered = uuid4(), uuid4()
    first = a_change(conversation, new_turns=[answered], reply="First")
    await stored.store.save(first)
    await stored.store.save(
        a_change(conversation, version=1, new_turns=[waiting], status=TurnStatus.AWAITING)
    )
    settling = a_change(conversation, version=2, settled=[waiting], reply="Here it is")

    await stored.store.save(settling)

    identity = conversation.conversation_id
    assert (await stored.store.load(identity, waiting)).outcomes == {waiting: settling.outcome}
    assert (await stored.store.load(identity, answered)).outcomes == {answered: first.outcome}


@pytest.mark.parametrize("version", [0, 1, 3])
async def test_another_version_than_the_stored_one_is_refused_whole(stored: Stored, version: int):
    conversation, turn_id = Conversation.open(uuid4(), "widget"), uuid4()
    await stored.store.save(a_change(conversation))
    await stored.store.save(a_change(conversation, version=1))
    stale = a_change(
        conversation.model_copy(update={"sequence": 9}),
        version=version,
        new_turns=[turn_id],
        events=[an_event(conversation.conversation_id)],
    )

    with pytest.raises(StaleConversation):
        await stored.store.save(stale)

    assert await stored.store.load(conversation.conversation_id, turn_id) == Loaded(conversation, 2)
    assert await stored.event_ids() == []


async def test_a_conversation_that_was_never_opened_cannot_advance(stored: Stored):
    change = a_change(version=1)

    with pytest.raises(StaleConversation):
        await stored.store.save(change)

    assert await stored.store.load(change.conversation.conversation_id) == Loaded(None, 0)


async def test_events_are_stored_in_their_order_and_each_once(stored: Stored):
    conversation = Conversation.open(uuid4(), "widget")
    events = [an_event(conversation.conversation_id) for _ in range(4)]
    await stored.store.save(a_change(conversation, events=events[:3]))

    await stored.store.save(a_change(conversation, version=1, events=events))

    assert await stored.event_ids() == [event.id for event in events]


async def test_what_is_due_comes_longest_waiting_first_as_long_as_it_is_to_be_looked_after(stored: Stored):
    late, now, not_yet = (a_change(wake_at=NOW - timedelta(seconds=seconds)) for seconds in (20, 0, -10))
    for change in (now, not_yet, late, a_change()):
        await stored.store.save(change)

    ids = [change.conversation.conversation_id for change in (late, now)]
    assert list(await stored.store.due(NOW, 10)) == ids
    assert list(await stored.store.due(NOW, 1)) == ids[:1]
    await stored.store.save(a_change(late.conversation, version=1))
    assert list(await stored.store.due(NOW, 10)) == ids[1:]
