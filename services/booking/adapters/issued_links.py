"""Stores which link a conversation got: in Redis, and in this process while Redis is unavailable."""

import time
from collections.abc import Callable
from uuid import UUID

from pydantic import ValidationError
from redis.asyncio import Redis

from chassis.errors import describe
from chassis.kafka.telemetry import headers_of_context, link_to
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.cloudevent import TRACEPARENT
from contracts.live_state import booking_link_key, booking_trace_key
from services.booking.domain import Link
from services.booking.errors import IssuedLinksUnavailable

# A visitor who asks again a day later may have used the link, and a used link books nothing.
SINGLE_USE_TTL_S = 24 * 60 * 60
# Long enough for a redelivery; after it the calendar is asked again.
PUBLIC_LINK_TTL_S = 10 * 60
# A demo is booked days after its link was issued, in another trace.
_TRACE_TTL_S = 30 * 24 * 60 * 60
_MAX_IN_MEMORY = 1_000


class RedisIssuedLinks:
    """The IssuedLinks port on Redis: one key for each conversation, which expires.

    While Redis is unavailable, a request that is retried finds the link that this process has just made.
    """

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._local: dict[UUID, tuple[Link, float]] = {}

    async def find(self, conversation_id: UUID) -> Link | None:
        """The link that this conversation got; None when there is none or it cannot be parsed."""
        try:
            with translate_redis_errors():
                kept = await self._redis.get(booking_link_key(conversation_id))
        except RedisUnavailable as error:
            if (own := self._find_local(conversation_id)) is not None:
                return own
            raise IssuedLinksUnavailable(
                f"cannot read the link of {conversation_id}: {describe(error)}"
            ) from error
        try:
            return Link.model_validate_json(kept) if kept else None
        except ValidationError:
            return None

    async def save(self, conversation_id: UUID, link: Link) -> None:
        """Save a link for as long as it may be issued again."""
        ttl_s = SINGLE_USE_TTL_S if link.single_use else PUBLIC_LINK_TTL_S
        self._local.pop(conversation_id, None)
        self._local[conversation_id] = (link, self._clock() + ttl_s)
        if len(self._local) > _MAX_IN_MEMORY:
            del self._local[next(iter(self._local))]
        try:
            with translate_redis_errors():
                async with self._redis.pipeline(transaction=False) as batch:
                    batch.set(booking_link_key(conversation_id), link.model_dump_json(), ex=ttl_s)
                    if trace := headers_of_context().get(TRACEPARENT):
                        batch.set(booking_trace_key(conversation_id), trace, ex=_TRACE_TTL_S)
                    await batch.execute()
        except RedisUnavailable as error:
            raise IssuedLinksUnavailable(
                f"cannot save the link of {conversation_id}: {describe(error)}"
            ) from error

    async def forget(self, conversation_id: UUID) -> None:
        """Delete the key, and what this process has of it.

        What is done now is linked to the trace in which the link was issued.
        """
        self._local.pop(conversation_id, None)
        try:
            with translate_redis_errors():
                if trace := await self._redis.get(booking_trace_key(conversation_id)):
                    link_to(trace if isinstance(trace, str) else trace.decode())
                await self._redis.unlink(booking_link_key(conversation_id))
        except RedisUnavailable as error:
            raise IssuedLinksUnavailable(
                f"cannot forget the link of {conversation_id}: {describe(error)}"
            ) from error

    def _find_local(self, conversation_id: UUID) -> Link | None:
        link, until_s = self._local.get(conversation_id, (None, 0.0))
        return link if self._clock() < until_s else None
