"""What is remembered in Redis is what the fake remembers."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chassis.live_state import RedisLiveState
from chassis.redis import RedisUnavailable
from contracts.live_state import erased_key, keys_of
from devstack.ports import free_port
from services.gateway.adapters.redis_idempotency_store import RedisIdempotencyStore
from services.gateway.domain import SESSION_TTL_S, OpeningRequest
from services.gateway.ports import IdempotencyStore
from tests.support.gateway_fakes import FakeIdempotencyStore


@pytest.fixture(params=["redis", "fake"])
def store(request: pytest.FixtureRequest, redis: Redis) -> IdempotencyStore:
    return RedisIdempotencyStore(redis) if request.param == "redis" else FakeIdempotencyStore()


async def test_the_first_claim_and_the_first_opening_win_and_others_are_told(store: IdempotencyStore) -> None:
    turn_id, first = uuid4(), OpeningRequest(uuid4(), uuid4(), "hello")
    assert await store.claim(turn_id, "hello") is None
    for text in ("hello", "goodbye"):
        assert await store.claim(turn_id, text) == "hello"
    assert await store.claim(uuid4(), "hello") is None
    assert await store.claim_opening(first) is None
    for text in ("hello", "goodbye"):
        assert await store.claim_opening(OpeningRequest(first.id, uuid4(), text)) == first


async def test_a_conversation_has_its_first_session_and_the_latest_sequence(store: IdempotencyStore) -> None:
    conversation_id = uuid4()
    assert not await store.is_bound(conversation_id)
    assert await store.latest_sequence(conversation_id) is None

    bound = [await store.bind_session(conversation_id, name) for name in ("one", "other", "one")]
    for sequence in (3, 8):
        await store.note_sequence(conversation_id, sequence)

    assert bound == ["one"] * 3
    assert await store.is_bound(conversation_id)
    assert await store.latest_sequence(conversation_id) == 8


async def test_a_conversation_that_is_about_to_be_erased_is_known(store: IdempotencyStore) -> None:
    conversation_id = uuid4()
    assert not await store.is_erased(conversation_id)
    await store.note_erasing(conversation_id)
    assert await store.is_erased(conversation_id)
    assert not await store.is_erased(uuid4())


async def test_of_an_erased_conversation_only_that_is_remembered(redis: Redis) -> None:
    store, conversation_id, turn_id, request_id = RedisIdempotencyStore(redis), uuid4(), uuid4(), uuid4()
    other = uuid4()
    for key in keys_of(conversation_id, [turn_id], [request_id]) + keys_of(other, [], []):
        await redis.set(key, "something that was said")

    for _ in range(2):
        await RedisLiveState(redis).forget(conversation_id, [turn_id], [request_id])

    names = {str(conversation_id), str(turn_id), str(request_id)}
    left = [key for key in await redis.keys() if any(name in key for name in names)]
    assert left == [erased_key(conversation_id)]
    assert await store.is_erased(conversation_id)
    assert 0 < await redis.ttl(erased_key(conversation_id)) <= SESSION_TTL_S
    assert await store.is_bound(other)


async def test_nothing_is_remembered_for_ever(redis: Redis) -> None:
    store, turn_id, conversation_id = RedisIdempotencyStore(redis), uuid4(), uuid4()
    await store.claim(turn_id, "hello")
    await store.note_sequence(conversation_id, 3)
    await store.claim_opening(OpeningRequest(turn_id, conversation_id, "hello"))
    await store.bind_session(conversation_id, "one")

    day_s = 24 * 60 * 60
    kept = {f"opening:{turn_id}": day_s, f"claim:{turn_id}": day_s}
    kept |= {f"session:{conversation_id}": SESSION_TTL_S, f"sequence:{conversation_id}": 600}
    for name, longest_s in kept.items():
        assert 0 < await redis.ttl(name) <= longest_s, name


async def test_a_server_that_is_away_is_told_as_such() -> None:
    async with Redis(port=free_port(), decode_responses=True) as redis:
        store = RedisIdempotencyStore(redis)

        opening = store.claim_opening(OpeningRequest(uuid4(), uuid4(), "hello"))
        claims = (store.claim(uuid4(), "hello"), store.bind_session(uuid4(), "one"), store.is_bound(uuid4()))
        sequences = (store.note_sequence(uuid4(), 1), store.latest_sequence(uuid4()))
        answers = await asyncio.gather(opening, *claims, *sequences, return_exceptions=True)

    assert [type(answer) for answer in answers] == [RedisUnavailable] * 6


async def test_a_verified_visitor_has_a_newest_conversation_and_somebody_elses_stays_theirs(
    store: IdempotencyStore,
) -> None:
    first, second, ada, bob = uuid4(), uuid4(), uuid4().hex, uuid4().hex
    assert await store.conversation_of(ada) is None
    for conversation_id in (first, second, first):
        await store.remember_identity(ada, conversation_id)
    await store.remember_identity(bob, first)

    assert await store.conversation_of(ada) == first
    assert await store.conversation_of(bob) is None
