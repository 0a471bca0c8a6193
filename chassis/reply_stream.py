"""Writes replies to a Redis stream and channel, from which the waiting connection reads them.

Text is coalesced and sent in one round trip. Nothing here fails: a stream is a convenience.
"""

import asyncio
from collections import deque
from uuid import UUID

import structlog
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

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
# A turn's events are published after its last frame, so no frame may hold it up.
_WRITES_WITHIN_S = 0.5
_SUSPENDED_FOR_S = 1.0
# Ends of replies that are written once Redis is back. By then readers have them from the read model; these
# are for those who come back later.
_MAX_OVERDUE = 1_000
_OVERDUE_FOR_S = 60.0
_RETRY_AFTER_S = 0.5
# All frames or none: Redis refuses an id that is not the highest, and refused frames must not be published
# either. Returns the newest id then, GONE when what was written before is gone, otherwise nothing.
_GONE = "gone"
_ADD_FRAMES = f"""
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then
    return '{_GONE}'
end
for at = 3, #ARGV, 4 do
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
Step = tuple[FrameKind, BaseModel]


class RedisReplyStream:
    """Opens the writer of a turn's reply."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.add_frames = redis.register_script(_ADD_FRAMES)
        self._suspended_until_s = 0.0
        self._overdue: deque[tuple[float, RedisReplyWriter]] = deque(maxlen=_MAX_OVERDUE)
        self._writing_overdue: asyncio.Task[None] | None = None

    def open(self, turn_id: UUID) -> "RedisReplyWriter":
        """A writer for this turn; its first write resets the text of earlier attempts."""
        return RedisReplyWriter(self, turn_id)

    def go_on(self, turn_id: UUID, *, after: str) -> "RedisReplyWriter":
        """A writer that continues after the text `after`, which is written again only if it was lost."""
        return RedisReplyWriter(self, turn_id, after=after)

    @property
    def is_suspended(self) -> bool:
        """Whether writes are skipped for a moment, because Redis did not answer the last one in time."""
        return asyncio.get_running_loop().time() < self._suspended_until_s

    def note_failure(self, error: RedisUnavailable) -> None:
        """Note a failed write: after a timeout, not after a refusal, writes are skipped for a moment."""
        logger.warning("reply_stream_unavailable", error=describe(error))
        if isinstance(error.__cause__, TimeoutError | RedisTimeout):
            self._suspended_until_s = asyncio.get_running_loop().time() + _SUSPENDED_FOR_S

    def note_overdue(self, writer: "RedisReplyWriter") -> None:
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


class RedisReplyWriter:
    """Writes one turn's reply.

    Frames get the explicit ids `<attempt>-<n>`. Redis refuses an id that is not the highest, so a later
    attempt detects an earlier one: it takes the next attempt number and begins with `reset`, and further
    writes of the earlier one are refused.

    After frames that may be lost, the next write repeats the whole text.
    """

    def __init__(self, stream: RedisReplyStream, turn_id: UUID, *, after: str = "") -> None:
        self._stream = stream
        self._key = reply_key(turn_id)
        self._attempt = 1
        self._count = 0
        self._has_written = False
        self._after = after
        self._text = after
        self._is_behind = False
        self._unwritten = ""
        self._end: Step | None = None
        self._flush: asyncio.Task[None] | None = None
        self._order = asyncio.Lock()

    async def append(self, text: str) -> None:
        """Append text; it is sent within tens of milliseconds, in one write with the text that follows."""
        self._text += text
        self._unwritten += text
        if self._flush is None:
            self._flush = asyncio.create_task(self._flush_soon())

    async def flush(self) -> None:
        """Send the appended text now, before another writer continues this reply."""
        self._cancel_flush()
        await self._write()

    async def replace(self, text: str) -> None:
        """Replace all text so far."""
        self._text, self._unwritten, self._is_behind = text, "", True
        await self._write()

    async def finish(self, done: Done) -> None:
        """End the reply; appended text is sent first."""
        await self._finish((FrameKind.DONE, done))

    async def fail(self, failed: Failed) -> None:
        """End the reply with an error."""
        await self._finish((FrameKind.ERROR, failed))

    async def write_again(self) -> bool:
        """Write what could not be written before; returns whether it succeeded."""
        return await self._write()

    async def _finish(self, end: Step) -> None:
        self._cancel_flush()
        self._end = end
        if not await self._write():
            self._stream.note_overdue(self)

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_MORE_WORDS_WAIT_S if self._has_written else _FIRST_WORDS_WAIT_S)
        self._flush = None
        await self._write()

    def _cancel_flush(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None

    async def _write(self) -> bool:
        """Write the pending frames; False when Redis did not accept them, or may not have."""
        async with self._order:
            steps, whole = self._steps(), self._text
            # What is said while this is under way is for the next write.
            self._unwritten, self._is_behind = "", False
            is_written = not steps or await self._send_in_time(steps, whole)
            self._is_behind = self._is_behind or not is_written
            return is_written

    def _steps(self) -> list[Step]:
        steps: list[Step] = []
        if self._is_behind:
            steps.append((FrameKind.REPLACE, Text(text=self._text)))
        elif self._unwritten:
            steps.append((FrameKind.DELTA, Text(text=self._unwritten)))
        return steps if self._end is None else [*steps, self._end]

    async def _send_in_time(self, steps: list[Step], whole: str) -> bool:
        if self._stream.is_suspended:
            return False
        try:
            with translate_redis_errors():
                async with asyncio.timeout(_WRITES_WITHIN_S):
                    await self._send(steps, whole)
        except RedisUnavailable as error:
            self._stream.note_failure(error)
            return False
        return True

    async def _send(self, steps: list[Step], whole: str) -> None:
        if not self._has_written and self._after:
            steps = await self._find_place(self._after, steps)
        newest = await self._add(steps)
        if newest == _GONE:
            # Flushed or lost; readers who come from now on need all of it.
            ends = [step for step in steps if step is self._end]
            await self._add([(FrameKind.REPLACE, Text(text=whole)), *ends], is_new=True)
        elif newest and self._has_written:
            logger.info("reply_overtaken", newest=newest)
        elif newest:
            self._attempt, self._count = _position(newest)[0] + 1, 0
            await self._add([(FrameKind.RESET, Reset(attempt=self._attempt)), *steps])
        self._has_written = True

    async def _find_place(self, after: str, steps: list[Step]) -> list[Step]:
        newest = await self._stream.redis.xrevrange(self._key, count=1)
        if not newest:
            return [(FrameKind.DELTA, Text(text=after)), *steps]
        self._attempt, self._count = _position(str(newest[0][0]))
        return steps

    async def _add(self, steps: list[Step], *, is_new: bool = False) -> str | None:
        """Add frames in one round trip; returns the newest id, which may be of a later attempt."""
        expects_earlier = self._has_written and not is_new
        arguments: list[str | int] = [EXPIRES_AFTER_S, int(expects_earlier)]
        for kind, data in steps:
            self._count += 1
            frame = Frame(f"{self._attempt}-{self._count}", kind, data.model_dump_json())
            arguments += [frame.id, frame.kind.value, frame.data, frame.to_channel()]
        newest: str | None = await self._stream.add_frames(keys=[self._key], args=arguments)
        return newest


def _position(frame_id: str) -> tuple[int, int]:
    attempt, _, count = frame_id.partition("-")
    return int(attempt), int(count)
