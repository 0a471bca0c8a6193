import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from contracts.reply_stream import EXPIRES_AFTER_S, Failed, Frame, FrameKind, reply_key
from devstack.ports import LOOPBACK, free_port
from services.dialogue.adapters import RedisReplyStream
from tests.integration.dialogue.conftest import Written
from tests.integration.dialogue.test_reply_streams import done
from tests.support.dialogue_fakes import shown


async def test_words_that_come_closely_one_after_the_other_are_sent_together(
    written_to_redis: Written, redis: Redis
):
    turn_id = uuid4()
    writer = written_to_redis.replies.open(turn_id)
    said = "A bakery, good to know. How many people are on your team?"

    for word in said.split(" "):
        await writer.append(f"{word} ")
    # Blocks until something is there; without it, nothing is returned.
    assert await redis.xread({reply_key(turn_id): "0"}, block=5000)
    frames = await written_to_redis.frames(turn_id)

    assert [frame.kind for frame in frames] == [FrameKind.DELTA]
    assert shown(frames).strip() == said


async def test_a_listener_hears_the_frames_that_a_late_reader_finds(written_to_redis: Written, redis: Redis):
    turn_id = uuid4()
    heard: list[Frame] = []
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


async def test_a_reply_is_not_kept_for_good(written_to_redis: Written, redis: Redis):
    turn_id = uuid4()

    await written_to_redis.replies.open(turn_id).finish(done(turn_id, "Hello"))

    assert 0 < await redis.ttl(reply_key(turn_id)) <= EXPIRES_AFTER_S


async def test_without_redis_a_writer_is_quiet():
    turn_id = uuid4()
    async with Redis.from_url(f"redis://{LOOPBACK}:{free_port()}", decode_responses=True) as away:
        replies = RedisReplyStream(away)
        writer, going_on = replies.open(turn_id), replies.go_on(turn_id, after="Here:")

        await writer.append("Hello")
        await writer.flush()
        await writer.replace("Good day")
        await writer.finish(done(turn_id, "Good day"))
        await going_on.append("A proposal")
        await going_on.finish(done(turn_id, "A proposal"))
        await replies.open(turn_id).fail(Failed(conversation_id=uuid4(), turn_id=turn_id, response="Sorry"))


async def test_a_reply_that_begins_while_redis_is_away_ends_when_it_is_back(
    written_to_redis: Written, redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    turn_id = uuid4()
    writer = written_to_redis.replies.open(turn_id)
    async with Redis.from_url(f"redis://{LOOPBACK}:{free_port()}", decode_responses=True) as away:
        with monkeypatch.context() as broken:
            broken.setattr(redis, "connection_pool", away.connection_pool)
            await writer.append("Hello")
            await writer.flush()

    await writer.finish(done(turn_id, "Hello"))

    assert [frame.kind for frame in await written_to_redis.frames(turn_id)] == [FrameKind.DONE]
