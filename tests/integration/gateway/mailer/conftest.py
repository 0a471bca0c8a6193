"""The schema `mail` in a database of this module, an outbox on it, and a mail server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.migrations import run_migrations
from chassis.settings import DatabaseSettings
from chassis.supervised import SupervisedTask
from services.gateway.mailer.adapters import PostgresOutbox, tables
from services.gateway.mailer.migrations import LOCATION
from services.gateway.mailer.ports import Pace
from services.gateway.mailer.usecases.sending import Sender
from tests.support.mail_office import Office
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import HASHES, HOLDING, LEASE, PACE, a_sender, a_server
from tests.support.schemas import emptied


class SettableClock:
    """The time is what a test says it is."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(DatabaseSettings.at(database_url), script_location=LOCATION, schema=tables.SCHEMA)
    return database_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with emptied(migrated_url, tables.metadata) as engine:
        yield engine


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def outbox(engine: AsyncEngine, clock: SettableClock) -> PostgresOutbox:
    return PostgresOutbox(engine, HASHES, clock, lease=LEASE, holding=HOLDING)


@pytest.fixture
def another(engine: AsyncEngine, clock: SettableClock) -> PostgresOutbox:
    """The outbox as another process sees it."""
    return PostgresOutbox(engine, HASHES, clock, lease=LEASE, holding=HOLDING)


@pytest.fixture
def office(engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> Office:
    return Office(engine, outbox, clock)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer().running() as server:
        yield server


@asynccontextmanager
async def sending(
    outbox: PostgresOutbox, url: str, *, pace: Pace = PACE, authorities: Path | None = None
) -> AsyncIterator[Sender]:
    """Mails are sent while the block runs."""
    sender = a_sender(outbox, a_server(url, authorities=authorities), pace=pace)
    async with SupervisedTask("sender", sender.run), SupervisedTask("claims", sender.look_after_claims):
        yield sender
