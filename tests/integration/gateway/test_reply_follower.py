import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chassis.redis import RedisUnavailable
from contracts.reply_stream import Frame
from devstack.data_dir import DataDir
from devstack.valkey import Valkey
from services.gateway.adapters.reply_follower import Reading, ReplyFollower
from services.gateway.domain import BEGINNING
from tests.support.gateway_player import Player, delta, done, replace, reset


@pytest.fixture
async def follower(redis: Redis) -> AsyncIterator[ReplyFollower]:
    async with ReplyFollower(redis) as follower:
        yield follower


async def read(reading: Reading, count: int, *, within_s: float = 5.0) -> list[Frame]:
    """The next `count` frames, or those that came in time."""
    frames: list[Frame] = []
    deadline_s = asyncio.get_running_loop().time() + within_s
    while len(frames) < count and asyncio.get_running_loop().time() < deadline_s:
        frames.extend(await reading.next(0.2))
    return frames


async def cut_connections(redis: Redis) -> None:
    await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


async def test_frames_are_heard_in_order_as_soon_as_they_are_said(
    follower: ReplyFollower, player: Player
) -> None:
    turn_id = uuid4()
    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    frames = [delta("1-1", "Hello"), replace("1-2", "Hi"), done("1-3", "Hi")]

    for frame in frames:
        await player.play(turn_id, frame)
        assert await read(reading, 1) == [frame]


async def test_what_was_written_before_comes_first_and_once(follower: ReplyFollower, player: Player) -> None:
    turn_id = uuid4()
    written = [delta("1-1", "a"), delta("1-2", "b")]
    await player.write(turn_id, *written)
    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    await player.say(turn_id, written[1])
    await player.play(turn_id, delta("1-3", "c"))

    assert await reading.catch_up()
    assert [frame.id for frame in await read(reading, 3)] == ["1-1", "1-2", "1-3"]


async def test_a_reader_continues_behind_its_position(follower: ReplyFollower, player: Player) -> None:
    turn_id = uuid4()
    await player.write(turn_id, *(delta(f"1-{n}", str(n)) for n in range(1, 12)))
    reading = await follower.listen(turn_id, (1, 9), only_the_end=False)

    await reading.catch_up()

    assert [frame.id for frame in await read(reading, 2)] == ["1-10", "1-11"]


async def test_nothing_written_is_told_as_such(follower: ReplyFollower) -> None:
    reading = await follower.listen(uuid4(), BEGINNING, only_the_end=False)

    assert not await reading.catch_up()


async def test_a_later_attempt_replaces_an_earlier_one_that_lives_on(
    follower: ReplyFollower, player: Player
) -> None:
    turn_id = uuid4()
    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    await player.play(turn_id, delta("1-1", "Old"), reset("2-1", 2))

    await player.say(turn_id, delta("1-2", " words of one that should be silent"))
    await player.play(turn_id, delta("2-2", "New"), done("2-3", "New"))

    assert [frame.id for frame in await read(reading, 4)] == ["1-1", "2-1", "2-2", "2-3"]


async def test_frames_missed_while_the_connection_was_cut_are_read_from_the_stream(
    follower: ReplyFollower, player: Player, redis: Redis
) -> None:
    turn_id = uuid4()
    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    await player.play(turn_id, delta("1-1", "a"))
    assert len(await read(reading, 1)) == 1

    await cut_connections(redis)
    # Written and never said, as when nobody listened.
    await player.write(turn_id, delta("1-2", "b"), delta("1-3", "c"))
    missed = await read(reading, 2)
    await player.play(turn_id, done("1-4", "abc"))

    assert [frame.id for frame in [*missed, *await read(reading, 1)]] == ["1-2", "1-3", "1-4"]


async def test_turns_can_be_followed_after_the_connection_was_cut(
    follower: ReplyFollower, player: Player, redis: Redis
) -> None:
    await follower.listen(uuid4(), BEGINNING, only_the_end=False)
    await cut_connections(redis)
    turn_id = uuid4()

    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    await player.play(turn_id, done("1-1", "Hi"))

    assert len(await read(reading, 1)) == 1


async def test_a_reader_that_lags_far_behind_still_gets_every_frame(
    follower: ReplyFollower, player: Player
) -> None:
    turn_id = uuid4()
    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    frames = [delta(f"1-{n}", str(n)) for n in range(1, 701)]

    for start in range(0, 700, 100):
        await player.play(turn_id, *frames[start : start + 100])
    await player.play(turn_id, done("1-701", "all"))

    assert [frame.id for frame in await read(reading, 701)] == [f"1-{n}" for n in range(1, 702)]


async def test_two_readers_of_a_turn_hear_the_same_and_part_alone(
    follower: ReplyFollower, player: Player
) -> None:
    turn_id = uuid4()
    leaving = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    staying = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    await player.play(turn_id, delta("1-1", "a"))
    assert await read(leaving, 1) == await read(staying, 1)

    leaving.close()
    await player.play(turn_id, done("1-2", "a"))

    assert len(await read(staying, 1)) == 1
    assert await leaving.next(0.05) == []


async def test_the_channels_of_ended_turns_are_left(follower: ReplyFollower, player: Player) -> None:
    ended, current = uuid4(), uuid4()
    reading = await follower.listen(ended, BEGINNING, only_the_end=False)
    assert await player.listeners(ended) == 1

    reading.close()
    await follower.listen(current, BEGINNING, only_the_end=False)

    assert await player.listeners(ended) == 0
    assert await player.listeners(current) == 1


async def test_a_turn_that_is_followed_again_at_once_is_heard(
    follower: ReplyFollower, player: Player
) -> None:
    turn_id = uuid4()
    (await follower.listen(turn_id, BEGINNING, only_the_end=False)).close()

    reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
    await player.play(turn_id, done("1-1", "Hi"))

    assert len(await read(reading, 1)) == 1


async def test_whoever_wants_only_the_end_is_spared_the_way(follower: ReplyFollower, player: Player) -> None:
    turn_id = uuid4()
    reading = await follower.listen(turn_id, BEGINNING, only_the_end=True)

    await player.play(turn_id, delta("1-1", "a"), delta("1-2", "b"), done("1-3", "ab"))

    assert [frame.id for frame in await read(reading, 1)] == ["1-3"]


async def test_an_abandoned_reader_wakes_up(follower: ReplyFollower) -> None:
    reading = await follower.listen(uuid4(), BEGINNING, only_the_end=False)
    waiting = asyncio.create_task(reading.next(60.0))
    await asyncio.sleep(0)

    reading.abandon()

    assert list(await asyncio.wait_for(waiting, 1.0)) == []


async def test_one_connection_serves_all_turns(follower: ReplyFollower, redis: Redis) -> None:
    for _ in range(20):
        await follower.listen(uuid4(), BEGINNING, only_the_end=False)

    clients = await redis.client_list(_type="pubsub")

    assert len(clients) == 1


async def test_redis_may_go_and_come_back(tmp_path: Path) -> None:
    server = Valkey(DataDir(tmp_path))
    await asyncio.to_thread(server.start)
    turn_id = uuid4()
    try:
        async with (
            Redis.from_url(server.url, decode_responses=True) as redis,
            ReplyFollower(redis) as follower,
        ):
            reading = await follower.listen(turn_id, BEGINNING, only_the_end=False)
            await asyncio.to_thread(server.kill)
            await refused(follower)

            await asyncio.to_thread(server.start)
            await accepted(follower)
            await Player(redis).play(turn_id, done("1-1", "Hi"))

            assert len(await read(reading, 1)) == 1
    finally:
        await asyncio.to_thread(server.terminate)


async def refused(follower: ReplyFollower) -> None:
    """Return once nobody can listen any more."""
    async with asyncio.timeout(10.0):
        while True:
            try:
                (await follower.listen(uuid4(), BEGINNING, only_the_end=False)).close()
            except RedisUnavailable:
                return


async def accepted(follower: ReplyFollower) -> None:
    """Return once one can listen again."""
    async with asyncio.timeout(10.0):
        while True:
            try:
                (await follower.listen(uuid4(), BEGINNING, only_the_end=False)).close()
            except RedisUnavailable:
                await asyncio.sleep(0.05)
            else:
                return
