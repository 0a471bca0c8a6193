"""What a process remembers of a conversation is what the database holds, or is not used."""

from uuid import UUID, uuid4

import pytest

from services.dialogue.adapters import RememberingStore
from services.dialogue.domain.changes import Loaded, TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import StaleConversation
from tests.integration.dialogue.changes import a_change
from tests.support.dialogue_fakes import FakeStore


class CountedStore(FakeStore):
    """A store that counts its reads."""

    reads = 0

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        self.reads += 1
        return await super().load(conversation_id, *turn_ids)


@pytest.fixture
def database() -> CountedStore:
    return CountedStore([])


async def test_who_opened_a_conversation_reads_nothing_and_knows_each_of_its_turns(database: CountedStore):
    store, conversation = RememberingStore(database), Conversation.open(uuid4(), "widget")
    first, second, waiting = uuid4(), uuid4(), uuid4()
    changes = [
        a_change(conversation, new_turns=[first], reply="First"),
        a_change(conversation, version=1, new_turns=[second, waiting], status=TurnStatus.AWAITING),
        a_change(conversation.model_copy(update={"sequence": 3}), version=2, settled_turn_ids=[waiting]),
    ]
    for change in changes:
        await store.save(change)

    loaded = await store.load(conversation.conversation_id, first, second, waiting, uuid4())

    assert database.reads == 0
    assert loaded == await database.load(conversation.conversation_id, first, second, waiting)
    # A turn that is not asked for is none of the caller's.
    assert (await store.load(conversation.conversation_id, uuid4())).outcomes == {}


async def test_who_took_a_conversation_over_reads_it_each_time(database: CountedStore):
    opened_elsewhere = a_change(new_turns=[turn_id := uuid4()])
    identity = opened_elsewhere.conversation.conversation_id
    await database.save(opened_elsewhere)
    store = RememberingStore(database)

    await store.save(a_change(opened_elsewhere.conversation, version=1))

    assert (await store.load(identity, turn_id)).outcomes == {turn_id: opened_elsewhere.outcome}
    assert database.reads == 1


async def test_what_another_process_changed_is_refused_and_read_for_the_next_try(database: CountedStore):
    store, conversation = RememberingStore(database), Conversation.open(uuid4(), "widget")
    await store.save(a_change(conversation))
    elsewhere = a_change(conversation, version=1, new_turns=[turn_id := uuid4()])
    await database.save(elsewhere)

    with pytest.raises(StaleConversation):
        await store.save(a_change(conversation, version=1, new_turns=[turn_id]))

    loaded = await store.load(conversation.conversation_id, turn_id)
    assert (loaded.version, loaded.outcomes) == (2, {turn_id: elsewhere.outcome})


async def test_after_a_write_that_may_have_been_lost_the_database_is_asked(database: CountedStore):
    store, conversation = RememberingStore(database), Conversation.open(uuid4(), "widget")
    await store.save(a_change(conversation))
    database.read_only = 1
    with pytest.raises(Exception, match="read-only"):
        await store.save(a_change(conversation, version=1))
    assert ((await store.load(conversation.conversation_id)).version, database.reads) == (1, 1)


async def test_what_was_handed_over_is_read_again(database: CountedStore):
    store, change = RememberingStore(database), a_change()
    await store.save(change)
    store.forget()
    assert ((await store.load(change.conversation.conversation_id)).version, database.reads) == (1, 1)


async def test_what_was_saved_least_recently_is_forgotten(database: CountedStore, monkeypatch):
    monkeypatch.setattr("services.dialogue.adapters.remembering_store._MOST_REMEMBERED", 2)
    store, changes = RememberingStore(database), [a_change() for _ in range(3)]
    identities = [change.conversation.conversation_id for change in changes]
    for change in (*changes[:2], a_change(changes[0].conversation, version=1), changes[2]):
        await store.save(change)

    for identity, reads in zip(identities, (0, 1, 1), strict=True):
        await store.load(identity)
        assert database.reads == reads
