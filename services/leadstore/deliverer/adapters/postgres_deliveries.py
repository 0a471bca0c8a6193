"""The deliveries in PostgreSQL: one row for each subscriber and lead, and each lead's last state once."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, bindparam
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import Text

from chassis.postgres import translate_database_errors
from services.leadstore.deliverer.adapters.postgres_subscriptions import id_of
from services.leadstore.deliverer.adapters.statements import CLAIM, LISTED, QUEUE, REPLAY, SETTLE, TAKE
from services.leadstore.deliverer.domain import (
    Delivery,
    LeadState,
    Outcome,
    ShownDelivery,
    message_id_of,
)

_TAKE = TAKE.bindparams(bindparam("data", type_=JSONB))
_QUEUE = QUEUE.bindparams(bindparam("changed", type_=ARRAY(Text)))
_CLAIM = CLAIM.columns(data=JSONB, memory=JSONB)


class PostgresDeliveries:
    """Implements the port Deliveries."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, state: LeadState) -> bool:
        taken = {
            "lead_id": state.lead_id,
            "event_id": state.event_id,
            "is_erased": state.is_erased,
            "sequence": state.sequence,
            "at": state.at,
            "data": dict(state.data),
        }
        queued = {"lead_id": state.lead_id, "event_id": state.event_id, "changed": list(state.changed)}
        with translate_database_errors():
            async with self._engine.begin() as connection:
                if await connection.scalar(_TAKE, taken) is None:
                    return False
                await connection.execute(_QUEUE, queued)
        return True

    async def claim(self, subscription_id: UUID, limit: int, *, lease_s: float) -> Sequence[Delivery]:
        asked = {"subscription_id": subscription_id, "limit": limit, "lease_s": lease_s}
        with translate_database_errors():
            async with self._engine.begin() as connection:
                rows = (await connection.execute(_CLAIM, asked)).mappings().all()
        return [_delivery(row) for row in rows]

    async def settle(self, delivery: Delivery, outcome: Outcome, *, retry_in_s: float | None) -> None:
        failed = "dead" if retry_in_s is None else "waiting"
        settled = {
            "subscription_id": delivery.subscription_id,
            "lead_id": delivery.state.lead_id,
            "lease": delivery.lease,
            "event_id": delivery.state.event_id,
            "status": "delivered" if outcome.kind == "delivered" else failed,
            "reason": outcome.reason or None,
            "retry_in_s": retry_in_s or 0.0,
            "memory": None if outcome.memory is None else orjson.dumps(dict(outcome.memory)).decode(),
        }
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(SETTLE, settled)

    async def listed(self, name: str, status: str | None, limit: int) -> Sequence[ShownDelivery]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                asked = {"subscription_id": await id_of(connection, name), "status": status, "limit": limit}
                rows = (await connection.execute(LISTED, asked)).mappings().all()
        return [_shown(row) for row in rows]

    async def replay(self, name: str, lead_id: UUID | None, *, everything: bool) -> int:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                asked = {"subscription_id": await id_of(connection, name), "lead_id": lead_id}
                result = await connection.execute(REPLAY, {**asked, "everything": everything})
        return result.rowcount


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        subscription_id=row["subscription_id"],
        state=LeadState(
            lead_id=row["lead_id"],
            event_id=row["event_id"],
            is_erased=row["is_erased"],
            sequence=row["sequence"],
            at=row["at"],
            data=row["data"],
        ),
        changed=tuple(row["changed"]),
        attempts=row["attempts"],
        memory=row["memory"],
        lease=row["lease"],
    )


def _shown(row: RowMapping) -> ShownDelivery:
    return ShownDelivery(
        conversation_id=row["lead_id"],
        message_id=message_id_of(row["event_id"]),
        status=row["status"],
        attempts=row["attempts"],
        due_at=row["due_at"] if row["status"] == "waiting" else None,
        settled_at=row["settled_at"],
        reason=row["reason"],
    )
