"""What is counted over all conversations, and the record of one, in PostgreSQL."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors
from contracts.read_model import AskedQuestion, LeadRecord, RefusalReason, Step
from playbook import ScoreRule
from services.leadstore.adapters import tables
from services.leadstore.adapters.statements import HAND_OVERS, QUESTIONS, RECENT_COST, RECENT_FUNNEL, REFUSALS
from services.leadstore.domain import Conversation, Draft, ModelUse, Refusal, record_of, spent


class PostgresReports:
    """Reads the schema `leadstore`. Implements the port Reports."""

    def __init__(self, engine: AsyncEngine, scoring: ScoreRule | None = None) -> None:
        self._engine = engine
        self._scoring = scoring

    async def record(self, conversation_id: UUID) -> LeadRecord | None:
        known = tables.conversation
        of_conversation = select(known).where(known.c.id == conversation_id)
        parts = (tables.proposal, tables.model_use, tables.refusal)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(of_conversation)).mappings().one_or_none()
                if row is None or row.started_at is None or row.erased_at is not None:
                    return None
                drafts, uses, refusals = [
                    (await connection.execute(select(part).where(part.c.conversation_id == conversation_id)))
                    .mappings()
                    .all()
                    for part in parts
                ]
        return record_of(
            Conversation.model_validate(dict(row)),
            [Draft.model_validate(dict(each)) for each in drafts],
            [ModelUse.model_validate(dict(each)) for each in uses],
            [Refusal.model_validate(dict(each)) for each in refusals],
            scoring=self._scoring,
        )

    async def hand_overs(self, limit: int) -> list[Conversation]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(HAND_OVERS, {"limit": limit})).mappings().all()
        return [Conversation.model_validate(dict(row)) for row in rows]

    async def unanswered_questions(self, limit: int) -> list[AskedQuestion]:
        """Reads every conversation: an operator asks now and then."""
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(QUESTIONS, {"limit": limit})).mappings().all()
        return [AskedQuestion.model_validate(dict(row)) for row in rows]

    async def refusal_reasons(self) -> list[RefusalReason]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(REFUSALS)).mappings().all()
        return [RefusalReason.model_validate(dict(row)) for row in rows]

    async def daily_costs(self, first: date, last: date) -> dict[date, float]:
        table = tables.model_use
        day = cast(func.timezone("UTC", table.c.used_at), Date)
        query = (
            select(day, func.sum(table.c.cost_usd))
            .where(table.c.used_at >= midnight(first))
            .where(table.c.used_at < midnight(last + timedelta(days=1)))
            .group_by(day)
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return {used_on: spent(cost_usd, 0, 0).model_cost_usd for used_on, cost_usd in rows}

    async def funnel_counts(self, first: date, last: date) -> list[tuple[date, Step, int]]:
        table = tables.funnel_step
        day = cast(func.timezone("UTC", table.c.reached_at), Date)
        query = (
            select(day, table.c.step, func.count())
            .where(table.c.reached_at >= midnight(first))
            .where(table.c.reached_at < midnight(last + timedelta(days=1)))
            .group_by(day, table.c.step)
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [(reached_on, Step(step), count) for reached_on, step, count in rows]

    async def recent_funnel(self, days: int, until: datetime) -> dict[str, int]:
        period = {"since": until - timedelta(days=days), "until": until}
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(RECENT_FUNNEL, period)).all()
        return {row.step: row.conversations for row in rows}

    async def recent_cost(self, days: int, until: datetime) -> float:
        period = {"since": until - timedelta(days=days), "until": until}
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return float(await connection.scalar(RECENT_COST, period) or 0.0)


def midnight(day: date) -> datetime:
    """The beginning of a day, in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)
