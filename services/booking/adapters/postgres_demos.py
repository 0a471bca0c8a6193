"""Demos and invitations in PostgreSQL; one transaction at a time changes demos."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.data_keys.table import data_key
from chassis.only_one import only_one
from chassis.outbox import Outbox
from chassis.postgres import translate_database_errors
from contracts.booking_token import unproven_conversation
from contracts.cloudevent import CloudEvent, Event
from services.booking.adapters.tables import demo, forgotten_demo, invitation, outbox
from services.booking.domain import Demo, Invitation

# Demos are few, and name each other in chains of any length: a lock for all is simpler than one for each.
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("booking:demos", 0)))
_STATE = sa.cast(demo.c.state, sa.Text)
_UNMATCHED = sa.and_(demo.c.conversation_id.is_(None), demo.c.starts_at.is_not(None))
_LISTED = sa.and_(_UNMATCHED, sa.not_(demo.c.state.has_key("dismissed_at")))


class Keys(Protocol):
    """The keys that events were encrypted with."""

    async def destroy(self, connection: AsyncConnection, conversation_ids: Sequence[UUID]) -> int:
        """Destroy those of these conversations in the caller's transaction; returns how many there were."""

    def forget(self, conversation_ids: Sequence[UUID]) -> None:
        """Drop them from memory, after the commit."""


class PostgresDemoStore:
    """The DemoStore port; events go through `events`, which whoever publishes them shares."""

    def __init__(self, engine: AsyncEngine, events: Outbox, keys: Keys) -> None:
        self._engine = engine
        self._events = events
        self._keys = keys

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["PostgresDemoBook"]:
        """Hold the lock until the transaction ends."""
        async with self._locked() as connection:
            yield PostgresDemoBook(connection, self._events)

    def only_one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """By an advisory lock."""
        return only_one(self._engine, f"booking:{name}")

    async def unmatched(self, limit: int) -> Sequence[Demo]:
        """Those to come first, then those that are over, the last one first."""
        is_over = demo.c.starts_at < sa.func.now()
        distance = sa.func.abs(sa.func.extract("epoch", demo.c.starts_at - sa.func.now()))
        query = sa.select(_STATE).where(_LISTED).order_by(is_over, distance).limit(limit)
        with translate_database_errors():
            async with self._engine.connect() as connection:
                return [Demo.model_validate_json(state) for state in await connection.scalars(query)]

    async def erase(self, conversation_ids: Sequence[UUID], secret: bytes) -> int:
        """Delete demos, addresses and stored events, and destroy the keys of the stand-ins."""
        of_events = sa.delete(outbox).where(
            outbox.c.key.in_([str(each).encode() for each in conversation_ids])
        )
        of_addresses = sa.delete(invitation).where(invitation.c.conversation_id.in_(conversation_ids))
        of_demos = sa.delete(demo).where(demo.c.conversation_id.in_(conversation_ids))
        async with self._locked() as connection:
            events = (await connection.execute(of_events)).rowcount
            addresses = (await connection.execute(of_addresses)).rowcount
            stand_ins = await self._delete(connection, of_demos, secret, is_for_good=True)
        self._keys.forget(stand_ins)
        return events + addresses + len(stand_ins)

    async def forget_unmatched(self, before: datetime, secret: bytes) -> int:
        """Delete what is over since then, and what was never more than named."""
        is_old = sa.func.coalesce(demo.c.starts_at, demo.c.changed_at) < before
        of_demos = sa.delete(demo).where(demo.c.conversation_id.is_(None), is_old)
        async with self._locked() as connection:
            stand_ins = await self._delete(connection, of_demos, secret)
        self._keys.forget(stand_ins)
        return len(stand_ins)

    async def _delete(
        self, connection: AsyncConnection, of_demos: sa.Delete, secret: bytes, *, is_for_good: bool = False
    ) -> list[UUID]:
        """Delete demos; the stand-ins under which notifications of them came, whose keys are destroyed."""
        states = (await connection.scalars(of_demos.returning(_STATE))).all()
        demos = [Demo.model_validate_json(state) for state in states]
        stand_ins = [unproven_conversation(each.provider_id, secret) for each in demos]
        if stand_ins:
            await self._keys.destroy(connection, stand_ins)
        if demos and is_for_good:
            forgotten = insert(forgotten_demo).values([{"demo_id": each.demo_id} for each in demos])
            await connection.execute(forgotten.on_conflict_do_nothing())
        return stand_ins

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[AsyncConnection]:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(_LOCK)
                yield connection


class PostgresDemoBook:
    """The DemoBook port in one transaction."""

    def __init__(self, connection: AsyncConnection, events: Outbox) -> None:
        self._connection = connection
        self._events = events

    async def related(self, demo_ids: Sequence[UUID]) -> dict[UUID, Demo]:
        """Follow the chains until nothing new is found."""
        found: dict[UUID, Demo] = {}
        wanted = set(demo_ids)
        while wanted:
            named = (demo.c.demo_id, demo.c.previous_id, demo.c.next_id)
            query = sa.select(_STATE).where(sa.or_(*(column.in_(wanted) for column in named)))
            rows = [Demo.model_validate_json(state) for state in await self._connection.scalars(query)]
            new = [each for each in rows if each.demo_id not in found]
            found |= {each.demo_id: each for each in new}
            beside = (other for each in new for other in (each.demo_id, each.previous_id, each.next_id))
            wanted = {other for other in beside if other is not None} - found.keys() - wanted
        return found

    async def is_conversation(self, conversation_id: UUID) -> bool:
        """Every conversation has a key, from its first message on."""
        query = sa.select(data_key.c.id).where(data_key.c.conversation_id == conversation_id).limit(1)
        return await self._connection.scalar(query) is not None

    async def is_forgotten(self, demo_id: UUID) -> bool:
        """Whether it stands in the list."""
        query = sa.select(forgotten_demo.c.demo_id).where(forgotten_demo.c.demo_id == demo_id)
        return await self._connection.scalar(query) is not None

    async def invited(self, digest: bytes) -> Invitation | None:
        """The conversation in which it was verified last, else in which it was given last."""
        query = sa.select(invitation.c.conversation_id, invitation.c.is_verified)
        query = query.where(invitation.c.address_digest == digest).limit(1)
        newest = query.order_by(invitation.c.is_verified.desc(), invitation.c.invited_at.desc())
        found = (await self._connection.execute(newest)).mappings().one_or_none()
        return None if found is None else Invitation.model_validate(dict(found))

    async def invite(self, invited: Invitation, digest: bytes, at: datetime) -> bool:
        """Insert it unless it is known; what was verified once stays so."""
        row = {"address_digest": digest, "invited_at": at, **invited.model_dump()}
        is_proof = sa.and_(sa.literal(invited.is_verified), sa.not_(invitation.c.is_verified))
        put = (
            insert(invitation)
            .values(row)
            .on_conflict_do_update(
                index_elements=["address_digest", "conversation_id"],
                set_={"is_verified": True},
                where=is_proof,
            )
        )
        return (await self._connection.execute(put)).rowcount == 1

    async def unmatched_with(self, digest: bytes) -> Sequence[UUID]:
        """By their digest."""
        query = sa.select(demo.c.demo_id).where(_UNMATCHED, demo.c.address_digest == digest)
        return (await self._connection.scalars(query)).all()

    async def save(
        self, demos: Sequence[Demo], digests: Mapping[UUID, bytes], events: Sequence[CloudEvent[Event]]
    ) -> None:
        """Write each demo whole, and the events into the outbox."""
        for each in demos:
            row = {
                "demo_id": each.demo_id,
                "conversation_id": each.conversation_id,
                "previous_id": each.previous_id,
                "next_id": each.next_id,
                "address_digest": digests.get(each.demo_id),
                "starts_at": each.starts_at,
                "state": each.model_dump(mode="json", exclude_defaults=True),
                "changed_at": sa.func.now(),
            }
            changed = {name: value for name, value in row.items() if name != "demo_id"}
            upsert = insert(demo).values(row).on_conflict_do_update(index_elements=["demo_id"], set_=changed)
            await self._connection.execute(upsert)
        await self._events.add(self._connection, events)
