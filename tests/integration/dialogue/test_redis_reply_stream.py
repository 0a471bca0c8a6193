import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from chassis.reply_stream import RedisReplyStream
from contracts.reply_stream import EXPIRES_AFTER_S, Failed, Frame, FrameKind, reply_key
from devstack.data_dir import DataDir
from devstack.ports import LOOPBACK, free_port
from devstack.valkey import Valkey
from tests.integration.dialogue.conftest import Written
from tests.integration.dialogue.test_reply_streams import done
from tests.support.dialogue_fakes import shown


@contextmanager
def away(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing answers where Redis was."""
    nowhere = Redis.from_url(f"redis://{LOOPBACK}:{free_port()}", decode_responses=True)
    with monkeypatch.context() as broken:
        broken.setattr(redis, "connection_pool", nowhere.connection_pool)
        yield


async def test_words_that_come_closely_are_sent_together_and_not_kept_for_good(
    written_to_redis: Written, redis: Redis
):
    turn_id, said = uuid4(), "A bakery, good to know. How many people are on your team?"
    writer = written_to_redis.replies.open(turn_id)

    for word in said.split(" "):
        await writer.append(f"{word} ")
    # Blocks until something is there; without it, nothing is returned.
    assert await redis.xread({reply_key(turn_id): "0"}, block=5000)
    frames = await written_to_redis.frames(turn_id)

    assert [frame.kind for frame in frames] == [FrameKind.DELTA]
    assert shown(frames).strip() == said
    assert 0 < await redis.ttl(reply_key(turn_id)) <= EXPIRES_AFTER_S


async def test_a_listener_hears_the_frames_that_a_late_reader_finds(written_to_redis: Written, redis: Redis):
    turn_id, heard = uuid4(), list[Frame]()
    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(reply_key(turn_id))
        for text in ("Hel", "Good day"):
            writer = written_to_redis.replies.open(turn_id)
            await writer.append(text)
            await writer.flush()
        await writer.finish(done(turn_id, "Good day"))
        found = await written_to_redis.frames(turn_id)
        async with asyncio.timeout(5):
            async for message in channel.listen():
                heard.append(Frame.from_channel(message["data"]))
                if heard[-1] == found[-1]:
                    break

    assert heard == found


async def test_without_redis_a_writer_is_quiet(redis: Redis, monkeypatch: pytest.MonkeyPatch):
    turn_id, replies = uuid4(), RedisReplyStream(redis)
    with away(redis, monkeypatch):
        for writer in (replies.open(turn_id), replies.go_on(turn_id, after="Here:")):
            await writer.append("Hello")
            await writer.flush()
            await writer.replace("Good day")
            await writer.finish(done(turn_id, "Good day"))
        await replies.open(turn_id).fail(Failed(conversation_id=uuid4(), turn_id=turn_id, response="Sorry"))

    assert await redis.exists(reply_key(turn_id)) == 0


@pytest.mark.parametrize("is_away_at_the", ["beginning", "end"])
async def test_a_reply_that_cannot_be_written_is_written_when_redis_is_back(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, is_away_at_the: str
):
    turn_id = uuid4()
    writer = RedisReplyStream(redis).open(turn_id)
    at_the_end = is_away_at_the == "end"
    with nullcontext() if at_the_end else away(redis, monkeypatch):
        await writer.append("Hel")
        await writer.flush()
    with away(redis, monkeypatch) if at_the_end else nullcontext():
        await writer.append("lo")
        await writer.finish(done(turn_id, "Hello"))

    frames = await ended_frames_of(redis, turn_id)
    assert [frame.kind for frame in frames[-2:]] == [FrameKind.REPLACE, FrameKind.DONE]
    assert shown(frames) == "Hello"


async def test_a_stream_that_is_lost_begins_again_with_the_whole_text_once(
    written_to_redis: Written, redis: Redis
):
    turn_id = uuid4()
    writer = written_to_redis.replies.open(turn_id)
    await writer.append("Hello ")
    await writer.flush()
    await redis.delete(reply_key(turn_id))

    await writer.append("there, ")
    flushing = asyncio.create_task(writer.flush())
    await asyncio.sleep(0)
    await writer.append("visitor")
    await flushing
    assert shown(await written_to_redis.frames(turn_id)).startswith("Hello there, ")
    await redis.delete(reply_key(turn_id))
    await writer.finish(done(turn_id, "Hello there, visitor"))

    frames = await written_to_redis.frames(turn_id)
    assert [frame.kind for frame in frames] == [FrameKind.REPLACE, FrameKind.DONE]
    assert shown(frames) == "Hello there, visitor"


async def test_a_redis_that_hangs_holds_nobody_up_for_long(tmp_path: Path):
    server = Valkey(DataDir(tmp_path))
    await asyncio.to_thread(server.start)
    turn_id = uuid4()
    try:
        async with Redis.from_url(server.url, decode_responses=True, socket_timeout=30) as redis:
            replies = RedisReplyStream(redis)
            writer = replies.open(turn_id)
            await writer.append("Hello")
            await writer.flush()
            os.kill(server.pid, signal.SIGSTOP)
            began_s = asyncio.get_running_loop().time()
            for text in ("Hi", "Hey", "Hello there"):
                await writer.replace(text)
            await writer.finish(done(turn_id, "Hello there"))
            took_s = asyncio.get_running_loop().time() - began_s

            os.kill(server.pid, signal.SIGCONT)

            assert shown(await ended_frames_of(redis, turn_id)) == "Hello there"
            assert took_s < 2.0
    finally:
        await asyncio.to_thread(server.terminate)


async def ended_frames_of(redis: Redis, turn_id: UUID) -> list[Frame]:
    """All frames of a reply, as soon as it has ended."""
    frames: list[Frame] = []
    while not frames or frames[-1].kind is not FrameKind.DONE:
        newest = frames[-1].id if frames else "0"
        [(_, entries)] = await redis.xread({reply_key(turn_id): newest}, block=10_000)
        frames += [Frame.from_entry(id_, fields) for id_, fields in entries]
    return frames
