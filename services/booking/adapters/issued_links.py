"""Remembers in Redis which link a conversation was given."""

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


class RedisIssuedLinks:
    """One key a conversation, forgotten by itself."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def find(self, conversation_id: UUID) -> Link | None:
        """The link this conversation was given, None when there is none that can be read."""
        try:
            with translate_redis_errors():
                kept = await self._redis.get(_key(conversation_id))
        except RedisUnavailable as error:
            raise LinksUnreachable(f"cannot read the link of {conversation_id}: {describe(error)}") from error
        try:
            return Link.model_validate_json(kept) if kept else None
        except ValidationError:
            return None

    async def keep(self, conversation_id: UUID, link: Link) -> None:
        """Keep a link for as long as it makes sense to give it out again."""
        kept_s = SINGLE_USE_KEPT_S if link.single_use else FALLBACK_KEPT_S
        try:
            with translate_redis_errors():
                await self._redis.set(_key(conversation_id), link.model_dump_json(), ex=kept_s)
        except RedisUnavailable as error:
            raise LinksUnreachable(f"cannot keep the link of {conversation_id}: {describe(error)}") from error


def _key(conversation_id: UUID) -> str:
    return f"booking-link:{conversation_id}"
