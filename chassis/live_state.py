"""Deletes what Redis holds of a conversation."""

from collections.abc import Sequence
from uuid import UUID

from redis.asyncio import Redis

from chassis.redis import translate_redis_errors
from contracts.live_state import ERASED_FOR_S, erased_key, keys_of


class RedisLiveState:
    """The live state that all services keep in one Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def forget(
        self, conversation_id: UUID, turn_ids: Sequence[UUID], request_ids: Sequence[UUID]
    ) -> None:
        """Delete every key of a conversation, and note that it was erased.

        Raises:
            RedisUnavailable: not known to be done; do it again.
        """
        keys = keys_of(conversation_id, turn_ids, request_ids)
        with translate_redis_errors():
            # First the note: whoever reads it writes nothing new.
            await self._redis.set(erased_key(conversation_id), 1, ex=ERASED_FOR_S)
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key in keys:
                    # One key a command: they lie in different slots of a cluster.
                    pipeline.unlink(key)
                await pipeline.execute()
