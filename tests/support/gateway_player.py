"""Plays dialogue's part: writes the frames of a reply to Redis as the contract says."""

from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis

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
from contracts.values import Stage


def delta(frame_id: str, text: str) -> Frame:
    return Frame(frame_id, FrameKind.DELTA, Text(text=text).model_dump_json())


def replace(frame_id: str, text: str) -> Frame:
    return Frame(frame_id, FrameKind.REPLACE, Text(text=text).model_dump_json())


def reset(frame_id: str, attempt: int) -> Frame:
    return Frame(frame_id, FrameKind.RESET, Reset(attempt=attempt).model_dump_json())


def done(frame_id: str, response: str, **told: Any) -> Frame:
    """The end of a reply in any turn; `told` are fields that matter to the test."""
    ids = {"conversation_id": uuid4(), "turn_id": uuid4()}
    usual = {"stage": Stage.UNDERSTAND, "calendly_shown": False, "degraded": False, "sequence": 7}
    data = Done(response=response, **ids | usual | told)
    return Frame(frame_id, FrameKind.DONE, data.model_dump_json())


def failed(frame_id: str, response: str) -> Frame:
    data = Failed(conversation_id=uuid4(), turn_id=uuid4(), response=response)
    return Frame(frame_id, FrameKind.ERROR, data.model_dump_json())


class Player:
    """Writes and says frames, or only one of the two as a fault would leave it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def play(self, turn_id: UUID, *frames: Frame) -> None:
        """Write the frames to the stream, then say them on the channel."""
        await self.write(turn_id, *frames)
        await self.say(turn_id, *frames)

    async def write(self, turn_id: UUID, *frames: Frame) -> None:
        """Write to the stream; nobody who listens hears of it."""
        key = reply_key(turn_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            for frame in frames:
                pipe.xadd(key, {KIND_FIELD: frame.kind.value, DATA_FIELD: frame.data}, id=frame.id)
            pipe.expire(key, EXPIRES_AFTER_S)
            await pipe.execute()

    async def say(self, turn_id: UUID, *frames: Frame) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for frame in frames:
                pipe.publish(reply_key(turn_id), frame.to_channel())
            await pipe.execute()

    async def listeners(self, turn_id: UUID) -> int:
        [(_, count)] = await self._redis.pubsub_numsub(reply_key(turn_id))
        return int(count)
