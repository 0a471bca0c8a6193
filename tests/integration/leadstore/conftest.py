"""Leadstore's adapters on an empty schema in a database of this module, and its API before them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.data_keys.migrations import LOCATION as KEYS_LOCATION
from chassis.data_keys.table import SCHEMA as KEYS_SCHEMA
from chassis.kafka import EventPublisher
from chassis.migrations import run_migrations
from chassis.outbox import Outbox
from chassis.problems import install_problem_handlers
from chassis.settings import DatabaseSettings
from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged
from services.leadstore.adapters import tables
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.adapters.postgres_privacy import PostgresPrivacy
from services.leadstore.adapters.postgres_proposal_links import PostgresProposalLinks
from services.leadstore.adapters.postgres_read_model import PostgresReadModel
from services.leadstore.adapters.postgres_reports import PostgresReports
from services.leadstore.api import make_privacy_router, make_router
from services.leadstore.migrations import LOCATION
from services.leadstore.usecases import project_events
from tests.support.schemas import emptied
from tests.unit.leadstore.builders import NOON, Told


class RecordingLeads:
    """A lead stream that keeps what it was given."""

    def __init__(self) -> None:
        self.published: list[CloudEvent[LeadChanged]] = []

    async def publish(self, events: Sequence[CloudEvent[LeadChanged]]) -> None:
        self.published.extend(events)


class Leadstore:
    """The store, the read model and what fills them. The outbox publishes to nowhere, as without Kafka."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.store = PostgresLeadStore(engine, Outbox(engine, tables.outbox, EventPublisher(KafkaBroker())))
        self.read_model = PostgresReadModel(engine)
        self.reports = PostgresReports(engine)
        self.links = PostgresProposalLinks(engine)
        self.privacy = PostgresPrivacy(engine)
        self.notifier = InProcessNotifier()

    async def project(self, *events: Told, forgetful: bool = False) -> list[CloudEvent[LeadChanged]]:
        """Project a batch; the lead changes that it publishes. `forgetful` forgets that it was processed."""
        leads = RecordingLeads()
        await project_events(events, self.store, leads, self.notifier, clock=lambda: NOON)
        if forgetful:
            await self.store.forget_processed(before=datetime.now(UTC) + timedelta(seconds=1))
        return leads.published

    async def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]

    async def counts(self) -> dict[str, int]:
        return {table.name: len(await self.rows(table)) for table in tables.metadata.sorted_tables}


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    run_migrations(DatabaseSettings.at(database_url), script_location=LOCATION, schema=tables.SCHEMA)
    run_migrations(DatabaseSettings.at(database_url), script_location=KEYS_LOCATION, schema=KEYS_SCHEMA)
    return database_url


@pytest.fixture
async def leadstore(migrated_url: str) -> AsyncIterator[Leadstore]:
    async with emptied(migrated_url, tables.metadata) as engine:
        yield Leadstore(engine)


@pytest.fixture
async def client(leadstore: Leadstore) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    ports = (leadstore.read_model, leadstore.reports, leadstore.links, leadstore.notifier)
    private = (leadstore.read_model, leadstore.notifier, leadstore.privacy)
    app.include_router(make_router(*ports, clock=lambda: NOON))
    app.include_router(make_privacy_router(*private, clock=lambda: NOON))
    install_problem_handlers(app)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://leadstore") as client:
        yield client
