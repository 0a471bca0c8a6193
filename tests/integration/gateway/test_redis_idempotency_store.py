"""What is remembered in Redis is what the fake remembers."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chassis.redis import RedisUnavailable
from devstack.ports import free_port
from services.gateway.adapters.redis_idempotency_store import RedisIdempotencyStore
from services.gateway.domain import SESSION_TTL_S, OpeningRequest
from services.gateway.ports import IdempotencyStore
from tests.support.gateway_fakes import FakeIdempotencyStore


@pytest.fixture(params=["redis", "fake"])
def store(request: pytest.FixtureRequest, redis: Redis) -> Iterator[IdempotencyStore]:
    yield RedisIdempotencyStore(redis) if request.param == "redis" else FakeIdempotencyStore()


async def test_the_first_claim_wins_and_is_told_to_the_others(store: IdempotencyStore) -> None:
    turn_id = uuid4()

    assert await store.claim(turn_id, "hello") is None
    assert await store.claim(turn_id, "hello") == "hello"
    assert await store.claim(turn_id, "goodbye") == "hello"
    assert await store.claim(turn_id, "hello") == "hello"
    assert await store.claim(uuid4(), "hello") is None


async def test_the_first_opening_wins_and_is_told_to_the_others(store: IdempotencyStore) -> None:
    first = OpeningRequest(uuid4(), uuid4(), "hello")
    tomorrow = OpeningRequest(first.id, uuid4(), "hello")

    assert await store.claim_opening(first) is None
    assert await store.claim_opening(tomorrow) == first
    assert await store.claim_opening(OpeningRequest(first.id, uuid4(), "goodbye")) == first


async def test_a_conversation_is_bound_to_the_session_that_comes_first(store: IdempotencyStore) -> None:
    conversation_id = uuid4()

    assert not await store.is_bound(conversation_id)
    assert await store.bind_session(conversation_id, "one") == "one"
    assert await store.bind_session(conversation_id, "other") == "one"
    assert await store.bind_session(conversation_id, "one") == "one"
    assert await store.is_bound(conversation_id)


async def test_the_sequence_noted_last_is_the_latest(store: IdempotencyStore) -> None:
    conversation_id = uuid4()

    assert await store.latest_sequence(conversation_id) is None
    await store.note_sequence(conversation_id, 3)
    await store.note_sequence(conversation_id, 8)

    assert await store.latest_sequence(conversation_id) == 8


async def test_nothing_is_remembered_for_ever(redis: Redis) -> None:
    store, turn_id, conversation_id = RedisIdempotencyStore(redis), uuid4(), uuid4()
    await store.claim(turn_id, "hello")
    await store.note_sequence(conversation_id, 3)
    await store.claim_opening(OpeningRequest(turn_id, conversation_id, "hello"))
    await store.bind_session(conversation_id, "one")

    assert 0 < await redis.ttl(f"opening:{turn_id}") <= 24 * 60 * 60
    assert 0 < await redis.ttl(f"session:{conversation_id}") <= SESSION_TTL_S
    assert 0 < await redis.ttl(f"claim:{turn_id}") <= 24 * 60 * 60
    assert 0 < await redis.ttl(f"sequence:{conversation_id}") <= 600


async def test_a_server_that_is_away_is_told_as_such() -> None:
    async with Redis(port=free_port(), decode_responses=True) as redis:
        store = RedisIdempotencyStore(redis)

        with pytest.raises(RedisUnavailable):
            await store.claim(uuid4(), "hello")
        with pytest.raises(RedisUnavailable):
            await store.note_sequence(uuid4(), 1)
        with pytest.raises(RedisUnavailable):
            await store.latest_sequence(uuid4())
        with pytest.raises(RedisUnavailable):
            await store.claim_opening(OpeningRequest(uuid4(), uuid4(), "hello"))
        with pytest.raises(RedisUnavailable):
            await store.bind_session(uuid4(), "one")
        with pytest.raises(RedisUnavailable):
            await store.is_bound(uuid4())
