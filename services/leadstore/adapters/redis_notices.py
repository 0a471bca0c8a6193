"""Gives notice over Redis that conversations were projected further, to gateways that follow them."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.conversation_changes import notice_channel
from services.leadstore.adapters.in_process_notifier import InProcessListener, InProcessNotifier

logger = structlog.get_logger()

_MOST_AT_ONCE = 500
_MOST_WAITING = 10_000
_RETRY_AFTER_S = 1.0


class RedisNotices:
    """Implements the port ProjectionNotifier: inside the process, and for all others while `run` runs.

    A projection never waits for Redis, and Redis is not asked whether it is ready: a notice may be lost,
    since whoever follows a conversation also looks for itself now and then. Entering it opens the client.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._own = InProcessNotifier()
        # In the order in which they changed, each once.
        self._changed: dict[UUID, None] = {}
        self._has_changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._redis.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._redis.aclose()

    def notify(self, conversation_ids: Sequence[UUID]) -> None:
        self._own.notify(conversation_ids)
        self._changed |= dict.fromkeys(conversation_ids)
        while len(self._changed) > _MOST_WAITING:
            del self._changed[next(iter(self._changed))]
        self._has_changed.set()

    def listen(self, conversation_id: UUID) -> AbstractContextManager[InProcessListener]:
        return self._own.listen(conversation_id)

    async def run(self) -> None:
        """Background work: publishes notices until cancelled."""
        is_away = False
        while True:
            await self._has_changed.wait()
            self._has_changed.clear()
            try:
                await self._publish_all()
                is_away = False
            except RedisUnavailable as error:
                if not is_away:
                    logger.warning("notices_unpublished", reason=describe(error))
                is_away = True
                await asyncio.sleep(_RETRY_AFTER_S)

    async def _publish_all(self) -> None:
        while self._changed:
            batch = list(self._changed)[:_MOST_AT_ONCE]
            for conversation_id in batch:
                del self._changed[conversation_id]
            with translate_redis_errors():
                async with self._redis.pipeline(transaction=False) as pipe:
                    for conversation_id in batch:
                        pipe.publish(notice_channel(conversation_id), "")
                    await pipe.execute()
