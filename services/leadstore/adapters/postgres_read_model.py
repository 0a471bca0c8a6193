"""The read model in PostgreSQL, for readers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Date, Uuid, any_, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.postgres import translate_database_errors
from contracts.proposal_folder import ProposalFolder
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from contracts.values import LeadStatus
from services.leadstore.adapters import tables
from services.leadstore.adapters.statements import QUESTIONS
from services.leadstore.domain import (
    NOTHING,
    AskedQuestion,
    Conversation,
    Draft,
    FailedTurn,
    Message,
    Position,
    Spent,
    Step,
    Transcript,
    folder_of,
    outcomes_of,
    spent,
    transcript_of,
)


class PostgresReadModel:
    """Reads the schema `leadstore`. Implements the port ReadModel."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def last_sequence(self, conversation_id: UUID) -> int:
        table = tables.conversation
        query = select(table.c.last_sequence).where(table.c.id == conversation_id)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return await connection.scalar(query) or 0

    async def transcript(self, conversation_id: UUID) -> Transcript | None:
        table, message, failed_turn = tables.conversation, tables.message, tables.failed_turn
        of_conversation = select(table).where(table.c.id == conversation_id)
        of_messages = select(message).where(message.c.conversation_id == conversation_id)
        of_failures = select(failed_turn).where(failed_turn.c.conversation_id == conversation_id)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(of_conversation)).mappings().one_or_none()
                if row is None or row.started_at is None or row.erased_at is not None:
                    return None
                messages = (await connection.execute(of_messages)).mappings().all()
                failures = (await connection.execute(of_failures)).mappings().all()
                used = await _spent(connection, [conversation_id])
        return transcript_of(
            Conversation.model_validate(dict(row)),
            [Message.model_validate(dict(each)) for each in messages],
            [FailedTurn.model_validate(dict(each)) for each in failures],
            used.get(conversation_id, NOTHING),
        )

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        """By the primary keys: it is asked every second for every silent turn."""
        table, message, failed_turn = tables.conversation, tables.message, tables.failed_turn
        # Arrays, so that one prepared statement serves any number of turns.
        conversation_ids = literal(list({turn.conversation_id for turn in turns}), ARRAY(Uuid))
        turn_ids = literal([turn.turn_id for turn in turns], ARRAY(Uuid))
        of_messages = (
            select(message)
            .where(message.c.conversation_id == any_(conversation_ids))
            .where(message.c.answers.overlap(turn_ids))
        )
        of_failures = (
            select(failed_turn)
            .where(failed_turn.c.conversation_id == any_(conversation_ids))
            .where(failed_turn.c.turn_id == any_(turn_ids))
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                messages = (await connection.execute(of_messages)).mappings().all()
                failures = (await connection.execute(of_failures)).mappings().all()
                ended = {row["conversation_id"] for row in (*messages, *failures)}
                if not ended:
                    return TurnOutcomes()
                rows = (await connection.execute(select(table).where(table.c.id.in_(ended)))).mappings()
                conversations = [Conversation.model_validate(dict(row)) for row in rows]
        return outcomes_of(
            turns,
            {conversation.id: conversation for conversation in conversations},
            [Message.model_validate(dict(each)) for each in messages],
            [FailedTurn.model_validate(dict(each)) for each in failures],
        )

    async def proposals(self, conversation_id: UUID) -> ProposalFolder | None:
        table, proposal, withdrawn = tables.conversation, tables.proposal, tables.withdrawn_link
        of_conversation = select(table).where(table.c.id == conversation_id)
        of_drafts = select(proposal).where(proposal.c.conversation_id == conversation_id)
        of_links = select(withdrawn.c.withdrawn_at).where(withdrawn.c.conversation_id == conversation_id)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(of_conversation)).mappings().one_or_none()
                drafts = (await connection.execute(of_drafts)).mappings().all()
                withdrawn_at = await connection.scalar(of_links)
        if row is None:
            return None
        return folder_of(
            Conversation.model_validate(dict(row)),
            [Draft.model_validate(dict(each)) for each in drafts],
            links_withdrawn_at=withdrawn_at,
        )

    async def spent(self, conversation_ids: Sequence[UUID]) -> dict[UUID, Spent]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return await _spent(connection, conversation_ids)

    async def daily_costs(self, first: date, last: date) -> dict[date, float]:
        table = tables.model_use
        day = cast(func.timezone("UTC", table.c.used_at), Date)
        query = (
            select(day, func.sum(table.c.cost_usd))
            .where(table.c.used_at >= _midnight(first))
            .where(table.c.used_at < _midnight(last + timedelta(days=1)))
            .group_by(day)
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return {used_on: spent(cost_usd, 0, 0).model_cost_usd for used_on, cost_usd in rows}

    async def conversations(
        self, *, after: Position | None, limit: int, status: LeadStatus | None = None
    ) -> list[Conversation]:
        table = tables.conversation
        query = (
            select(table)
            .where(table.c.started_at.is_not(None), table.c.erased_at.is_(None))
            .order_by(table.c.started_at.desc(), table.c.id.desc())
            .limit(limit + 1)
        )
        if status is not None:
            query = query.where(table.c.status == status.value)
        if after is not None:
            place = tuple_(table.c.started_at, table.c.id)
            query = query.where(place < tuple_(after.started_at, after.conversation_id))
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        return [Conversation.model_validate(dict(row)) for row in rows]

    async def unanswered_questions(self, limit: int) -> list[AskedQuestion]:
        """Reads every conversation: an operator asks now and then."""
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(QUESTIONS, {"limit": limit})).mappings().all()
        return [AskedQuestion.model_validate(dict(row)) for row in rows]

    async def funnel_counts(self, first: date, last: date) -> list[tuple[date, Step, int]]:
        table = tables.funnel_step
        day = cast(func.timezone("UTC", table.c.reached_at), Date)
        query = (
            select(day, table.c.step, func.count())
            .where(table.c.reached_at >= _midnight(first))
            .where(table.c.reached_at < _midnight(last + timedelta(days=1)))
            .group_by(day, table.c.step)
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [(reached_on, Step(step), count) for reached_on, step, count in rows]


async def _spent(connection: AsyncConnection, conversation_ids: Sequence[UUID]) -> dict[UUID, Spent]:
    used = tables.model_use.c
    query = (
        select(
            used.conversation_id,
            func.sum(used.cost_usd),
            func.sum(used.input_tokens),
            func.sum(used.output_tokens),
        )
        .where(used.conversation_id.in_(conversation_ids))
        .group_by(used.conversation_id)
    )
    return {id_: spent(*sums) for id_, *sums in (await connection.execute(query)).all()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
