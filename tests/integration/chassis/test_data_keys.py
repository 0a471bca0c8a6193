"""Every conversation has its key, in every process the same; once destroyed, it is for none of them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.data_keys import (
    DataKey,
    DataKeyDestroyed,
    DataKeyNotLoaded,
    DataKeys,
    DataKeySecretUnfit,
    DataKeyUnknown,
)
from chassis.data_keys.key_cache import KEPT_FOR_S
from chassis.data_keys.key_table import KeyTable
from chassis.data_keys.wrapping import KeyWrapping
from chassis.postgres import DatabaseUnavailable, make_engine
from chassis.settings import DatabaseSettings
from contracts.cloudevent import MalformedEvent
from tests.support.data_keys import SECRET, KeyProcesses, create_key_table

WORDS, BOUND = b"I run Ravenscroft Orchids.", b"of this event"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    await asyncio.to_thread(create_key_table, database_url)
    engine = make_engine(DatabaseSettings(database_url=SecretStr(database_url)))
    yield engine
    await engine.dispose()


@pytest.fixture
def processes(engine: AsyncEngine) -> KeyProcesses:
    return KeyProcesses(engine)


async def opened(keys: DataKeys, key_id: UUID, conversation_id: UUID, sealed: bytes) -> bytes:
    await keys.load({key_id: conversation_id})
    return keys.held(key_id).open(sealed, BOUND)


async def erase(keys: DataKeys, engine: AsyncEngine, *conversation_ids: UUID) -> int:
    async with engine.begin() as connection:
        count = await keys.destroy(connection, conversation_ids)
    keys.forget(conversation_ids)
    return count


async def spare_key(engine: AsyncEngine, conversation_id: UUID) -> DataKey:
    """A stored key that a process without its database gave to a conversation."""
    (spare,) = await KeyTable(engine, KeyWrapping(SECRET)).add_spares(1)
    return DataKey(spare.id, conversation_id, spare.cipher)


async def test_two_processes_that_begin_a_conversation_at_once_have_one_key(processes: KeyProcesses) -> None:
    talk, one, two = uuid4(), processes.make(), processes.make()
    first, second = await asyncio.gather(one.key_for(talk), two.key_for(talk))
    assert first.id == second.id == talk
    assert await opened(processes.make(), talk, talk, first.seal(WORDS, BOUND)) == WORDS
    assert second.open(first.seal(WORDS, BOUND), BOUND) == WORDS


@pytest.mark.parametrize("changed", ["a bit", "the event", "cut short", "another conversation's key"])
async def test_what_was_changed_does_not_open(processes: KeyProcesses, changed: str) -> None:
    keys = processes.make()
    key, other = await keys.key_for(uuid4()), await keys.key_for(uuid4())
    sealed = bytearray(key.seal(WORDS, BOUND))
    if changed == "a bit":
        sealed[-1] ^= 1
    if changed == "cut short":
        del sealed[9:]
    opener = other if changed.startswith("another") else key
    with pytest.raises(MalformedEvent):
        opener.open(bytes(sealed), b"of another event" if changed == "the event" else BOUND)


async def test_a_destroyed_key_is_gone_from_every_process_and_comes_never_again(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    talk, other_talk, here, elsewhere = uuid4(), uuid4(), processes.make(), processes.make()
    sealed = (await here.key_for(talk)).seal(WORDS, BOUND)
    kept = (await here.key_for(other_talk)).seal(WORDS, BOUND)
    assert await opened(elsewhere, talk, talk, sealed) == WORDS

    assert await erase(here, engine, talk) == 1

    processes.let_memory_pass()
    for keys in (here, elsewhere, processes.make()):
        with pytest.raises(DataKeyDestroyed):
            await opened(keys, talk, talk, sealed)
        with pytest.raises(DataKeyDestroyed):
            await keys.key_for(talk)
        assert await opened(keys, other_talk, other_talk, kept) == WORDS
    # Whoever does it again finds nothing left to destroy.
    assert await erase(here, engine, talk) == 0


async def test_keys_in_use_are_read_once_and_still_go_when_they_are_destroyed(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    talk, erased, keys = uuid4(), uuid4(), processes.make()
    kept = await keys.key_for(talk)
    await keys.key_for(erased)
    for _ in range(5):
        processes.now_s += KEPT_FOR_S / 2
        await keys.confirm_kept()
        assert keys.kept_for(talk) is kept
    await erase(processes.make(), engine, erased)
    await keys.confirm_kept()
    assert (keys.kept_for(talk), keys.kept_for(erased)) == (kept, None)
    # Nobody said for so long that it is alive, as in an outage.
    processes.let_memory_pass()
    assert keys.kept_for(talk) is None


async def test_an_erase_that_is_rolled_back_destroys_nothing(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    talk, keys = uuid4(), processes.make()
    sealed = (await keys.key_for(talk)).seal(WORDS, BOUND)
    async with engine.connect() as connection:
        await keys.destroy(connection, [talk])
        await connection.rollback()
    assert await opened(processes.make(), talk, talk, sealed) == WORDS


async def test_a_conversation_of_before_there_were_keys_gets_none_once_it_is_erased(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    talk, keys = uuid4(), processes.make()
    assert await erase(keys, engine, talk) == 0
    with pytest.raises(DataKeyDestroyed):
        await keys.key_for(talk)


async def test_a_spare_key_that_a_restored_database_has_lost_is_given_to_nobody(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    gateway = processes.make(spares=2)
    await gateway._fill_spares()
    lost, kept = gateway._spares
    await KeyTable(engine, KeyWrapping(SECRET)).remove_spares([lost])

    await gateway.confirm_kept()

    gateway._table = processes.make(is_cut=True)._table
    assert (await gateway.key_for(uuid4())).id == kept.id
    with pytest.raises(DatabaseUnavailable):
        await gateway.key_for(uuid4())


async def test_without_the_database_a_spare_key_serves_and_an_erase_reaches_it(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    talk, gateway, reader = uuid4(), processes.make(spares=3), processes.make()
    await gateway._fill_spares()
    gateway._table = processes.make(is_cut=True)._table
    spare = await gateway.key_for(talk)
    assert spare.id != talk and await gateway.key_for(talk) is spare
    sealed = spare.seal(WORDS, BOUND)
    assert await opened(reader, spare.id, talk, sealed) == WORDS
    # A second conversation cannot be read with it.
    with pytest.raises(DataKeyNotLoaded):
        processes.make().held(spare.id)
    await reader.load({spare.id: uuid4()})
    assert reader.held(spare.id).conversation_id == talk

    await erase(reader, engine, talk)

    processes.let_memory_pass()
    with pytest.raises(DataKeyDestroyed):
        await opened(reader, spare.id, talk, sealed)
    # Two are left.
    assert {(await gateway.key_for(uuid4())).id for _ in range(2)}.isdisjoint({spare.id})
    with pytest.raises(DatabaseUnavailable):
        await gateway.key_for(uuid4())


async def test_a_spare_key_that_comes_after_the_erase_opens_nothing_and_is_destroyed(
    processes: KeyProcesses, engine: AsyncEngine
) -> None:
    talk, keys = uuid4(), processes.make()
    late = await spare_key(engine, talk)
    await erase(keys, engine, talk)
    with pytest.raises(DataKeyDestroyed):
        await opened(keys, late.id, talk, late.seal(WORDS, BOUND))

    await keys._table.tidy()

    async with engine.connect() as connection:
        left = sa.text("SELECT count(key) FROM privacy.data_key WHERE conversation_id = :talk")
        assert await connection.scalar(left, {"talk": talk}) == 0


async def test_a_key_that_nobody_stored_is_unknown(processes: KeyProcesses) -> None:
    keys = processes.make()
    with pytest.raises(DataKeyUnknown):
        await opened(keys, uuid4(), uuid4(), b"")


async def test_a_new_secret_takes_over_the_keys_of_the_old_one(processes: KeyProcesses) -> None:
    talk, new = uuid4(), "the-secret-of-tomorrow"
    sealed = (await processes.make().key_for(talk)).seal(WORDS, BOUND)
    with pytest.raises(DataKeySecretUnfit):
        await opened(processes.make(secret=new), talk, talk, sealed)
    rotated = processes.make(secret=new, previous_data_key_secrets=[SECRET])
    assert await opened(rotated, talk, talk, sealed) == WORDS

    await rotated._table.tidy()

    assert await opened(processes.make(secret=new), talk, talk, sealed) == WORDS
    with pytest.raises(DataKeySecretUnfit):
        await opened(processes.make(), talk, talk, sealed)
