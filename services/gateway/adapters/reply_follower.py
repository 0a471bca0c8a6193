"""Replies as they are written: live from a channel, from the stream behind it after a lost connection.

What neither of the two has, because Redis lost it or cannot be reached, is asked of the read model.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis import metrics
from chassis.errors import describe
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.reply_stream import Frame, UnreadableFrame
from contracts.turn_outcomes import OpenTurn
from services.gateway.adapters.outcome_poller import OutcomePoller
from services.gateway.adapters.reply_channel import ReplyChannel
from services.gateway.adapters.reply_reading import Reading
from services.gateway.domain import Position
from services.gateway.ports import Outcomes

logger = structlog.get_logger()


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
    ) -> Reading:
        turn = OpenTurn(conversation_id=conversation_id, turn_id=turn_id)
        reading = Reading(self, turn, after, only_the_end=only_the_end)
        self._readings.setdefault(reading.key, set()).add(reading)
        try:
            await self._channel.subscribe(reading.key)
        except BaseException:
            self.forget(reading)
            raise
        return reading

    def forget(self, reading: Reading) -> None:
        """Pass nothing on to a reading any more. Safe to call twice."""
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

    def _all_readings(self) -> Iterator[Reading]:
        for readings in list(self._readings.values()):
            yield from readings

    def _on_message(self, key: str, text: str) -> None:
        try:
            frame = Frame.from_channel(text)
        except UnreadableFrame as error:
            _skip(error, key)
            return
        for reading in self._readings.get(key, ()):
            reading.receive(frame)

    def _on_gap(self, key: str) -> None:
        for reading in self._readings.get(key, ()):
            reading.note_gap()
        self._poller.poll_soon()


def _readable(entries: Sequence[tuple[str, dict[str, str]]]) -> Iterator[Frame]:
    for frame_id, fields in entries:
        try:
            yield Frame.from_entry(frame_id, fields)
        except UnreadableFrame as error:
            _skip(error, frame_id)


def _skip(error: UnreadableFrame, where: str) -> None:
    """Skip and count a frame that cannot be read: a publisher may be a version ahead."""
    metrics.REPLY_FRAMES_SKIPPED.inc()
    logger.warning("reply_frame_skipped", reason=describe(error), where=where)
