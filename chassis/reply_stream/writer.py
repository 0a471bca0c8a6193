"""Writes one turn's reply."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel

from chassis.errors import FencedOut
from chassis.redis import RedisUnavailable, translate_redis_errors
from chassis.reply_stream.scripts import GONE
from contracts.leases import Fence, speaker_lease_key
from contracts.reply_stream import (
    EXPIRES_AFTER_S,
    Done,
    Failed,
    Frame,
    FrameKind,
    Reset,
    Text,
    reply_key,
    text_of,
)

if TYPE_CHECKING:
    from chassis.reply_stream.stream import RedisReplyStream

logger = structlog.get_logger()

# Nobody sees these waits, but they join a model's tokens: a write costs more than all the tokens in it.
_FIRST_WORDS_WAIT_S = 0.03
_MORE_WORDS_WAIT_S = 0.08
# A turn's events are published after its last frame, so no frame may hold it up.
WRITES_WITHIN_S = 0.5
# Whoever lost the stream may have lost the lease with it. A claim is published, too, and comes within this.
_AFTER_LOSS_S = 0.2
Step = tuple[FrameKind, BaseModel]
ResultT = TypeVar("ResultT")


class RedisReplyWriter:
    """Writes one turn's reply.

    Frames get the explicit ids `<attempt>-<n>`. Redis refuses an id that is not the highest, so a later
    attempt detects an earlier one: it takes the next attempt number and begins with `reset`, and further
    writes of the earlier one are refused.

    After frames that may be lost, the next write repeats the whole text. `shown` is the text that Redis is
    known to have taken.
    """

    def __init__(
        self, stream: RedisReplyStream, turn_id: UUID, fence: Fence | None = None, *, after: str = ""
    ) -> None:
        self._stream = stream
        self.fence = fence
        self.shown = after
        self._fenced_out: FencedOut | None = None
        self._is_fenced_out = asyncio.Event()
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
        """Send the appended text now, before another writer continues this reply.

        Raises:
            FencedOut: not all of it was shown, and no more will be.
        """
        self._cancel_flush()
        await self._write()
        if self._fenced_out is not None:
            raise self._fenced_out

    async def run_unless_fenced_out(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run what appends to this reply; cancel it as soon as nothing of it is shown any more.

        Raises:
            FencedOut: somebody else speaks.
        """
        running, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self._is_fenced_out.wait())
        try:
            await asyncio.wait((running, stopped), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
        finally:
            stopped.cancel()
            running.cancel()
            await asyncio.wait((running,))
        self._cancel_flush()
        async with self._order:
            assert self._fenced_out is not None
            raise self._fenced_out

    def fence_out(self, fence: Fence, name: str) -> None:
        """Write nothing more if a lease with this fence excludes it."""
        own = self.fence
        if own is None or own.conversation_id != fence.conversation_id or own.number >= fence.number:
            return
        self._fenced_out = self._fenced_out or FencedOut(fence.number, name)
        self._is_fenced_out.set()

    async def replace(self, text: str) -> None:
        """Replace all text so far."""
        self._text, self._unwritten, self._is_behind = text, "", True
        await self._write()

    async def finish(self, done: Done) -> None:
        """End the reply, whoever speaks by now; appended text is sent first."""
        await self._finish((FrameKind.DONE, done))

    async def fail(self, failed: Failed) -> None:
        """End the reply with an error."""
        await self._finish((FrameKind.ERROR, failed))

    async def write_again(self) -> bool:
        """Write what could not be written before; returns whether it succeeded."""
        return await self._write()

    async def _finish(self, end: Step) -> None:
        self._cancel_flush()
        # What is stored was said before a claim that comes now.
        self.fence = self._fenced_out = None
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
            if self._fenced_out is not None:
                return True
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
                async with asyncio.timeout(WRITES_WITHIN_S):
                    await self._send(steps, whole)
        except RedisUnavailable as error:
            self._stream.note_failure(error)
            return False
        if self._fenced_out is None:
            self.shown = whole
        return True

    async def _send(self, steps: list[Step], whole: str) -> None:
        if not self._has_written and self._after:
            steps = await self._find_place(whole, steps)
        newest = await self._add(steps) if steps else None
        if newest == GONE:
            await self._add_anew(steps, whole)
        elif newest and self._has_written:
            logger.info("reply_overtaken", newest=newest)
        elif newest:
            self._attempt, self._count = _position(newest)[0] + 1, 0
            await self._add([(FrameKind.RESET, Reset(attempt=self._attempt)), *steps])
        self._has_written = True

    async def _add_anew(self, steps: list[Step], whole: str) -> None:
        """Flushed or lost: readers who come from now on need all of it."""
        if self.fence is not None:
            await asyncio.sleep(_AFTER_LOSS_S)
        if self._fenced_out is None:
            ends = [step for step in steps if step is self._end]
            await self._add([(FrameKind.REPLACE, Text(text=whole)), *ends], is_new=True)

    async def _find_place(self, whole: str, steps: list[Step]) -> list[Step]:
        """Go on behind what is written, which an attempt that was not stored may have gone beyond."""
        # The client decodes, which redis-py cannot say in its types.
        entries: Any = await self._stream.redis.xrange(self._key)
        if not entries:
            return [(FrameKind.DELTA, Text(text=self._after)), *steps]
        frames = [Frame.from_entry(str(frame_id), fields) for frame_id, fields in entries]
        self._attempt, self._count = frames[-1].position
        written = text_of(frames)
        if written == self._after:
            return steps
        ends = [step for step in steps if step is self._end]
        if whole.startswith(written):
            rest = whole.removeprefix(written)
            return [(FrameKind.DELTA, Text(text=rest)), *ends] if rest else ends
        return [(FrameKind.REPLACE, Text(text=whole)), *ends]

    async def _add(self, steps: list[Step], *, is_new: bool = False) -> str | None:
        """Add frames in one round trip; returns the newest id, which may be of a later attempt."""
        expects_earlier = self._has_written and not is_new
        arguments: list[str | int] = [EXPIRES_AFTER_S, int(expects_earlier), *self._own_number]
        for kind, data in steps:
            self._count += 1
            frame = Frame(f"{self._attempt}-{self._count}", kind, data.model_dump_json())
            arguments += [frame.id, frame.kind.value, frame.data, frame.to_channel()]
        added: str | list[str] | None = await self._stream.add_frames(keys=self._keys, args=arguments)
        if not isinstance(added, list):
            return added
        assert self.fence is not None
        self.fence_out(Fence(self.fence.conversation_id, int(added[0])), added[1])
        return None

    @property
    def _own_number(self) -> tuple[str | int]:
        return ("" if self.fence is None else self.fence.number,)

    @property
    def _keys(self) -> list[str]:
        lease = speaker_lease_key(self.fence.conversation_id) if self.fence is not None else self._key
        return [self._key, lease]


def _position(frame_id: str) -> tuple[int, int]:
    attempt, _, count = frame_id.partition("-")
    return int(attempt), int(count)
