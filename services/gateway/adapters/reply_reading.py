"""One reader of one reply, from the channel, the stream and the read model."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from math import inf
from typing import Protocol

import structlog

from chassis import metrics
from chassis.errors import describe
from chassis.redis import RedisUnavailable
from contracts.reply_stream import FINAL_FRAMES, Done, Failed, Frame, FrameKind, Reset, Text, reply_key
from contracts.turn_outcomes import OpenTurn
from services.gateway.adapters.outcome_poller import SILENT_AFTER_S
from services.gateway.domain import BEGINNING, Position

logger = structlog.get_logger()

# A reader this far behind reads the rest from the stream.
_MOST_QUEUED = 256
_READ_AGAIN_AFTER_S = 0.5


class FrameSource(Protocol):
    """Where a reading gets what it missed."""

    @property
    def is_away(self) -> bool:
        """Redis does not answer."""
        ...

    async def read_stream(self, key: str, after: Position) -> list[Frame]:
        """What is written beyond a position. Raises RedisUnavailable."""
        ...

    def forget(self, reading: "Reading") -> None:
        """Pass nothing on to a reading any more. Safe to call twice."""
        ...


class Reading:
    """The ReplyReading port."""

    def __init__(self, source: FrameSource, turn: OpenTurn, after: Position, *, only_the_end: bool) -> None:
        self.turn = turn
        self.key = reply_key(turn.turn_id)
        self.last_frame_s = asyncio.get_running_loop().time()
        self._only_the_end = only_the_end
        self._source = source
        self._position = after
        self._received: deque[Frame] = deque()
        self._outcome: Done | Failed | None = None
        self._has_gap = False
        self._is_abandoned = False
        self._has_changed = asyncio.Event()

    def receive(self, frame: Frame) -> None:
        """Take a frame from the channel."""
        if self.last_frame_s != inf:
            self.last_frame_s = asyncio.get_running_loop().time()
        if self._only_the_end and frame.kind not in FINAL_FRAMES:
            return
        # With a gap before it the frame has to wait for what is missing; both are in the stream.
        if not self._has_gap:
            self._received.append(frame)
            self._has_gap = len(self._received) >= _MOST_QUEUED
        self._has_changed.set()

    def note_gap(self) -> None:
        """Frames may have been missed."""
        self._has_gap = True
        self.last_frame_s = min(self.last_frame_s, asyncio.get_running_loop().time() - SILENT_AFTER_S)
        self._has_changed.set()

    def settle(self, outcome: Done | Failed) -> None:
        """Take the end of the reply from the read model, and its whole text before it."""
        if self.last_frame_s == inf:
            return
        self.last_frame_s = inf
        self._outcome = outcome
        self._has_changed.set()

    async def catch_up(self) -> bool:
        written = await self._source.read_stream(self.key, BEGINNING)
        self._received.extendleft(reversed(written))
        self._has_changed.set()
        return bool(written)

    def start_over(self) -> None:
        self._position = (0, -1)
        self._received.appendleft(Frame("0-0", FrameKind.RESET, Reset(attempt=0).model_dump_json()))
        self._has_changed.set()

    async def next(self, timeout_s: float) -> Sequence[Frame]:
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + timeout_s
        while not self._is_abandoned:
            frames = await self._take()
            remaining_s = deadline_s - loop.time()
            if frames or remaining_s <= 0:
                return frames
            await self._wait(remaining_s)
        return ()

    def abandon(self) -> None:
        self._is_abandoned = True
        self._has_changed.set()

    def close(self) -> None:
        self._source.forget(self)

    async def _wait(self, longest_s: float) -> None:
        # A gap that is still open after `_take` could not be read; time alone may mend that.
        is_soon = self._has_gap and not self._source.is_away
        longest_s = min(longest_s, _READ_AGAIN_AFTER_S) if is_soon else longest_s
        # A timer costs a fraction of asyncio.timeout, and this is waited for once a frame.
        timer = asyncio.get_running_loop().call_later(longest_s, self._has_changed.set)
        try:
            await self._has_changed.wait()
        finally:
            timer.cancel()

    async def _take(self) -> list[Frame]:
        self._has_changed.clear()
        frames = self._unread(self._received)
        self._received.clear()
        if self._outcome is not None:
            frames += self._ending(self._outcome)
            self._outcome = None
        if frames or not self._has_gap:
            return frames
        # Listened to again before the stream is read, so that nothing falls between the two.
        self._has_gap = False
        try:
            return self._unread(await self._source.read_stream(self.key, self._position))
        except RedisUnavailable as error:
            logger.info("reply_stream_unreadable", reason=describe(error))
            self._has_gap = True
            return []

    def _ending(self, outcome: Done | Failed) -> Iterator[Frame]:
        """The frames that the reply stream owes this reader."""
        metrics.REPLIES_RECOVERED.inc()
        attempt, ordinal = self._position
        if isinstance(outcome, Failed):
            yield Frame(f"{attempt}-{ordinal + 1}", FrameKind.ERROR, outcome.model_dump_json())
            return
        if not self._only_the_end:
            text = Text(text=outcome.response).model_dump_json()
            yield Frame(f"{attempt}-{ordinal + 1}", FrameKind.REPLACE, text)
        yield Frame(f"{attempt}-{ordinal + 2}", FrameKind.DONE, outcome.model_dump_json())

    def _unread(self, frames: Sequence[Frame] | deque[Frame]) -> list[Frame]:
        unread = []
        for frame in frames:
            position = frame.position
            # An end is an end, also of an attempt that began to count anew.
            if position > self._position or frame.kind in FINAL_FRAMES:
                self._position = max(position, self._position)
                unread.append(frame)
        return unread
