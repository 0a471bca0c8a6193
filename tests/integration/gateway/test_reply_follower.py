import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from contracts.reply_stream import Done, Frame, FrameKind, reply_key
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from devstack.data_dir import DataDir
from devstack.valkey import Valkey
from services.gateway.adapters.reply_follower import ReplyFollower
from services.gateway.adapters.reply_reading import Reading
from services.gateway.domain import BEGINNING
from services.gateway.errors import LeadstoreUnavailable
from tests.support.following import in_background, read
from tests.support.gateway_player import Player, delta, done, replace, reset


class StoredOutcomes:
    """The Outcomes port: what is stored, and what was asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[OpenTurn]] = []
        self.failures = 0
        self._ended: dict[OpenTurn, Done] = {}

    def end(self, turn: OpenTurn, response: str) -> None:
        frame = done("1-1", response, conversation_id=turn.conversation_id, turn_id=turn.turn_id)
        self._ended[turn] = Done.model_validate_json(frame.data)

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        self.asked.append(turns)
        if self.failures:
            self.failures -= 1
            raise LeadstoreUnavailable("leadstore")
        return TurnOutcomes(answered=tuple(self._ended[turn] for turn in turns if turn in self._ended))


@asynccontextmanager
async def following(redis: Redis, outcomes: StoredOutcomes) -> AsyncIterator[ReplyFollower]:
    follower = ReplyFollower(redis, outcomes)
    async with in_background(follower.listen_to_redis(), follower.poll_outcomes()):
        yield follower


@pytest.fixture
def outcomes() -> StoredOutcomes:
    return StoredOutcomes()


@pytest.fixture
async def follower(redis: Redis, outcomes: StoredOutcomes) -> AsyncIterator[ReplyFollower]:
    async with following(redis, outcomes) as follower:
        yield follower


async def listen(follower: ReplyFollower, turn_id: UUID | None = None, *, end: bool = False) -> Reading:
    return await follower.listen(uuid4(), turn_id or uuid4(), BEGINNING, only_the_end=end)


async def ids(reading: Reading, count: int) -> list[str]:
    return [frame.id for frame in await read(reading, count)]


async def test_frames_are_heard_as_said_or_the_end_alone(follower: ReplyFollower, player: Player) -> None:
    turn_id = uuid4()
    reading, hurried = await listen(follower, turn_id), await listen(follower, turn_id, end=True)
    of_a_newer_version = Frame("1-1", FrameKind.DELTA, '{"text": "Hi", "mood": "good"}')
    frames = [of_a_newer_version, replace("1-2", "Hi"), done("1-3", "Hi")]

    assert not await reading.catch_up()
    for frame in frames:
        await player.play(turn_id, frame)
        assert await read(reading, 1) == [frame]
    assert await read(hurried, 1) == frames[-1:]


async def test_what_was_written_comes_first(follower: ReplyFollower, player: Player, redis: Redis) -> None:
    turn_id = uuid4()
    written = [delta("1-1", "a"), delta("1-2", "b")]
    for unreadable in ({"k": "applause", "d": "{}"}, {"unheard": "of"}):
        await redis.xadd(reply_key(turn_id), unreadable, id="0-*")
    await player.write(turn_id, *written)
    reading = await listen(follower, turn_id)
    await player.say(turn_id, written[1])
    await player.play(turn_id, delta("1-3", "c"))

    assert await reading.catch_up()
    assert await ids(reading, 3) == ["1-1", "1-2", "1-3"]


async def test_a_later_attempt_replaces_one_that_lives_on(follower: ReplyFollower, player: Player) -> None:
    turn_id = uuid4()
    reading = await listen(follower, turn_id)
    await player.play(turn_id, delta("1-1", "Old"), reset("2-1", 2))
    await player.say(turn_id, delta("1-2", " words of one that should be silent"))
    await player.play(turn_id, delta("2-2", "New"), done("2-3", "New"))
    assert await ids(reading, 4) == ["1-1", "2-1", "2-2", "2-3"]


async def test_frames_missed_in_a_cut_are_read(follower: ReplyFollower, player: Player, redis: Redis) -> None:
    turn_id, another = uuid4(), uuid4()
    reading = await listen(follower, turn_id)
    await player.play(turn_id, delta("1-1", "a"))
    assert await ids(reading, 1) == ["1-1"]

    await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    # Written and never said, as when nobody listened.
    await player.write(turn_id, delta("1-2", "b"), delta("1-3", "c"))
    assert await ids(reading, 2) == ["1-2", "1-3"]
    await player.play(turn_id, done("1-4", "abc"))
    assert await ids(reading, 1) == ["1-4"]
    later = await listen(follower, another)
    await player.play(another, done("1-1", "Hi"))
    assert await ids(later, 1) == ["1-1"]


async def test_a_reader_that_lags_far_behind_gets_all_frames(follower: ReplyFollower, player: Player) -> None:
    turn_id = uuid4()
    reading = await listen(follower, turn_id)
    frames = [delta(f"1-{n}", str(n)) for n in range(1, 701)]
    for start in range(0, 700, 100):
        await player.play(turn_id, *frames[start : start + 100])
    assert await read(reading, 700) == frames


async def test_ended_turns_are_left_and_can_be_followed_anew(follower: ReplyFollower, player: Player) -> None:
    ended, current = uuid4(), uuid4()
    reading = await listen(follower, ended)
    assert await player.listeners(ended) == 1

    reading.close()
    await listen(follower, current)

    assert (await player.listeners(ended), await player.listeners(current)) == (0, 1)
    again = await listen(follower, ended)
    await player.play(ended, done("1-1", "Hi"))
    assert await ids(again, 1) == ["1-1"]


async def test_an_abandoned_reader_wakes_up(follower: ReplyFollower) -> None:
    reading = await listen(follower)
    waiting = asyncio.create_task(reading.next(60.0))
    await asyncio.sleep(0)
    reading.abandon()
    assert list(await asyncio.wait_for(waiting, 1.0)) == []


async def test_redis_may_go_and_come_back(tmp_path: Path, outcomes: StoredOutcomes) -> None:
    server = Valkey(DataDir(tmp_path))
    await asyncio.to_thread(server.start)
    before, meanwhile = uuid4(), uuid4()
    try:
        redis = Redis.from_url(server.url, decode_responses=True)
        async with redis, following(redis, outcomes) as follower:
            readings = [await listen(follower, before)]
            await asyncio.to_thread(server.kill)
            readings.append(await listen(follower, meanwhile))

            await asyncio.to_thread(server.start)
            for turn_id in (before, meanwhile):
                # Written and never said: whoever listens again reads what was written meanwhile.
                await Player(redis).write(turn_id, done("1-1", "Hi"))

            for reading in readings:
                assert len(await read(reading, 1, within_s=10.0)) == 1
    finally:
        await asyncio.to_thread(server.terminate)


GARBAGE = (
    b"", b"1-1", b"1-1 applause {}", b"one-two delta {}", b'1-1 delta {"text"', b"1-1 delta {}",
    b"\xff\xfe \x00", b'1-1 done {"response": "half of it"}', b'1-1 delta {"text": "\xff"',
)  # fmt: skip


async def test_an_unreadable_frame_is_skipped(follower: ReplyFollower, player: Player, redis: Redis) -> None:
    def skipped() -> float:
        return REGISTRY.get_sample_value("salesbot_reply_frames_skipped_total") or 0.0

    turn_id, skipped_before = uuid4(), skipped()
    reading = await listen(follower, turn_id)
    for garbage in GARBAGE:
        await redis.publish(reply_key(turn_id), garbage)
    await player.play(turn_id, delta("1-2", "Hi"), done("1-3", "Hi"))

    assert await ids(reading, 2) == ["1-2", "1-3"]
    assert skipped() == skipped_before + len(GARBAGE)


async def test_a_reply_that_redis_lost_comes_from_the_read_model_which_is_asked_again_when_away(
    follower: ReplyFollower, player: Player, outcomes: StoredOutcomes
) -> None:
    streamed_id = uuid4()
    lost, spoken = await listen(follower), await listen(follower, end=True)
    streamed = await listen(follower, streamed_id)
    await player.play(streamed_id, delta("1-1", "Nice "))
    outcomes.failures = 1
    for reading in (lost, spoken, streamed):
        outcomes.end(reading.turn, f"Nice day, {reading.turn.turn_id}.")

    for reading, kinds in ((lost, ["replace", "done"]), (spoken, ["done"])):
        frames = await read(reading, len(kinds), within_s=6.0)
        own = str(reading.turn.turn_id)
        assert [(frame.kind, own in frame.data) for frame in frames] == [(kind, True) for kind in kinds]
    frames = await read(streamed, 3)
    assert [f"{frame.id} {frame.kind}" for frame in frames] == ["1-1 delta", "1-2 replace", "1-3 done"]


async def test_all_silent_turns_are_asked_about_at_once_and_the_others_not(
    follower: ReplyFollower, player: Player, outcomes: StoredOutcomes, *, redis: Redis
) -> None:
    spoken = uuid4()
    silent = {(await listen(follower, end=True)).turn for _ in range(30)}
    await listen(follower, spoken, end=True)
    # One connection serves all turns.
    assert len(await redis.client_list(_type="pubsub")) == 1

    async with asyncio.timeout(5.0):
        while silent not in map(set, outcomes.asked):
            await player.say(spoken, delta("1-1", "word"))
            await asyncio.sleep(0.05)

    assert all(silent >= set(asked) for asked in outcomes.asked)
