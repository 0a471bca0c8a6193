"""The reply stream in Redis: coalesced, in one round trip, and quiet when Redis is away."""

import asyncio
from uuid import UUID

import structlog
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import ResponseError

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


class RedisReplyStream:
    """The ReplyStream port."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def open(self, turn_id: UUID) -> "RedisReplyWriter":
        """See the port."""
        return RedisReplyWriter(self._redis, turn_id)

    def go_on(self, turn_id: UUID, *, after: str) -> "RedisReplyWriter":
        """See the port."""
        return RedisReplyWriter(self._redis, turn_id, after=after)


class RedisReplyWriter:
    """The ReplyWriter port.

    Frames get the explicit ids `<attempt>-<n>`. Redis refuses an id that is not the highest, which is how a
    later attempt learns of an earlier one: it takes the next attempt number and begins with `reset`.
    """

    def __init__(self, redis: Redis, turn_id: UUID, *, after: str = "") -> None:
        self._redis = redis
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
                logger.warning("reply_stream_unavailable", error=str(error))

    async def _send(self, steps: list[tuple[FrameKind, BaseModel]]) -> None:
        if not self._has_written and self._after:
            steps = await self._find_place(self._after, steps)
        try:
            await self._pipe(steps)
        except ResponseError:
            if self._has_written:
                raise
            attempt, _ = await self._newest()
            self._attempt, self._count = attempt + 1, 0
            await self._pipe([(FrameKind.RESET, Reset(attempt=self._attempt)), *steps])
        self._has_written = True

    async def _find_place(
        self, after: str, steps: list[tuple[FrameKind, BaseModel]]
    ) -> list[tuple[FrameKind, BaseModel]]:
        attempt, count = await self._newest()
        if attempt:
            self._attempt, self._count = attempt, count
            return steps
        return [(FrameKind.DELTA, Text(text=after)), *steps]

    async def _newest(self) -> tuple[int, int]:
        newest = await self._redis.xrevrange(self._key, count=1)
        if not newest:
            return 0, 0
        attempt, _, count = str(newest[0][0]).partition("-")
        return int(attempt), int(count)

    async def _pipe(self, steps: list[tuple[FrameKind, BaseModel]]) -> None:
        frames = [self._frame(kind, data) for kind, data in steps]
        async with self._redis.pipeline(transaction=True) as pipe:
            for frame in frames:
                pipe.xadd(self._key, {KIND_FIELD: frame.kind.value, DATA_FIELD: frame.data}, id=frame.id)
            pipe.expire(self._key, EXPIRES_AFTER_S)
            for frame in frames:
                pipe.publish(self._key, frame.to_channel())
            await pipe.execute()

    def _frame(self, kind: FrameKind, data: BaseModel) -> Frame:
        self._count += 1
        return Frame(f"{self._attempt}-{self._count}", kind, data.model_dump_json())
