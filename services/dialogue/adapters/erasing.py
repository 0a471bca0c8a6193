"""Erases a conversation in PostgreSQL: its row stays as a mark that nothing of it may be stored again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import ProposalRequested
from contracts.values import ErasureReason
from services.dialogue.adapters.tables import conversation, outbox, turn
from services.dialogue.domain.erasure import Mark


class Keys(Protocol):
    """The keys that events were encrypted with."""

    async def destroy(self, connection: AsyncConnection, conversation_ids: Sequence[UUID]) -> int:
        """Destroy those of these conversations in the caller's transaction; returns how many there were."""

    def forget(self, conversation_ids: Sequence[UUID]) -> None:
        """Drop them from memory, after the commit."""


# First of all the row is locked, and made where there is none: whoever stores a turn meanwhile is outrun.
_LOCK = sa.text(
    """
    INSERT INTO dialogue.conversation (conversation_id, version, state) VALUES (:conversation_id, 1, '{}')
    ON CONFLICT (conversation_id) DO UPDATE SET version = conversation.version + 1
    RETURNING erased_at, CAST(state AS text) AS state
    """
).bindparams(sa.bindparam("conversation_id", type_=sa.Uuid))


async def erase(
    connection: AsyncConnection,
    conversation_id: UUID,
    reason: ErasureReason,
    keys: Keys,
    *,
    at: datetime,
) -> tuple[Mark, datetime, bool]:
    """Delete a conversation in the caller's transaction.

    Returns:
        What stays of it, since when, and whether it was erased before.
    """
    known = (await connection.execute(_LOCK, {"conversation_id": conversation_id})).one()
    if known.erased_at is not None:
        return Mark.model_validate_json(known.state), known.erased_at, True
    of_turns = sa.delete(turn).where(turn.c.conversation_id == conversation_id).returning(turn.c.turn_id)
    turn_ids = (await connection.scalars(of_turns)).all()
    of_events = sa.delete(outbox).where(outbox.c.key == str(conversation_id).encode())
    events = (await connection.execute(of_events.returning(outbox.c.event_id, outbox.c.topic))).all()
    destroyed = await keys.destroy(connection, [conversation_id])
    state = orjson.loads(known.state)
    requested = [event.event_id for event in events if event.topic == ProposalRequested.topic]
    mark = Mark(
        reason=reason,
        sequence=state.get("sequence", 0) + 1,
        turn_ids=tuple(turn_ids),
        request_ids=tuple(requested),
        deleted={
            "conversations": int(bool(state)),
            "turns": len(turn_ids),
            "events": len(events),
            "keys": destroyed,
        },
    )
    marked = sa.update(conversation).where(conversation.c.conversation_id == conversation_id)
    kept = {"state": mark.model_dump(mode="json"), "wake_at": None, "erased_at": at}
    await connection.execute(marked.values(kept))
    return mark, at, False
