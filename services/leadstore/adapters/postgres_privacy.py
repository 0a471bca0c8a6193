"""What is held of a person, and what was erased, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Table, TextClause, Uuid, bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.data_keys.table import data_key
from chassis.postgres import translate_database_errors
from contracts.erasures import Erasure, ErasureOrder
from services.leadstore.adapters import tables
from services.leadstore.domain import Records

# Also one that was given for a mail alone.
_ADDRESS = text(
    """
    (lower(conversation.profile #>> '{contact_email,value}') = :address OR conversation.id IN (
        SELECT conversation_id FROM leadstore.consent WHERE lower(email) = :address
    ))
    """
)
_rows = TypeAdapter(list[dict[str, Any]])


def _query(rows: str, table: Table) -> TextClause:
    """The rows of a conversation as JSON."""
    column = "id" if table is tables.conversation else "conversation_id"
    query = text(
        f"""
        SELECT CAST(json_agg({rows}) AS text) FROM {table.fullname} AS row
        WHERE row.{column} = :conversation_id
        """  # noqa: S608 - only names of our own are put in
    )
    return query.bindparams(bindparam("conversation_id", type_=Uuid))


# Every table that has rows of a conversation, also one that is added later. Of a key only its id is told.
_QUERIES = {
    table.name: _query("row", table)
    for table in tables.metadata.sorted_tables
    if table is tables.conversation or "conversation_id" in table.c
} | {data_key.name: _query("json_build_object('id', row.id, 'created_at', row.created_at)", data_key)}

# Of the deliverer, whose schema is there only where it runs.
_DELIVERED = "delivery.state"
_HAS_DELIVERED = text(f"SELECT to_regclass('{_DELIVERED}') IS NOT NULL")
_DELIVERED_ROWS = text(
    f"SELECT CAST(json_agg(row) AS text) FROM {_DELIVERED} AS row WHERE row.lead_id = :conversation_id"  # noqa: S608 - a name of our own
).bindparams(bindparam("conversation_id", type_=Uuid))


class PostgresPrivacy:
    """Implements the port PrivacyStore."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def erasure(self, conversation_id: UUID) -> Erasure | None:
        query = select(tables.erasure).where(tables.erasure.c.conversation_id == conversation_id)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else Erasure.model_validate(dict(row))

    async def conversations_of(self, address: str) -> Sequence[UUID]:
        query = select(tables.conversation.c.id).where(_ADDRESS).order_by(tables.conversation.c.started_at)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return (await connection.scalars(query, {"address": address})).all()

    async def order(self, order: ErasureOrder) -> None:
        rows = [
            {"order_id": order.order_id, "conversation_id": each, "ordered_at": order.ordered_at}
            for each in order.conversation_ids
        ]
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(insert(tables.erasure_order), rows)

    async def find_order(self, order_id: UUID) -> ErasureOrder | None:
        ordered, erased = tables.erasure_order.c, tables.erasure.c
        of_order = select(ordered.conversation_id, ordered.ordered_at).where(ordered.order_id == order_id)
        of_erasures = select(tables.erasure).join(
            tables.erasure_order, ordered.conversation_id == erased.conversation_id
        )
        with translate_database_errors():
            async with self._engine.connect() as connection:
                found = (await connection.execute(of_order)).all()
                erasures = (
                    await connection.execute(of_erasures.where(ordered.order_id == order_id))
                ).mappings()
                done = [Erasure.model_validate(dict(row)) for row in erasures]
        if not found:
            return None
        return ErasureOrder(
            order_id=order_id,
            ordered_at=found[0].ordered_at,
            conversation_ids=tuple(row.conversation_id for row in found),
            erasures=tuple(done),
        )

    async def records(self, conversation_id: UUID) -> Records:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                found: dict[str, Sequence[Mapping[str, Any]]] = {}
                for name, query in _QUERIES.items():
                    rows = await connection.scalar(query, {"conversation_id": conversation_id})
                    found[name] = _rows.validate_json(rows or "[]")
                if await connection.scalar(_HAS_DELIVERED):
                    rows = await connection.scalar(_DELIVERED_ROWS, {"conversation_id": conversation_id})
                    found[_DELIVERED] = _rows.validate_json(rows or "[]")
        return found
