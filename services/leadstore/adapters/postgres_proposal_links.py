"""Which links to proposals are withdrawn, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors
from services.leadstore.adapters import tables


class PostgresProposalLinks:
    """Implements the port ProposalLinks."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def withdraw(self, conversation_id: UUID, at: datetime) -> bool:
        known, withdrawn = tables.conversation.c, tables.withdrawn_link
        of_conversation = select(known.id, literal(at, DateTime(timezone=True))).where(
            known.id == conversation_id, known.erased_at.is_(None)
        )
        statement = insert(withdrawn).from_select(["conversation_id", "withdrawn_at"], of_conversation)
        latest = func.greatest(withdrawn.c.withdrawn_at, statement.excluded.withdrawn_at)
        upsert = statement.on_conflict_do_update(
            index_elements=[withdrawn.c.conversation_id], set_={"withdrawn_at": latest}
        ).returning(withdrawn.c.conversation_id)
        with translate_database_errors():
            async with self._engine.begin() as connection:
                return await connection.scalar(upsert) is not None
