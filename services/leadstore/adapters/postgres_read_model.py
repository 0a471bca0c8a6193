"""The read model in PostgreSQL, for readers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.postgres import translate_database_errors
from contracts.conversation_changes import ConversationChange, FollowedConversation
from contracts.proposal_folder import ProposalFolder
from contracts.read_model import LeadQuery
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from services.leadstore.adapters import tables
from services.leadstore.adapters.lead_query import conditions_of, newest_conversations
from services.leadstore.domain import (
    NOTHING,
    Conversation,
    Draft,
    FailedTurn,
    Message,
    Position,
    Spent,
    Transcript,
    change_of,
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
        table = tables.conversation
        of_conversation = select(table).where(table.c.id == conversation_id)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(of_conversation)).mappings().one_or_none()
                if row is None or row.started_at is None or row.erased_at is not None:
                    return None
                said = await _said(connection, [conversation_id])
                used = await _spent(connection, [conversation_id])
        messages, failures = said[conversation_id]
        return transcript_of(
            Conversation.model_validate(dict(row)),
            messages,
            failures,
            used.get(conversation_id, NOTHING),
        )

    async def changes(self, followed: Sequence[FollowedConversation]) -> list[ConversationChange]:
        """By the primary keys, and nothing else of those that did not change: it is asked all the time."""
        after = {each.conversation_id: each.after_sequence for each in followed}
        known = (
            func.unnest(
                literal([each.conversation_id for each in followed], ARRAY(Uuid)),
                literal([each.version for each in followed], ARRAY(Integer)),
            )
            .table_valued("id", "version")
            .render_derived("known")
        )
        table = tables.conversation
        query = select(table).join(known, table.c.id == known.c.id).where(table.c.version != known.c.version)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
                conversations = [Conversation.model_validate(dict(row)) for row in rows]
                said = await _said(connection, [each.id for each in conversations])
        return [change_of(each, *said[each.id], after_sequence=after[each.id]) for each in conversations]

    async def is_erased(self, conversation_id: UUID) -> bool:
        table = tables.conversation
        query = select(table.c.erased_at.is_not(None)).where(table.c.id == conversation_id)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return bool(await connection.scalar(query))

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

    async def conversations(self, *, after: Position | None, limit: int) -> list[Conversation]:
        return await self._listed(newest_conversations(after).limit(limit + 1))

    async def leads(self, wanted: LeadQuery, *, after: Position | None) -> list[Conversation]:
        query = newest_conversations(after).where(*conditions_of(wanted))
        return await self._listed(query.limit(wanted.limit + 1))

    async def _listed(self, query: Select[Any]) -> list[Conversation]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        return [Conversation.model_validate(dict(row)) for row in rows]


_Said = tuple[list[Message], list[FailedTurn]]


async def _said(connection: AsyncConnection, conversation_ids: Sequence[UUID]) -> defaultdict[UUID, _Said]:
    """By conversation, its messages and the turns that failed, in no order."""
    said: defaultdict[UUID, _Said] = defaultdict(lambda: ([], []))
    if not conversation_ids:
        return said
    message, failed_turn = tables.message, tables.failed_turn
    ids = literal(list(conversation_ids), ARRAY(Uuid))
    for row in (
        await connection.execute(select(message).where(message.c.conversation_id == any_(ids)))
    ).mappings():
        said[row["conversation_id"]][0].append(Message.model_validate(dict(row)))
    for row in (
        await connection.execute(select(failed_turn).where(failed_turn.c.conversation_id == any_(ids)))
    ).mappings():
        said[row["conversation_id"]][1].append(FailedTurn.model_validate(dict(row)))
    return said


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
