"""Remembers which link a conversation was given: in Redis, and in this process while Redis is away."""

import time
from collections.abc import Callable
from uuid import UUID

from pydantic import ValidationError
from redis.asyncio import Redis

from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from services.booking.domain import Link
from services.booking.errors import LinksUnreachable

# A day later a visitor who asks again may have used the link, and a used one books nothing.
SINGLE_USE_KEPT_S = 24 * 60 * 60
# Long enough for a redelivery; soon after it the calendar deserves another try.
FALLBACK_KEPT_S = 10 * 60
_MOST_IN_MEMORY = 1_000


class RedisIssuedLinks:
    """One key a conversation, forgotten by itself.

    While Redis is away a request that is tried again finds the link that this process has just made.
    """

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._own: dict[UUID, tuple[Link, float]] = {}

    async def find(self, conversation_id: UUID) -> Link | None:
        """The link this conversation was given, None when there is none that can be read."""
        try:
            with translate_redis_errors():
                kept = await self._redis.get(_key(conversation_id))
        except RedisUnavailable as error:
            if (own := self._remembered(conversation_id)) is not None:
                return own
            raise LinksUnreachable(f"cannot read the link of {conversation_id}: {describe(error)}") from error
        try:
            return Link.model_validate_json(kept) if kept else None
        except ValidationError:
            return None

    async def keep(self, conversation_id: UUID, link: Link) -> None:
        """Keep a link for as long as it makes sense to give it out again."""
        kept_s = SINGLE_USE_KEPT_S if link.single_use else FALLBACK_KEPT_S
        self._own.pop(conversation_id, None)
        self._own[conversation_id] = (link, self._clock() + kept_s)
        if len(self._own) > _MOST_IN_MEMORY:
            del self._own[next(iter(self._own))]
        try:
            with translate_redis_errors():
                await self._redis.set(_key(conversation_id), link.model_dump_json(), ex=kept_s)
        except RedisUnavailable as error:
            raise LinksUnreachable(f"cannot keep the link of {conversation_id}: {describe(error)}") from error

    def _remembered(self, conversation_id: UUID) -> Link | None:
        link, until_s = self._own.get(conversation_id, (None, 0.0))
        return link if self._clock() < until_s else None


def _key(conversation_id: UUID) -> str:
    return f"booking-link:{conversation_id}"
