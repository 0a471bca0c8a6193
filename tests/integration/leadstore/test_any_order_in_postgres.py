"""The tables in PostgreSQL are those of the store in memory, in whatever order the topics come."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from services.leadstore.adapters import tables
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.domain import Conversation, Draft, FailedTurn, Message, ModelUse
from services.leadstore.ports import LeadStore
from services.leadstore.usecases import project_events
from tests.unit.leadstore.builders import NOON, Told
from tests.unit.leadstore.fakes import MemoryLeadStore, RecordingLeads
from tests.unit.leadstore.strategies import told_anyhow

EVERY_TABLE = ", ".join(table.fullname for table in tables.metadata.sorted_tables)


async def project_all(store: LeadStore, batches: list[list[Told]]) -> list[tuple[UUID, UUID]]:
    """What was published: which lead, and by which event id."""
    leads = RecordingLeads()
    for batch in batches:
        await project_events(batch, store, leads, InProcessNotifier(), clock=lambda: NOON)
    return sorted((event.data.conversation_id, event.id) for event in leads.published)


async def rows(engine: AsyncEngine, table: sa.Table) -> list[dict[str, object]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=told_anyhow())
async def test_postgres_holds_what_memory_holds(
    told: tuple[list[Told], list[list[Told]]], engine: AsyncEngine, store: PostgresLeadStore
) -> None:
    in_order, batches = told
    async with engine.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {EVERY_TABLE}"))
    memory, same_batches = MemoryLeadStore(), MemoryLeadStore()
    await project_all(memory, [in_order])

    published = await project_all(store, batches)

    assert published == await project_all(same_batches, batches)
    stored = [Conversation.model_validate(row) for row in await rows(engine, tables.conversation)]
    assert {row.id: row for row in stored} == same_batches.conversations_by_id
    assert {row.id: row.model_copy(update={"version": 1}) for row in stored} == memory.conversations_by_id
    messages = [Message.model_validate(row) for row in await rows(engine, tables.message)]
    assert {row.id: row for row in messages} == memory.messages
    failed = [FailedTurn.model_validate(row) for row in await rows(engine, tables.failed_turn)]
    assert {row.turn_id: row for row in failed} == memory.failed_turns
    drafts = [Draft.model_validate(row) for row in await rows(engine, tables.proposal)]
    assert {(row.conversation_id, row.revision, row.proposal_id): row for row in drafts} == memory.drafts
    uses = [ModelUse.model_validate(row) for row in await rows(engine, tables.model_use)]
    assert {(row.conversation_id, row.id): row for row in uses} == memory.model_uses
    steps = await rows(engine, tables.funnel_step)
    assert {(row["conversation_id"], row["step"]): row["reached_at"] for row in steps} == memory.funnel_steps
