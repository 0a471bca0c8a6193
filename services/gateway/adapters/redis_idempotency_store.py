"""Claims and sequences in Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis

from chassis.redis import translate_redis_errors
from contracts.live_state import (
    ERASED_FOR_S,
    claim_key,
    erased_key,
    identity_key,
    sequence_key,
    session_key,
)
from services.gateway.domain import SESSION_TTL_S, OpeningRequest

_CLAIM_LASTS_S = 24 * 60 * 60
# Far longer than any projection lags; after that a reader need not wait for it.
_SEQUENCE_LASTS_S = 600
# A visitor waits, and all of it can be done without.
_REDIS_TIMEOUT_S = 0.5
_MOST_BOUND = 10_000


class RedisIdempotencyStore:
    """Implements the port IdempotencyStore."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        # A conversation stays bound to its session, so that one of this process need be asked for once.
        self._bound: dict[UUID, str] = {}

    async def claim(self, turn_id: UUID, fingerprint: str) -> str | None:
        async with _in_time():
            earlier = await self._redis.set(
                claim_key(turn_id), fingerprint, nx=True, get=True, ex=_CLAIM_LASTS_S
            )
        return None if earlier is None else str(earlier)

    async def claim_opening(self, opening: OpeningRequest) -> OpeningRequest | None:
        kept = f"{opening.conversation_id} {opening.fingerprint}"
        async with _in_time():
            earlier = await self._redis.set(
                f"opening:{opening.id}", kept, nx=True, get=True, ex=_CLAIM_LASTS_S
            )
        if earlier is None:
            return None
        conversation_id, _, fingerprint = str(earlier).partition(" ")
        return OpeningRequest(opening.id, UUID(conversation_id), fingerprint)

    async def bind_session(self, conversation_id: UUID, session_id: str) -> str:
        if conversation_id in self._bound:
            return self._bound[conversation_id]
        async with _in_time():
            earlier = await self._redis.set(
                session_key(conversation_id), session_id, nx=True, get=True, ex=SESSION_TTL_S
            )
        bound = session_id if earlier is None else str(earlier)
        self._bound[conversation_id] = bound
        if len(self._bound) > _MOST_BOUND:
            del self._bound[next(iter(self._bound))]
        return bound

    async def is_bound(self, conversation_id: UUID) -> bool:
        async with _in_time():
            return bool(await self._redis.exists(session_key(conversation_id)))

    async def note_erasing(self, conversation_id: UUID) -> None:
        async with _in_time():
            await self._redis.set(erased_key(conversation_id), 1, ex=ERASED_FOR_S)

    async def is_erased(self, conversation_id: UUID) -> bool:
        async with _in_time():
            return bool(await self._redis.exists(erased_key(conversation_id)))

    async def is_taken(self, delivery_id: str) -> bool:
        async with _in_time():
            return bool(await self._redis.exists(f"delivery:{delivery_id}"))

    async def note_taken(self, delivery_id: str, lasts: timedelta) -> None:
        async with _in_time():
            await self._redis.set(f"delivery:{delivery_id}", 1, ex=lasts)

    async def remember_identity(self, identity: str, conversation_id: UUID) -> None:
        async with _in_time():
            earlier = await self._redis.set(
                identity_key(conversation_id), identity, nx=True, get=True, ex=SESSION_TTL_S
            )
            if earlier in {None, identity}:
                await self._redis.set(f"identity:{identity}", str(conversation_id), ex=SESSION_TTL_S)

    async def conversation_of(self, identity: str) -> UUID | None:
        async with _in_time():
            found = await self._redis.get(f"identity:{identity}")
        return None if found is None else UUID(str(found))

    async def note_sequence(self, conversation_id: UUID, sequence: int) -> None:
        async with _in_time():
            await self._redis.set(sequence_key(conversation_id), sequence, ex=_SEQUENCE_LASTS_S)

    async def latest_sequence(self, conversation_id: UUID) -> int | None:
        async with _in_time():
            sequence = await self._redis.get(sequence_key(conversation_id))
        return None if sequence is None else int(sequence)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    with translate_redis_errors():
        async with asyncio.timeout(_REDIS_TIMEOUT_S):
            yield
