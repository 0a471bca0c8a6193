"""The schema `dialogue` in a database of this module, a cache, and the fakes that stand for both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
import sqlalchemy as sa
from faststream.kafka import KafkaBroker
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher
from chassis.migrations import run_migrations
from chassis.outbox import Outbox
from chassis.reply_stream import RedisReplyStream
from contracts.reply_stream import DATA_FIELD, KIND_FIELD, Frame, FrameKind, reply_key
from services.dialogue.adapters import PostgresStore, RememberingStore, tables
from services.dialogue.migrations import LOCATION
from services.dialogue.ports import ConversationStore, ReplyStream
from tests.support.dialogue_fakes import FakeReplyStream, FakeStore
from tests.support.schemas import emptied


@dataclass
class Stored:
    """A store, and the ids of the events in its outbox in their order."""

    store: ConversationStore
    event_ids: Callable[[], Awaitable[list[UUID]]]


@dataclass
class Written:
    """A reply stream, and the frames of a turn as a reader finds them."""

    replies: ReplyStream
    frames: Callable[[UUID], Awaitable[list[Frame]]]


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(database_url, script_location=LOCATION, schema=tables.SCHEMA)
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with emptied(migrated_url, tables.metadata) as engine:
        yield engine


def unpublished_outbox(engine: AsyncEngine) -> Outbox:
    """An outbox that stores events; what it publishes goes nowhere."""
    return Outbox(engine, tables.outbox, EventPublisher(KafkaBroker()))


@pytest.fixture
def in_postgres(engine: AsyncEngine) -> Stored:
    async def event_ids() -> list[UUID]:
        query = sa.select(tables.outbox.c.event_id).order_by(tables.outbox.c.position)
        async with engine.connect() as connection:
            return list((await connection.scalars(query)).all())

    return Stored(PostgresStore(engine, unpublished_outbox(engine)), event_ids)


@pytest.fixture
def remembered(in_postgres: Stored) -> Stored:
    return Stored(RememberingStore(in_postgres.store), in_postgres.event_ids)


@pytest.fixture
def in_memory() -> Stored:
    store = FakeStore([])

    async def event_ids() -> list[UUID]:
        return list(store.outbox)

    return Stored(store, event_ids)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def written_to_redis(redis: Redis) -> Written:
    async def frames(turn_id: UUID) -> list[Frame]:
        return [
            Frame(identity, FrameKind(fields[KIND_FIELD]), fields[DATA_FIELD])
            for identity, fields in await redis.xrange(reply_key(turn_id))
        ]

    return Written(RedisReplyStream(redis), frames)


@pytest.fixture
def written_to_memory() -> Written:
    replies = FakeReplyStream()

    async def frames(turn_id: UUID) -> list[Frame]:
        return replies.frames.get(turn_id, [])

    return Written(replies, frames)
