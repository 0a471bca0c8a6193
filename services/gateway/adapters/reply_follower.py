"""Replies from Redis: live from the channel, and from the stream whenever something may have been missed."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.reply_stream import (
    DATA_FIELD,
    FINAL_FRAMES,
    KIND_FIELD,
    Frame,
    FrameKind,
    Reset,
    reply_key,
)
from services.gateway.adapters.reply_channel import ReplyChannel
from services.gateway.domain import BEGINNING, Position

logger = structlog.get_logger()

# A reader this far behind reads the rest from the stream.
_MOST_QUEUED = 256
_READ_AGAIN_AFTER_S = 0.5


class ReplyFollower:
    """The Replies port. To be entered before use."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._readings: dict[str, set[Reading]] = {}
        self._channel = ReplyChannel(redis, on_message=self._on_message, on_gap=self._on_gap)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._channel.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for readings in self._readings.values():
            for reading in readings:
                reading.abandon()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def listen(self, turn_id: UUID, after: Position, *, only_the_end: bool) -> "Reading":
        """See the port."""
        reading = Reading(self, reply_key(turn_id), after, only_the_end=only_the_end)
        self._readings.setdefault(reading.key, set()).add(reading)
        try:
            await self._channel.subscribe(reading.key)
        except BaseException:
            self.forget(reading)
            raise
        return reading

    def forget(self, reading: "Reading") -> None:
        """Tell a reading no more. Safe to call twice."""
        readings = self._readings.get(reading.key)
        if readings is None:
            return
        readings.discard(reading)
        if not readings:
            del self._readings[reading.key]
            self._channel.unsubscribe(reading.key)

    async def read_stream(self, key: str, after: Position) -> list[Frame]:
        """What is written beyond a position. Raises RedisUnavailable."""
        with translate_redis_errors():
            # The client decodes, which redis-py cannot say in its types.
            entries: Any = await self._redis.xrange(key, min=f"({after[0]}-{after[1]}")
        return [Frame(id_, FrameKind(fields[KIND_FIELD]), fields[DATA_FIELD]) for id_, fields in entries]

    def _on_message(self, key: str, text: str) -> None:
        frame = Frame.from_channel(text)
        for reading in self._readings.get(key, ()):
            reading.hear(frame)

    def _on_gap(self, key: str) -> None:
        for reading in self._readings.get(key, ()):
            reading.note_gap()


class Reading:
    """The ReplyReading port."""

    def __init__(self, follower: ReplyFollower, key: str, after: Position, *, only_the_end: bool) -> None:
        self.key = key
        self._only_the_end = only_the_end
        self._follower = follower
        self._position = after
        self._heard: deque[Frame] = deque()
        self._has_gap = False
        self._is_abandoned = False
        self._news = asyncio.Event()

    def hear(self, frame: Frame) -> None:
        """Take a frame from the channel."""
        if self._only_the_end and frame.kind not in FINAL_FRAMES:
            return
        # With a gap before it the frame has to wait for what is missing; both are in the stream.
        if not self._has_gap:
            self._heard.append(frame)
            self._has_gap = len(self._heard) >= _MOST_QUEUED
        self._news.set()

    def note_gap(self) -> None:
        """Frames may have been missed."""
        self._has_gap = True
        self._news.set()

    async def catch_up(self) -> bool:
        """See the port."""
        written = await self._follower.read_stream(self.key, BEGINNING)
        self._heard.extendleft(reversed(written))
        self._news.set()
        return bool(written)

    def start_over(self) -> None:
        """See the port."""
        self._position = (0, -1)
        self._heard.appendleft(Frame("0-0", FrameKind.RESET, Reset(attempt=0).model_dump_json()))
        self._news.set()

    async def next(self, timeout_s: float) -> Sequence[Frame]:
        """See the port."""
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
        """See the port."""
        self._is_abandoned = True
        self._news.set()

    def close(self) -> None:
        """See the port."""
        self._follower.forget(self)

    async def _wait(self, longest_s: float) -> None:
        # A gap that is still open after `_take` could not be read; time alone may mend that.
        longest_s = min(longest_s, _READ_AGAIN_AFTER_S) if self._has_gap else longest_s
        # A timer costs a fraction of asyncio.timeout, and this is waited for once a frame.
        timer = asyncio.get_running_loop().call_later(longest_s, self._news.set)
        try:
            await self._news.wait()
        finally:
            timer.cancel()

    async def _take(self) -> list[Frame]:
        self._news.clear()
        frames = self._unread(self._heard)
        self._heard.clear()
        if frames or not self._has_gap:
            return frames
        # Listened to again before the stream is read, so that nothing falls between the two.
        self._has_gap = False
        try:
            return self._unread(await self._follower.read_stream(self.key, self._position))
        except RedisUnavailable as error:
            logger.warning("reply_stream_unreadable", reason=describe(error))
            self._has_gap = True
            return []

    def _unread(self, frames: Sequence[Frame] | deque[Frame]) -> list[Frame]:
        unread = []
        for frame in frames:
            position = frame.position
            # An end is an end, also of an attempt that began to count anew.
            if position > self._position or frame.kind in FINAL_FRAMES:
                self._position = max(position, self._position)
                unread.append(frame)
        return unread
