"""Following conversations: woken over Redis, read from leadstore, also without either for a while."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import pytest
from redis.asyncio import Redis

from contracts.conversation_changes import (
    ConversationChange,
    FollowedConversation,
    TranscriptMessage,
    behind_sequence,
    notice_channel,
)
from devstack.data_dir import DataDir
from devstack.services import ServiceProcess
from devstack.valkey import Valkey
from services.gateway.adapters.conversation_follower import ConversationFollower, Following
from services.gateway.errors import LeadstoreUnavailable
from tests.integration.gateway.conftest import StartGateway
from tests.support.following import in_background, read
from tests.support.waiting import until

SAID_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class StoredReplies:
    """Leadstore's part: replies by conversation, and how it was asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[FollowedConversation]] = []
        self.is_away = False
        self._said: dict[UUID, list[TranscriptMessage]] = {}

    def say(self, conversation_id: UUID, text: str) -> None:
        said = self._said.setdefault(conversation_id, [])
        plain = {"role": "bot", "turn_id": None, "answers": (), "written_by": "model", "degraded": False}
        plain |= {"failed": False, "suggestions": (), "at": SAID_AT}
        said.append(TranscriptMessage(id=uuid4(), text=text, sequence=len(said) + 1, **plain))

    async def changes(self, followed: Sequence[FollowedConversation]) -> Sequence[ConversationChange]:
        self.asked.append(followed)
        if self.is_away:
            raise LeadstoreUnavailable("leadstore")
        return [self._change(each) for each in followed if self._version(each) != each.version]

    def _version(self, asked: FollowedConversation) -> int:
        return len(self._said.get(asked.conversation_id, ()))

    def _change(self, asked: FollowedConversation) -> ConversationChange:
        new = behind_sequence(tuple(self._said[asked.conversation_id]), asked.after_sequence)
        return ConversationChange(
            conversation_id=asked.conversation_id, version=self._version(asked), messages=new
        )


@asynccontextmanager
async def running(redis: Redis, stored: StoredReplies) -> AsyncIterator[ConversationFollower]:
    follower = ConversationFollower(redis, stored)
    async with in_background(follower.listen_to_redis(), follower.read_changes()):
        yield follower


@pytest.fixture
def stored() -> StoredReplies:
    return StoredReplies()


@pytest.fixture
async def follower(redis: Redis, stored: StoredReplies) -> AsyncIterator[ConversationFollower]:
    async with running(redis, stored) as follower:
        yield follower


async def sequences(reading: Following, count: int, *, within_s: float = 5.0) -> list[int | None]:
    """The sequences of the next `count` messages, or of those that came in time."""
    return [update.sequence for update in await read(reading, count, within_s=within_s)]


async def test_a_notice_brings_what_is_new_to_every_follower_from_its_own_place(
    follower: ConversationFollower, stored: StoredReplies, redis: Redis
) -> None:
    conversation_id, silent = uuid4(), uuid4()
    for text in ("one", "two"):
        stored.say(conversation_id, text)
    first, second = (
        await follower.follow(conversation_id, 0, is_visitor=True),
        await follower.follow(conversation_id, 1, is_visitor=True),
    )
    other = await follower.follow(silent, 0, is_visitor=True)
    assert (await sequences(first, 2), await sequences(second, 1)) == ([1, 2], [2])

    asked = len(stored.asked)
    stored.say(conversation_id, "three")
    await redis.publish(notice_channel(conversation_id), "")

    assert (await sequences(first, 1), await sequences(second, 1)) == ([3], [3])
    assert await sequences(other, 1, within_s=0.1) == []
    # One question for both, and none about the conversation in which nothing happened.
    assert [[each.conversation_id for each in one] for one in stored.asked[asked:]] == [[conversation_id]]


async def test_who_reads_slowly_holds_one_answer_and_misses_nothing(
    follower: ConversationFollower, stored: StoredReplies, redis: Redis
) -> None:
    conversation_id, another = uuid4(), uuid4()
    reading, quick = (
        await follower.follow(conversation_id, 0, is_visitor=True),
        await follower.follow(another, 0, is_visitor=True),
    )
    for number in range(30):
        for each in (conversation_id, another):
            stored.say(each, f"reply {number}")
            await redis.publish(notice_channel(each), "")
        assert await sequences(quick, 1) == [number + 1]

    about_it = [one for asked in stored.asked for one in asked if one.conversation_id == conversation_id]
    assert (reading.has_room, len(about_it) <= 2) == (False, True)
    assert await sequences(reading, 30) == list(range(1, 31))


async def test_leadstore_is_asked_again_after_an_outage(
    follower: ConversationFollower, stored: StoredReplies
) -> None:
    stored.is_away = True
    conversation_id = uuid4()
    reading = await follower.follow(conversation_id, 0, is_visitor=True)
    stored.say(conversation_id, "late")
    await until(lambda: stored.asked)
    stored.is_away = False
    assert await sequences(reading, 1) == [1]


async def test_without_redis_replies_come_all_the_same(stored: StoredReplies, tmp_path: Path) -> None:
    valkey = Valkey(DataDir(tmp_path))
    valkey.start()
    async with Redis.from_url(valkey.url, decode_responses=True) as redis, running(redis, stored) as follower:
        conversation_id = uuid4()
        reading = await follower.follow(conversation_id, 0, is_visitor=True)
        valkey.terminate()
        stored.say(conversation_id, "unnoticed")
        assert await sequences(reading, 1, within_s=15) == [1]
        newcomer = await follower.follow(conversation_id, 0, is_visitor=True)
        assert await sequences(newcomer, 1) == [1]


async def test_who_is_gone_is_forgotten(follower: ConversationFollower, redis: Redis) -> None:
    conversation_id = uuid4()
    reading = await follower.follow(conversation_id, 0, is_visitor=True)
    waiting = asyncio.create_task(reading.next(60))
    await asyncio.sleep(0)
    reading.abandon()
    assert (list(await waiting), reading.is_over) == ([], True)
    for _ in range(2):
        reading.close()
    again = await follower.follow(conversation_id, 0, is_visitor=True)
    assert not again.is_over
    follower.end_all()
    assert again.is_over and (await follower.follow(conversation_id, 0, is_visitor=True)).is_over


@pytest.mark.slow
async def test_a_gateway_that_is_stopped_ends_open_streams_at_once(start_gateway: StartGateway) -> None:
    gateway: ServiceProcess = start_gateway(SHUTDOWN_TIMEOUT_S="30")
    async with aiohttp.ClientSession(gateway.url, timeout=aiohttp.ClientTimeout(total=20)) as session:
        streamed = {"json": {"message": "Hello"}, "headers": {"accept": "text/event-stream"}}
        async with session.post("/chat", **streamed) as chat:
            await chat.content.readuntil(b"event: accepted\ndata: ")
            accepted = json.loads(await chat.content.readline())
        headers = {"authorization": f"Bearer {accepted['session_token']}"}
        events = f"/conversation/{accepted['conversation_id']}/events"
        async with session.get(events, headers=headers) as stream:
            assert (await stream.content.readline()) == b": ping\n"
            stopping = asyncio.create_task(asyncio.to_thread(gateway.terminate))
            # The end of the stream, and no connection that breaks.
            assert (await stream.content.read()).endswith(b"\n")
        async with asyncio.timeout(10):
            await stopping
