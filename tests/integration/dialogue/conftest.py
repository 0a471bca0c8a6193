"""The schema `dialogue` in a database of this module, and a store on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
import sqlalchemy as sa
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.kafka import EventPublisher
from chassis.language_model import LanguageModel, LanguageModelSettings, ModelProfiles
from chassis.migrations import run_migrations
from chassis.outbox import Outbox
from chassis.settings import DatabaseSettings
from services.dialogue.adapters import PostgresStore, tables
from services.dialogue.migrations import LOCATION
from services.dialogue.ports import ConversationStore
from tests.support.fake_openai import FakeOpenAI
from tests.support.schemas import emptied
from tests.support.spending import LISTED

# What a model is told to have understood: a bakery.
BAKERY = {
    "intents": ["answer"],
    "updates": [{"slot": "business_type", "op": "set", "value": "bakery", "quote": "bakery"}],
    **{"questions": [], "language": "en", "change_wish": None, "tier": None},
}


@dataclass
class Stored:
    """A store, and the ids of the events in its outbox in their order."""

    store: ConversationStore
    event_ids: Callable[[], Awaitable[list[UUID]]]


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(DatabaseSettings.at(database_url), script_location=LOCATION, schema=tables.SCHEMA)
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with emptied(migrated_url, tables.metadata) as engine:
        yield engine


def a_model(server: FakeOpenAI, limiter=None, *, profiles=LISTED, **settings: object) -> LanguageModel:
    """A model on this server, the only one that is asked."""
    usual = {"api_key": "key", "base_url": server.base_url, "fallback_model": None}
    given = LanguageModelSettings.model_validate(usual | settings)
    return LanguageModel(given, profiles=ModelProfiles(profiles), limiter=limiter)


def unpublished_outbox(engine: AsyncEngine) -> Outbox:
    """An outbox that stores events; what it publishes goes nowhere."""
    return Outbox(engine, tables.outbox, EventPublisher(KafkaBroker()))


class NoKeys:
    """The keys of a store whose events are not encrypted."""

    async def destroy(self, _connection: AsyncConnection, _conversation_ids: Sequence[UUID]) -> int:
        return 0

    def forget(self, _conversation_ids: Sequence[UUID]) -> None:
        pass


@pytest.fixture
def in_postgres(engine: AsyncEngine) -> Stored:
    async def event_ids() -> list[UUID]:
        query = sa.select(tables.outbox.c.event_id).order_by(tables.outbox.c.position)
        async with engine.connect() as connection:
            return list((await connection.scalars(query)).all())

    return Stored(PostgresStore(engine, unpublished_outbox(engine), NoKeys()), event_ids)
