"""The FollowUps port on PostgreSQL: one row a conversation, changed under its lock."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.clock import Clock
from chassis.postgres import translate_database_errors
from contracts.values import Consent, Stage
from services.gateway.mailer.adapters import follow_up_statements as statements
from services.gateway.mailer.adapters.address_hash import AddressHash
from services.gateway.mailer.adapters.postgres_outbox import PostgresOutbox
from services.gateway.mailer.adapters.tables import follow_up
from services.gateway.mailer.domain import FollowUp, SentBefore
from services.gateway.mailer.ports import Decide, Transition

_COLUMNS: Final = [follow_up.c[field.name] for field in fields(FollowUp)]


class PostgresFollowUps:
    """The FollowUps port; mails are queued in `outbox`, which shares the database."""

    def __init__(
        self, engine: AsyncEngine, outbox: PostgresOutbox, hashes: AddressHash, clock: Clock
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._hash = hashes
        self._clock = clock

    async def change(
        self, conversation_id: UUID, transition: Transition, *, begins: bool = False
    ) -> tuple[FollowUp, FollowUp] | None:
        """What was known before is locked until what is known after is written."""
        async with self._transaction() as connection:
            if begins:
                new = {"conversation_id": conversation_id, "changed_at": self._clock()}
                await connection.execute(insert(follow_up).values(new).on_conflict_do_nothing())
            before = await self._locked(connection, follow_up.c.conversation_id == conversation_id)
            if before is None:
                return None
            if (after := transition(before)) != before:
                await self._write(connection, after)
            return before, after

    async def due(self, limit: int) -> Sequence[UUID]:
        """The longest waiting first."""
        query = sa.select(follow_up.c.conversation_id).where(*self._is_due())
        async with self._transaction() as connection:
            return (await connection.scalars(query.order_by(follow_up.c.due_at).limit(limit))).all()

    async def oldest_due_s(self) -> float:
        """In one statement."""
        query = sa.select(sa.func.min(follow_up.c.due_at)).where(*self._is_due())
        async with self._transaction() as connection:
            oldest = await connection.scalar(query)
        return (self._clock() - oldest).total_seconds() if oldest else 0.0

    async def decide(self, conversation_id: UUID, decide: Decide, *, within: timedelta) -> FollowUp | None:
        """Another process that decides about it at the same moment is left to it."""
        is_it = follow_up.c.conversation_id == conversation_id
        async with self._transaction() as connection:
            known = await self._locked(connection, is_it, *self._is_due(), skips=True)
            if known is None:
                return None

            async def sent_before(address: str | None) -> SentBefore:
                return await self._sent_before(connection, conversation_id, address, within)

            after, mail = await decide(known, sent_before)
            await self._write(connection, after)
            if mail is not None:
                await self._outbox.add_within(connection, [mail])
            return after

    async def take_back(self) -> Sequence[FollowUp]:
        """The mail is deleted, so that it is written anew; one that is being sent is not."""
        async with self._transaction() as connection:
            ids = (await connection.scalars(statements.TAKE_BACK, {"now": self._clock()})).all()
            if not ids:
                return ()
            rows = await connection.execute(sa.select(*_COLUMNS).where(follow_up.c.conversation_id.in_(ids)))
            return [_known(row) for row in rows.mappings()]

    async def settle(self) -> Mapping[str, int]:
        """Each is counted by the one process that notes it."""
        async with self._transaction() as connection:
            rows = (await connection.execute(statements.SETTLE, {"now": self._clock()})).all()
        return Counter(row.ending for row in rows)

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Mails that are queued are the outbox's to erase."""
        async with self._transaction() as connection:
            await connection.execute(
                sa.delete(follow_up).where(follow_up.c.conversation_id.in_(conversation_ids))
            )

    async def forget_old(self, before: datetime) -> None:
        """A bounded number at a time."""
        async with self._transaction() as connection:
            await connection.execute(statements.FORGET_OLD, {"before": before})

    def _is_due(self) -> tuple[sa.ColumnElement[bool], ...]:
        return follow_up.c.status == "waiting", follow_up.c.due_at <= self._clock()

    async def _locked(
        self, connection: AsyncConnection, *where: sa.ColumnElement[bool], skips: bool = False
    ) -> FollowUp | None:
        query = sa.select(*_COLUMNS).where(*where).with_for_update(skip_locked=skips)
        row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _known(row)

    async def _write(self, connection: AsyncConnection, after: FollowUp) -> None:
        row = asdict(after) | {"changed_at": self._clock()}
        row["consent"] = None if after.consent is None else after.consent.model_dump(mode="json")
        row["stage"] = None if after.stage is None else str(after.stage)
        is_it = follow_up.c.conversation_id == row.pop("conversation_id")
        await connection.execute(sa.update(follow_up).where(is_it).values(row))

    async def _sent_before(
        self, connection: AsyncConnection, conversation_id: UUID, address: str | None, within: timedelta
    ) -> SentBefore:
        hashed, since = self._hash.of(address or ""), self._clock() - within
        given = {"conversation_id": conversation_id, "address_hash": hashed, "since": since}
        # Two conversations with one address are not decided about at the same time.
        await connection.execute(statements.ONE_AN_ADDRESS, {"of": hashed.hex()})
        row = (await connection.execute(statements.SENT_BEFORE, given)).one()
        return SentBefore(
            to_conversation=row.to_conversation,
            to_address=row.to_address,
            is_suppressed=row.is_suppressed,
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                yield connection


def _known(row: sa.RowMapping) -> FollowUp:
    given: dict[str, Any] = dict(row)
    given["consent"] = None if row["consent"] is None else Consent.model_validate(row["consent"])
    given["stage"] = None if row["stage"] is None else Stage(row["stage"])
    return FollowUp(**given)
