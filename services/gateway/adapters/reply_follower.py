"""Replies as they are written: live from a channel, from the stream behind it after a lost connection.

What neither of the two has, because Redis lost it or cannot be reached, is asked of the read model.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from math import inf
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis import metrics
from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.reply_stream import (
    FINAL_FRAMES,
    Done,
    Failed,
    Frame,
    FrameKind,
    Reset,
    Text,
    UnreadableFrame,
    reply_key,
)
from contracts.turn_outcomes import OpenTurn
from services.gateway.adapters.outcome_poller import SILENT_AFTER_S, OutcomePoller
from services.gateway.adapters.reply_channel import ReplyChannel
from services.gateway.domain import BEGINNING, Position
from services.gateway.ports import Outcomes

logger = structlog.get_logger()

# A reader this far behind reads the rest from the stream.
_MOST_QUEUED = 256
_READ_AGAIN_AFTER_S = 0.5


class ReplyFollower:
    """The Replies port. `listen_to_redis` and `poll_outcomes` have to run beside it."""

    def __init__(self, redis: Redis, outcomes: Outcomes) -> None:
        self._redis = redis
        self._readings: dict[str, set[Reading]] = {}
        self._channel = ReplyChannel(redis, on_message=self._on_message, on_gap=self._on_gap)
        self._poller = OutcomePoller(outcomes, self._all_readings)

    async def listen_to_redis(self) -> None:
        """Background work: holds the one connection on which replies come, until cancelled."""
        await self._channel.run()

    async def poll_outcomes(self) -> None:
        """Background work: asks the read model for replies that are overdue, until cancelled."""
        await self._poller.run()

    @property
    def is_away(self) -> bool:
        """Redis does not answer."""
        return self._channel.is_away

    async def listen(
        self, conversation_id: UUID, turn_id: UUID, after: Position, *, only_the_end: bool
    ) -> "Reading":
        """See the port."""
        turn = OpenTurn(conversation_id=conversation_id, turn_id=turn_id)
        reading = Reading(self, turn, after, only_the_end=only_the_end)
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
        if self._channel.is_away:
            # Whoever waits would wait for a time-out.
            raise RedisUnavailable("redis: the pub/sub connection is away")
        with translate_redis_errors():
            # The client decodes, which redis-py cannot say in its types.
            entries: Any = await self._redis.xrange(key, min=f"({after[0]}-{after[1]}")
        return list(_readable(entries))

    def _all_readings(self) -> Iterator["Reading"]:
        for readings in list(self._readings.values()):
            yield from readings

    def _on_message(self, key: str, text: str) -> None:
        try:
            frame = Frame.from_channel(text)
        except UnreadableFrame as error:
            _skip(error, key)
            return
        for reading in self._readings.get(key, ()):
            reading.hear(frame)

    def _on_gap(self, key: str) -> None:
        for reading in self._readings.get(key, ()):
            reading.note_gap()
        self._poller.hurry()


def _readable(entries: Sequence[tuple[str, dict[str, str]]]) -> Iterator[Frame]:
    for frame_id, fields in entries:
        try:
            yield Frame.from_entry(frame_id, fields)
        except UnreadableFrame as error:
            _skip(error, frame_id)


def _skip(error: UnreadableFrame, where: str) -> None:
    """A publisher may be a version ahead; nobody's reply ends for it."""
    metrics.REPLY_FRAMES_SKIPPED.inc()
    logger.warning("reply_frame_skipped", reason=describe(error), where=where)


class Reading:
    """The ReplyReading port."""

    def __init__(
        self, follower: ReplyFollower, turn: OpenTurn, after: Position, *, only_the_end: bool
    ) -> None:
        self.turn = turn
        self.key = reply_key(turn.turn_id)
        self.last_frame_s = asyncio.get_running_loop().time()
        self._only_the_end = only_the_end
        self._follower = follower
        self._position = after
        self._heard: deque[Frame] = deque()
        self._outcome: Done | Failed | None = None
        self._has_gap = False
        self._is_abandoned = False
        self._news = asyncio.Event()

    def hear(self, frame: Frame) -> None:
        """Take a frame from the channel."""
        if self.last_frame_s != inf:
            self.last_frame_s = asyncio.get_running_loop().time()
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
        self.last_frame_s = min(self.last_frame_s, asyncio.get_running_loop().time() - SILENT_AFTER_S)
        self._news.set()

    def settle(self, outcome: Done | Failed) -> None:
        """Take the end of the reply from the read model, and its whole text before it."""
        if self.last_frame_s == inf:
            return
        self.last_frame_s = inf
        self._outcome = outcome
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
        is_soon = self._has_gap and not self._follower.is_away
        longest_s = min(longest_s, _READ_AGAIN_AFTER_S) if is_soon else longest_s
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
        if self._outcome is not None:
            frames += self._ending(self._outcome)
            self._outcome = None
        if frames or not self._has_gap:
            return frames
        # Listened to again before the stream is read, so that nothing falls between the two.
        self._has_gap = False
        try:
            return self._unread(await self._follower.read_stream(self.key, self._position))
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
