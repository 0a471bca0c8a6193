"""The reply stream in Redis: coalesced, in one round trip, and quiet when Redis is away."""

import asyncio
from uuid import UUID

import structlog
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.reply_stream import (
    DATA_FIELD,
    EXPIRES_AFTER_S,
    KIND_FIELD,
    Done,
    Failed,
    Frame,
    FrameKind,
    Reset,
    Text,
    reply_key,
)

logger = structlog.get_logger()

# Nobody sees these waits, but they join a model's tokens: a write costs more than all the tokens in it.
_FIRST_WORDS_WAIT_S = 0.03
_MORE_WORDS_WAIT_S = 0.08
# All frames or none: Redis refuses an id that is not the highest, and what is refused must not be heard
# either. Returns the newest id then, otherwise nothing.
_ADD_FRAMES = f"""
for at = 2, #ARGV, 4 do
    local kind, data = ARGV[at + 1], ARGV[at + 2]
    local added = redis.pcall('XADD', KEYS[1], ARGV[at], '{KIND_FIELD}', kind, '{DATA_FIELD}', data)
    if type(added) == 'table' then
        return redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
    end
    redis.call('PUBLISH', KEYS[1], ARGV[at + 3])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return false
"""


class RedisReplyStream:
    """The ReplyStream port."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._add_frames = redis.register_script(_ADD_FRAMES)

    def open(self, turn_id: UUID) -> "RedisReplyWriter":
        """See the port."""
        return RedisReplyWriter(self._redis, self._add_frames, turn_id)

    def go_on(self, turn_id: UUID, *, after: str) -> "RedisReplyWriter":
        """See the port."""
        return RedisReplyWriter(self._redis, self._add_frames, turn_id, after=after)


class RedisReplyWriter:
    """The ReplyWriter port.

    Frames get the explicit ids `<attempt>-<n>`. Redis refuses an id that is not the highest, which is how a
    later attempt learns of an earlier one: it takes the next attempt number and begins with `reset`. The
    earlier one, should it live on, is refused from then on.
    """

    def __init__(self, redis: Redis, add_frames: AsyncScript, turn_id: UUID, *, after: str = "") -> None:
        self._redis = redis
        self._add_frames = add_frames
        self._key = reply_key(turn_id)
        self._attempt = 1
        self._count = 0
        self._has_written = False
        self._after = after
        self._waiting_text: list[str] = []
        self._flush: asyncio.Task[None] | None = None
        self._order = asyncio.Lock()

    async def append(self, text: str) -> None:
        """See the port."""
        self._waiting_text.append(text)
        if self._flush is None:
            self._flush = asyncio.create_task(self._flush_soon())

    async def flush(self) -> None:
        """See the port."""
        self._cancel_flush()
        await self._write(self._take_text())

    async def replace(self, text: str) -> None:
        """See the port."""
        self._waiting_text.clear()
        await self._write([(FrameKind.REPLACE, Text(text=text))])

    async def finish(self, done: Done) -> None:
        """See the port."""
        await self._end(FrameKind.DONE, done)

    async def fail(self, failed: Failed) -> None:
        """See the port."""
        await self._end(FrameKind.ERROR, failed)

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_MORE_WORDS_WAIT_S if self._has_written else _FIRST_WORDS_WAIT_S)
        self._flush = None
        await self._write(self._take_text())

    async def _end(self, kind: FrameKind, data: BaseModel) -> None:
        self._cancel_flush()
        await self._write([*self._take_text(), (kind, data)])

    def _cancel_flush(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None

    def _take_text(self) -> list[tuple[FrameKind, BaseModel]]:
        text = "".join(self._waiting_text)
        self._waiting_text.clear()
        return [(FrameKind.DELTA, Text(text=text))] if text else []

    async def _write(self, steps: list[tuple[FrameKind, BaseModel]]) -> None:
        if not steps:
            return
        async with self._order:
            try:
                with translate_redis_errors():
                    await self._send(steps)
            except RedisUnavailable as error:
                logger.warning("reply_stream_unavailable", error=describe(error))

    async def _send(self, steps: list[tuple[FrameKind, BaseModel]]) -> None:
        if not self._has_written and self._after:
            steps = await self._find_place(self._after, steps)
        newest = await self._add(steps)
        if newest and self._has_written:
            logger.info("reply_overtaken", newest=newest)
        elif newest:
            self._attempt, self._count = _position(newest)[0] + 1, 0
            await self._add([(FrameKind.RESET, Reset(attempt=self._attempt)), *steps])
        self._has_written = True

    async def _find_place(
        self, after: str, steps: list[tuple[FrameKind, BaseModel]]
    ) -> list[tuple[FrameKind, BaseModel]]:
        newest = await self._redis.xrevrange(self._key, count=1)
        if not newest:
            return [(FrameKind.DELTA, Text(text=after)), *steps]
        self._attempt, self._count = _position(str(newest[0][0]))
        return steps

    async def _add(self, steps: list[tuple[FrameKind, BaseModel]]) -> str | None:
        """Add frames in one round trip; the newest id when there are later ones already."""
        arguments: list[str | int] = [EXPIRES_AFTER_S]
        for kind, data in steps:
            self._count += 1
            frame = Frame(f"{self._attempt}-{self._count}", kind, data.model_dump_json())
            arguments += [frame.id, frame.kind.value, frame.data, frame.to_channel()]
        newest: str | None = await self._add_frames(keys=[self._key], args=arguments)
        return newest


def _position(frame_id: str) -> tuple[int, int]:
    attempt, _, count = frame_id.partition("-")
    return int(attempt), int(count)
