"""What every reply stream promises: the one in Redis, and the fake that stands for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from chassis.reply_stream import RedisReplyStream
from contracts.reply_stream import EXPIRES_AFTER_S, Done, Failed, Frame, FrameKind, reply_key
from contracts.values import Stage
from devstack.ports import LOOPBACK, free_port
from services.dialogue.ports import ReplyStream, ReplyWriter
from tests.support.dialogue_fakes import FakeReplyStream, shown


@dataclass
class Written:
    """A reply stream, and the frames of a turn as a reader finds them."""

    replies: ReplyStream
    frames: Callable[[UUID], Awaitable[list[Frame]]]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def written_to_redis(redis: Redis) -> Written:
    async def frames(turn_id: UUID) -> list[Frame]:
        return [Frame.from_entry(id_, fields) for id_, fields in await redis.xrange(reply_key(turn_id))]

    return Written(RedisReplyStream(redis), frames)


@pytest.fixture(params=["in Redis", "the fake"])
def written(request: pytest.FixtureRequest, written_to_redis: Written) -> Written:
    if request.param == "in Redis":
        return written_to_redis
    replies = FakeReplyStream()

    async def frames(turn_id: UUID) -> list[Frame]:
        return replies.frames.get(turn_id, [])

    return Written(replies, frames)


def done(turn_id: UUID, response: str) -> Done:
    usual = {"stage": Stage.UNDERSTAND, "calendly_shown": False, "degraded": False, "sequence": 1}
    return Done(conversation_id=uuid4(), turn_id=turn_id, response=response, **usual)


FIRST, SECOND, RESULT = "first", "second", "result"
LEAD_IN, WHOLE = "Here it is:", "Here it is:\n\nA proposal"
BEGUN = ((FIRST, "append", "Hel"), (FIRST, "flush", ""))
OVERTAKEN = (*BEGUN, (SECOND, "append", "Good day"), (SECOND, "flush", ""))
PROPOSAL = ((RESULT, "append", "\n\nA proposal"), (RESULT, "finish", WHOLE))

# Who does what, the frames that a reader then finds, and the text that they make.
Steps = Sequence[tuple[str, str, str]]
SCRIPTS: dict[str, tuple[Steps, str, str]] = {
    "flushed text is there at once and once": ((*BEGUN, (FIRST, "flush", "")), "1-1 delta", "Hel"),
    "a replacement takes back what was shown and what was about to be": (
        (*BEGUN, (FIRST, "append", "lo"), (FIRST, "replace", "Good day"), (FIRST, "finish", "Good day")),
        "1-1 delta, 1-2 replace, 1-3 done",
        "Good day",
    ),
    "a later attempt that says everything at once takes back an earlier one": (
        (*BEGUN, (SECOND, "append", "Good day"), (SECOND, "finish", "Good day")),
        "1-1 delta, 2-1 reset, 2-2 delta, 2-3 done",
        "Good day",
    ),
    "an attempt that was overtaken adds nothing": (
        (*OVERTAKEN, (FIRST, "append", "lo"), (FIRST, "finish", "Hello")),
        "1-1 delta, 2-1 reset, 2-2 delta",
        "Good day",
    ),
    "a result goes on where another writer ended": (
        ((FIRST, "append", LEAD_IN), (FIRST, "flush", ""), *PROPOSAL),
        "1-1 delta, 1-2 delta, 1-3 done",
        WHOLE,
    ),
    "a result goes on within the last attempt": (
        (*BEGUN, (SECOND, "append", LEAD_IN), (SECOND, "flush", ""), *PROPOSAL),
        "1-1 delta, 2-1 reset, 2-2 delta, 2-3 delta, 2-4 done",
        WHOLE,
    ),
    "a beginning that was lost is written again": (PROPOSAL, "1-1 delta, 1-2 delta, 1-3 done", WHOLE),
}


async def play(written: Written, turn_id: UUID, steps: Steps) -> None:
    writers: dict[str, ReplyWriter] = {}
    for who, what, text in steps:
        if who not in writers:
            replies = written.replies
            writers[who] = replies.go_on(turn_id, after=LEAD_IN) if who == RESULT else replies.open(turn_id)
        said = {"flush": (), "finish": (done(turn_id, text),)}.get(what, (text,))
        await getattr(writers[who], what)(*said)


@pytest.mark.parametrize(("steps", "frames", "text"), SCRIPTS.values(), ids=SCRIPTS)
async def test_a_reader_finds_the_frames_of_the_reply(written: Written, steps: Steps, frames: str, text: str):
    turn_id = uuid4()
    await play(written, turn_id, steps)
    found = await written.frames(turn_id)
    assert ", ".join(f"{frame.id} {frame.kind.value}" for frame in found) == frames
    assert shown(found) == text


@contextmanager
def away(redis: Redis, monkeypatch: pytest.MonkeyPatch, port: int | None = None) -> Iterator[None]:
    """Nothing answers where Redis was."""
    url = f"redis://{LOOPBACK}:{port or free_port()}"
    nowhere = Redis.from_url(url, decode_responses=True, socket_timeout=30)
    with monkeypatch.context() as broken:
        broken.setattr(redis, "connection_pool", nowhere.connection_pool)
        yield


async def test_words_that_come_closely_are_sent_together(written_to_redis: Written, redis: Redis):
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


async def test_a_failed_turn_ends_with_what_the_visitor_is_told(written: Written) -> None:
    turn_id = uuid4()
    failed = Failed(conversation_id=uuid4(), turn_id=turn_id, response="Sorry.")
    await written.replies.open(turn_id).fail(failed)
    (end,) = await written.frames(turn_id)
    assert Failed.model_validate_json(end.data).response == "Sorry."


@pytest.mark.parametrize("hangs", [False, True])
async def test_without_redis_a_writer_holds_nobody_up(redis: Redis, monkeypatch, hangs: bool):
    turn_id, replies = uuid4(), RedisReplyStream(redis)
    silent = await asyncio.start_server(lambda *_: None, LOOPBACK, free_port())
    port = silent.sockets[0].getsockname()[1] if hangs else None
    began_s = asyncio.get_running_loop().time()
    with away(redis, monkeypatch, port):
        for writer in (replies.open(turn_id), replies.go_on(turn_id, after="Here:")):
            await writer.append("Hello")
            await writer.flush()
            await writer.replace("Good day")
            await writer.finish(done(turn_id, "Good day"))
        await replies.open(turn_id).fail(Failed(conversation_id=uuid4(), turn_id=turn_id, response="Sorry"))
    took_s = asyncio.get_running_loop().time() - began_s
    silent.close()

    assert took_s < 2.0
    assert await redis.exists(reply_key(turn_id)) == 0


@pytest.mark.parametrize("at_the_end", [False, True], ids=["away in the beginning", "away at the end"])
async def test_a_reply_is_written_when_redis_is_back(redis: Redis, monkeypatch, at_the_end: bool):
    turn_id = uuid4()
    writer = RedisReplyStream(redis).open(turn_id)
    with nullcontext() if at_the_end else away(redis, monkeypatch):
        await writer.append("Hel")
        await writer.flush()
    with away(redis, monkeypatch) if at_the_end else nullcontext():
        await writer.append("lo")
        await writer.finish(done(turn_id, "Hello"))

    frames = list[Frame]()
    while not frames or frames[-1].kind is not FrameKind.DONE:
        newest = frames[-1].id if frames else "0"
        [(_, entries)] = await redis.xread({reply_key(turn_id): newest}, block=10_000)
        frames += [Frame.from_entry(id_, fields) for id_, fields in entries]
    assert [frame.kind for frame in frames[-2:]] == [FrameKind.REPLACE, FrameKind.DONE]
    assert shown(frames) == "Hello"


async def test_a_lost_stream_begins_again_with_the_whole_text_once(written_to_redis: Written, redis: Redis):
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
