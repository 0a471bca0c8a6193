"""Conversations in PostgreSQL: one row a conversation, one a turn, one transaction a change."""

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.outbox import Outbox, OutgoingEvent, event_parameters, insert_events, select_unsent
from chassis.postgres import translate_database_errors
from contracts.values import ErasureReason, Stage
from services.dialogue.adapters import tables
from services.dialogue.adapters.erasing import Keys, erase
from services.dialogue.adapters.tables import conversation, turn
from services.dialogue.domain.changes import Change, Loaded, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.erasure import Erased, erasure_events
from services.dialogue.errors import StaleConversation

_LOAD = (
    sa.select(
        conversation.c.version,
        sa.cast(conversation.c.state, sa.Text).label("state"),
        conversation.c.erased_at,
        turn,
    )
    .select_from(
        conversation.outerjoin(
            turn,
            sa.and_(
                turn.c.turn_id == sa.any_(sa.bindparam("turn_ids", type_=sa.ARRAY(sa.Uuid))),
                turn.c.conversation_id == conversation.c.conversation_id,
            ),
        )
    )
    .where(conversation.c.conversation_id == sa.bindparam("conversation_id", type_=sa.Uuid))
)
_OUTCOME = ("status", "reply", "stage", "calendly_shown", "degraded", "sequence")
_OPEN = """
    INSERT INTO dialogue.conversation (conversation_id, version, state, wake_at)
    VALUES (CAST(:conversation_id AS uuid), 1, CAST(:state AS jsonb), :wake_at)
    ON CONFLICT DO NOTHING
    RETURNING 1
"""
_ADVANCE = """
    UPDATE dialogue.conversation
    SET version = version + 1, state = CAST(:state AS jsonb), wake_at = :wake_at, changed_at = now()
    WHERE conversation_id = CAST(:conversation_id AS uuid) AND version = :version AND erased_at IS NULL
    RETURNING 1
"""


def _saving(conversation_written: str) -> sa.TextClause:
    """Everything a change writes, in one round trip; nothing of it if the conversation was not written."""
    return sa.text(
        f"""
        WITH saved AS ({conversation_written}),
        said AS (
            INSERT INTO dialogue.turn
                (turn_id, conversation_id, message, status, reply, stage, calendly_shown, degraded, sequence)
            SELECT turn_id, CAST(:conversation_id AS uuid), message,
                :status, :reply, :stage, :calendly_shown, :degraded, :sequence
            FROM saved, unnest(CAST(:new_turn_ids AS uuid[]), CAST(:messages AS text[]))
                AS new_turn (turn_id, message)
        ),
        settled AS (
            UPDATE dialogue.turn
            SET status = :status, reply = :reply, stage = :stage, calendly_shown = :calendly_shown,
                degraded = :degraded, sequence = :sequence, changed_at = now()
            WHERE turn_id = ANY(CAST(:settled_turn_ids AS uuid[])) AND EXISTS (SELECT FROM saved)
        ),
        stored AS ({insert_events(tables.outbox, provided="saved")}),
        before AS ({select_unsent(tables.outbox, "event_id, topic")})
        SELECT (SELECT count(*) FROM saved) AS saved,
            (SELECT array_agg(event_id ORDER BY event_id) FROM before) AS unsent_ids,
            (SELECT array_agg(topic ORDER BY event_id) FROM before) AS unsent_topics
        """  # noqa: S608 - only SQL of ours is put together here
    )


_SAVE_OPENED, _SAVE_ADVANCED = _saving(_OPEN), _saving(_ADVANCE)


class PostgresStore:
    """The ConversationStore port; events go through `outbox`, which whoever publishes them shares."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox, keys: Keys) -> None:
        self._outbox = outbox
        self._transactional = engine
        self._keys = keys
        # Each method is one statement, so a transaction around it would only add round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        """Read a conversation and these turns in one statement."""
        with translate_database_errors():
            async with self._engine.connect() as connection:
                found = await connection.execute(
                    _LOAD, {"conversation_id": conversation_id, "turn_ids": turn_ids}
                )
                rows = found.all()
        if not rows:
            return Loaded(None, 0)
        if rows[0].erased_at is not None:
            return Loaded(None, rows[0].version, is_erased=True)
        known = Conversation.model_validate_json(rows[0].state)
        outcomes = {row.turn_id: _outcome_of(row) for row in rows if row.turn_id is not None}
        return Loaded(known, rows[0].version, outcomes)

    async def save(self, change: Change) -> None:
        """Write in one statement, which is a transaction, with the outgoing events in it."""
        statement = _SAVE_OPENED if change.version == 0 else _SAVE_ADVANCED
        events, since_s = await self._outbox.serialise(change.events), self._outbox.now_s()
        with translate_database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(statement, _columns_of(change, events))).one()
        if row.saved != 1:
            identity = change.conversation.conversation_id
            raise StaleConversation(f"conversation {identity!s} moved on from version {change.version}")
        key = change.events[0].key if change.events else b""
        unsent = zip(row.unsent_ids or (), row.unsent_topics or (), repeat(key), strict=False)
        self._outbox.note_stored(events, unsent, since_s=since_s)

    async def erase(self, conversation_id: UUID, reason: ErasureReason, at: datetime) -> Erased:
        """Delete in one transaction, with the events that tell of it."""
        with translate_database_errors():
            async with self._transactional.begin() as connection:
                mark, erased_at, was_erased = await erase(
                    connection, conversation_id, reason, self._keys, at=at
                )
                events = erasure_events(conversation_id, mark, erased_at)
                await self._outbox.add(connection, events)
        self._keys.forget([conversation_id])
        return Erased(mark, events, was_erased=was_erased)

    async def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Conversations to look after, the longest waiting first."""
        query = (
            sa.select(conversation.c.conversation_id)
            .where(conversation.c.wake_at <= now)
            .order_by(conversation.c.wake_at)
            .limit(limit)
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).scalars().all()


def _columns_of(change: Change, events: Sequence[OutgoingEvent]) -> dict[str, Any]:
    return {
        "conversation_id": change.conversation.conversation_id,
        "version": change.version,
        "state": change.conversation.model_dump_json(exclude_defaults=True),
        "wake_at": change.wake_at,
        "new_turn_ids": [message.turn_id for message in change.new_turns],
        "messages": [message.text for message in change.new_turns],
        "settled_turn_ids": list(change.settled_turn_ids),
        **{name: getattr(change.outcome, name) for name in _OUTCOME},
        **event_parameters(events),
    }


def _outcome_of(row: sa.Row[Any]) -> Outcome:
    stored = {name: getattr(row, name) for name in _OUTCOME}
    return Outcome(**stored | {"status": TurnStatus(row.status), "stage": Stage(row.stage)})
