"""Opens writers, and writes again what Redis did not take in time."""

import asyncio
from collections import deque
from uuid import UUID
from weakref import WeakSet

import structlog
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

from chassis.errors import FencedOut, describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from chassis.reply_stream.scripts import ADD_FRAMES, REFUSE_FENCED
from chassis.reply_stream.writer import WRITES_WITHIN_S, RedisReplyWriter
from contracts.leases import Fence, speaker_lease_key

logger = structlog.get_logger()

_SUSPENDED_FOR_S = 1.0
# Ends of replies that are written once Redis is back. By then readers have them from the read model; these
# are for those who come back later.
_MAX_OVERDUE = 1_000
_OVERDUE_FOR_S = 60.0
_RETRY_AFTER_S = 0.5


class RedisReplyStream:
    """Opens the writer of a turn's reply."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.add_frames = redis.register_script(ADD_FRAMES)
        self._refuse_fenced = redis.register_script(REFUSE_FENCED)
        self._writers: WeakSet[RedisReplyWriter] = WeakSet()
        self._suspended_until_s = 0.0
        self._overdue: deque[tuple[float, RedisReplyWriter]] = deque(maxlen=_MAX_OVERDUE)
        self._writing_overdue: asyncio.Task[None] | None = None

    def open(self, turn_id: UUID, fence: Fence | None = None) -> RedisReplyWriter:
        """A writer for this turn; its first write resets the text of earlier attempts."""
        return self._opened(RedisReplyWriter(self, turn_id, fence))

    def go_on(self, turn_id: UUID, fence: Fence | None = None, *, after: str) -> RedisReplyWriter:
        """A writer that continues after the text `after`, which is written again only if it was lost."""
        return self._opened(RedisReplyWriter(self, turn_id, fence, after=after))

    async def check(self, fence: Fence) -> None:
        """Return unless a higher fence is known; Redis may be away.

        Raises:
            FencedOut: somebody else speaks in this conversation.
        """
        try:
            with translate_redis_errors():
                async with asyncio.timeout(WRITES_WITHIN_S):
                    key = speaker_lease_key(fence.conversation_id)
                    lease = await self._refuse_fenced(keys=[key, key], args=["", "", fence.number])
        except RedisUnavailable as error:
            self.note_failure(error)
            return
        if lease is not None:
            raise FencedOut(int(lease[0]), lease[1])

    def fence_out(self, fence: Fence, name: str) -> None:
        """Stop every writer of the conversation with a lower fence: a claim is known from elsewhere."""
        for writer in list(self._writers):
            writer.fence_out(fence, name)

    def _opened(self, writer: RedisReplyWriter) -> RedisReplyWriter:
        if writer.fence is not None:
            self._writers.add(writer)
        return writer

    @property
    def is_suspended(self) -> bool:
        """Whether writes are skipped for a moment, because Redis did not answer the last one in time."""
        return asyncio.get_running_loop().time() < self._suspended_until_s

    def note_failure(self, error: RedisUnavailable) -> None:
        """Note a failed write: after a timeout, not after a refusal, writes are skipped for a moment."""
        logger.warning("reply_stream_unavailable", error=describe(error))
        if isinstance(error.__cause__, TimeoutError | RedisTimeout):
            self._suspended_until_s = asyncio.get_running_loop().time() + _SUSPENDED_FOR_S

    def note_overdue(self, writer: RedisReplyWriter) -> None:
        """Note that the end of this reply could not be written; it is retried for a minute."""
        self._overdue.append((asyncio.get_running_loop().time() + _OVERDUE_FOR_S, writer))
        if self._writing_overdue is None or self._writing_overdue.done():
            self._writing_overdue = asyncio.create_task(self._write_overdue())

    async def _write_overdue(self) -> None:
        while self._overdue:
            await asyncio.sleep(_RETRY_AFTER_S)
            now_s, tried = asyncio.get_running_loop().time(), list(self._overdue)
            self._overdue.clear()
            is_back = True
            for until_s, writer in tried:
                is_back = is_back and await writer.write_again()
                if not is_back and until_s > now_s:
                    self._overdue.append((until_s, writer))
