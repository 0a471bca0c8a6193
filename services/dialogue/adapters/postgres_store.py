"""Conversations in PostgreSQL: one row a conversation, one a turn, one transaction a change."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.outbox import Outbox
from chassis.postgres import translate_database_errors
from contracts.values import Stage
from services.dialogue.adapters.tables import conversation, turn
from services.dialogue.domain import Conversation
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Change, Loaded, Outcome, TurnStatus

_LOAD = (
    sa.select(conversation.c.version, sa.cast(conversation.c.state, sa.Text).label("state"), turn)
    .select_from(
        conversation.outerjoin(
            turn,
            sa.and_(
                turn.c.turn_id == sa.bindparam("turn_id", type_=sa.Uuid),
                turn.c.conversation_id == conversation.c.conversation_id,
            ),
        )
    )
    .where(conversation.c.conversation_id == sa.bindparam("conversation_id", type_=sa.Uuid))
)
_STATE = sa.cast(sa.bindparam("new_state", type_=sa.Text), conversation.c.state.type)
_OPEN = (
    insert(conversation)
    .values(
        conversation_id=sa.bindparam("id", type_=sa.Uuid),
        version=1,
        state=_STATE,
        wake_at=sa.bindparam("next_wake_at", type_=sa.DateTime(timezone=True)),
    )
    .on_conflict_do_nothing(index_elements=["conversation_id"])
)
_ADVANCE = (
    sa.update(conversation)
    .where(
        conversation.c.conversation_id == sa.bindparam("id", type_=sa.Uuid),
        conversation.c.version == sa.bindparam("read_version", type_=sa.Integer),
    )
    .values(
        version=conversation.c.version + 1,
        state=_STATE,
        wake_at=sa.bindparam("next_wake_at", type_=sa.DateTime(timezone=True)),
        changed_at=sa.func.now(),
    )
)
_WRITE_TURN = insert(turn)
_SETTLE = sa.update(turn).where(turn.c.turn_id == sa.func.any(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))))


class PostgresStore:
    """The ConversationStore port."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox) -> None:
        self._engine = engine
        self._outbox = outbox

    async def load(self, conversation_id: UUID, turn_id: UUID | None = None) -> Loaded:
        """See the port. One statement."""
        with translate_database_errors():
            async with self._engine.connect() as connection:
                found = await connection.execute(
                    _LOAD, {"conversation_id": conversation_id, "turn_id": turn_id}
                )
                row = found.one_or_none()
        if row is None:
            return Loaded(None, 0)
        known = Conversation.model_validate_json(row.state)
        return Loaded(known, row.version, _outcome_of(row) if row.turn_id is not None else None)

    async def save(self, change: Change) -> None:
        """See the port. One transaction with the outgoing events in it."""
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await self._write_conversation(connection, change)
                await self._write_turns(connection, change)
                await self._outbox.add(connection, change.events)

    async def _write_conversation(self, connection: AsyncConnection, change: Change) -> None:
        identity = change.conversation.conversation_id
        columns = {
            "id": identity,
            "new_state": change.conversation.model_dump_json(exclude_defaults=True),
            "next_wake_at": change.wake_at,
        }
        if change.version == 0:
            written = await connection.execute(_OPEN, columns)
        else:
            written = await connection.execute(_ADVANCE, columns | {"read_version": change.version})
        if written.rowcount != 1:
            raise StaleConversation(f"conversation {identity!s} moved on from version {change.version}")

    async def _write_turns(self, connection: AsyncConnection, change: Change) -> None:
        outcome = _columns_of(change.outcome)
        if change.new_turn is not None:
            turn_id, message = change.new_turn
            conversation_id = change.conversation.conversation_id
            identity = {"turn_id": turn_id, "conversation_id": conversation_id, "message": message}
            await connection.execute(_WRITE_TURN, identity | outcome)
        if change.settled_turn_ids:
            settling = _SETTLE.values(**outcome, changed_at=sa.func.now())
            await connection.execute(settling, {"ids": list(change.settled_turn_ids)})

    async def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """See the port."""
        query = (
            sa.select(conversation.c.conversation_id)
            .where(conversation.c.wake_at <= now)
            .order_by(conversation.c.wake_at)
            .limit(limit)
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).scalars().all()


def _columns_of(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status.value,
        "reply": outcome.reply,
        "stage": outcome.stage.value,
        "calendly_shown": outcome.calendly_shown,
        "degraded": outcome.degraded,
        "sequence": outcome.sequence,
    }


def _outcome_of(row: sa.Row[tuple[object, ...]]) -> Outcome:
    return Outcome(
        status=TurnStatus(row.status),
        reply=row.reply,
        stage=Stage(row.stage),
        calendly_shown=row.calendly_shown,
        degraded=row.degraded,
        sequence=row.sequence,
    )
