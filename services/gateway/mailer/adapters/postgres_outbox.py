"""The Outbox port on PostgreSQL."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.clock import Clock
from chassis.kafka.telemetry import headers_of_context
from chassis.postgres import translate_database_errors
from contracts.cloudevent import TRACEPARENT
from services.gateway.mailer.adapters import statements
from services.gateway.mailer.adapters.address_hash import AddressHash
from services.gateway.mailer.adapters.delivery_rows import claim_of, settled_row
from services.gateway.mailer.adapters.tables import delivery, thread
from services.gateway.mailer.domain import (
    Claim,
    Delivery,
    HeldWords,
    Noted,
    Outcome,
    Refused,
    SuppressionReason,
    Unanswered,
    outcome_of_ended,
)
from services.gateway.mailer.errors import NotDoubtful, UnknownDelivery
from services.gateway.mailer.ports import Backlog, DeliveryRecord, Pace

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


class PostgresOutbox:
    """The mails of all mailers; what this one has claimed bears its name.

    Args:
        lease: how long a claim is believed without a sign of life.
        holding: how long words are held that only say that more follows.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        hashes: AddressHash,
        clock: Clock,
        *,
        lease: timedelta,
        holding: timedelta = timedelta(0),
    ) -> None:
        self._engine = engine
        self._hash = hashes
        self._clock = clock
        self._lease = lease
        self._holding = holding
        self._holder = uuid4()

    @property
    def holder(self) -> UUID:
        """Who this process is."""
        return self._holder

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """In one transaction."""
        async with self._transaction() as connection:
            await self.add_within(connection, deliveries)

    async def add_within(self, connection: AsyncConnection, deliveries: Sequence[Delivery]) -> None:
        """In the caller's transaction."""
        for each in deliveries:
            await connection.execute(statements.ADD, self._row(each))

    async def hold(self, delivery: Delivery, words: str) -> None:
        """One that is held again stays as it is."""
        held = {"held_words": words, "due_at": self._clock() + self._holding}
        async with self._transaction() as connection:
            await connection.execute(statements.ADD, self._row(delivery) | held)

    async def held_in(self, conversation_id: UUID) -> HeldWords | None:
        """The oldest."""
        async with self._transaction() as connection:
            given = {"conversation_id": conversation_id}
            row = (await connection.execute(statements.HELD, given)).one_or_none()
        if row is None:
            return None
        return HeldWords(delivery_id=row.delivery_id, recipient=row.recipient, words=row.held_words)

    async def add_instead(self, delivery: Delivery, held: HeldWords) -> bool:
        """In one transaction."""
        replaced = {"delivery_id": held.delivery_id, "now": self._clock()}
        async with self._transaction() as connection:
            is_replaced = bool((await connection.execute(statements.REPLACE, replaced)).rowcount)
            if is_replaced:
                await self.add_within(connection, [delivery])
        return is_replaced

    def _row(self, mail: Delivery) -> dict[str, Any]:
        now = self._clock()
        row = {field.name: getattr(mail, field.name) for field in fields(mail)}
        domain = mail.recipient.rpartition("@")[2].lower()
        found = {
            "recipient_hash": self._hash.of(mail.recipient),
            "domain": domain,
            "traceparent": headers_of_context().get(TRACEPARENT),
        }
        return row | found | {"now": now, "due_at": now, "held_words": None}

    async def claim(self, limit: int, pace: Pace) -> Sequence[Claim]:
        """One process at a time, so that the pace holds for all together."""
        now = self._clock()
        parameters = {
            "now": now,
            "a_minute_ago": now - _MINUTE,
            "a_day_ago": now - _DAY,
            "per_domain": pace.per_domain_a_minute,
            "a_day": pace.unanswered_a_day,
            "limit": limit,
            "holder": self._holder,
            "held_until": now + self._lease,
        }
        async with self._transaction() as connection:
            await connection.execute(statements.ONE_AT_A_TIME)
            await connection.execute(statements.SUPPRESS, {"now": now})
            rows = (await connection.execute(statements.CLAIM, parameters)).all()
        return [claim_of(row) for row in rows]

    async def hand_over(self, claim: Claim) -> bool:
        """Committed when it returns."""
        mail = {"delivery_id": claim.delivery.delivery_id, "attempt": claim.attempt}
        given = mail | {"holder": self._holder, "now": self._clock()}
        async with self._transaction() as connection:
            return bool((await connection.execute(statements.HAND_OVER, given)).rowcount)

    async def settle(self, claim: Claim, outcome: Outcome) -> None:
        """A bad address gets no mails any more, from the same transaction on."""
        now = self._clock()
        given = {"delivery_id": claim.delivery.delivery_id, "attempt": claim.attempt}
        async with self._transaction() as connection:
            settled = await connection.execute(statements.SETTLE, given | settled_row(claim, outcome, now))
            address = settled.scalar_one_or_none()
            if address is not None and isinstance(outcome, Refused) and outcome.is_bad_address:
                bounced = {"address_hash": address, "reason": "bounce", "now": now}
                await connection.execute(statements.SUPPRESS_ADDRESS, bounced)

    async def keep_claims(self, claims: Sequence[Claim]) -> None:
        """For another lease."""
        ids = [claim.delivery.delivery_id for claim in claims]
        kept = {"ids": ids, "holder": self._holder, "held_until": self._clock() + self._lease}
        async with self._transaction() as connection:
            await connection.execute(statements.KEEP, kept)

    async def settle_ended(self, noted: Noted) -> int:
        """In one transaction; what the process asked for and was not done yet finds no mail of its own."""
        now, doubtful = self._clock(), 0
        async with self._transaction() as connection:
            rows = (await connection.execute(statements.HELD_BY, {"holder": noted.holder})).all()
            for row in rows:
                outcome = outcome_of_ended(row.status, noted.steps.get((row.delivery_id, row.attempts)))
                if outcome is not None:
                    claim = claim_of(row)
                    given = {"delivery_id": row.delivery_id, "attempt": claim.attempt}
                    await connection.execute(statements.SETTLE, given | settled_row(claim, outcome, now))
                    doubtful += isinstance(outcome, Unanswered) and not row.is_doubtful
            await connection.execute(statements.LET_GO, {"holder": noted.holder})
        return doubtful

    async def settle_lost(self) -> int:
        """Whoever's they were."""
        async with self._transaction() as connection:
            return (await connection.execute(statements.SETTLE_LOST, {"now": self._clock()})).rowcount

    async def backlog(self) -> Backlog:
        """In one statement."""
        async with self._transaction() as connection:
            row = (await connection.execute(statements.BACKLOG)).one()
        oldest_s = (self._clock() - row.oldest).total_seconds() if row.oldest else 0.0
        return Backlog(row.waiting, max(0.0, oldest_s), row.doubtful)

    async def listed(self, *, doubtful: bool, limit: int) -> Sequence[DeliveryRecord]:
        """The newest first."""
        columns = [delivery.c[field.name] for field in fields(DeliveryRecord)]
        query = sa.select(*columns).order_by(delivery.c.queued_at.desc()).limit(limit)
        if doubtful:
            query = query.where(delivery.c.is_doubtful)
        async with self._transaction() as connection:
            return [DeliveryRecord(**row) for row in (await connection.execute(query)).mappings()]

    async def resend(self, delivery_id: UUID) -> None:
        """The next claim counts on from the attempts that there were."""
        await self._decide(statements.RESEND, delivery_id)

    async def believe(self, delivery_id: UUID) -> None:
        """It stays sent."""
        await self._decide(statements.BELIEVE, delivery_id)

    async def _decide(self, statement: sa.TextClause, delivery_id: UUID) -> None:
        known = sa.select(delivery.c.delivery_id).where(delivery.c.delivery_id == delivery_id)
        async with self._transaction() as connection:
            given = {"delivery_id": delivery_id, "now": self._clock()}
            if (await connection.execute(statement, given)).rowcount:
                return
            if await connection.scalar(known) is None:
                raise UnknownDelivery(f"there is no mail {delivery_id}")
            raise NotDoubtful(f"mail {delivery_id} is on its way, or there is no doubt about it")

    async def recipient_of(self, conversation_id: UUID, number: str) -> str | None:
        """The number is how the id of the mail begins."""
        sent = (
            delivery.c.conversation_id == conversation_id,
            sa.func.starts_with(sa.func.replace(sa.cast(delivery.c.delivery_id, sa.Text), "-", ""), number),
        )
        of_thread = sa.select(thread.c.address).where(thread.c.conversation_id == conversation_id)
        async with self._transaction() as connection:
            recipient = await connection.scalar(sa.select(delivery.c.recipient).where(*sent))
            found: str | None = recipient or await connection.scalar(of_thread)
        return found

    async def note_arrived(self, message_ids: Collection[str]) -> None:
        """A Message-ID of ours is known to nobody else: it holds a signed token."""
        given = {"message_ids": list(message_ids), "now": self._clock()}
        async with self._transaction() as connection:
            await connection.execute(statements.NOTE_ARRIVED, given)

    async def has_written_to(self, address: str) -> bool:
        """By the hash of the address."""
        query = sa.select(sa.exists().where(delivery.c.recipient_hash == self._hash.of(address)))
        async with self._transaction() as connection:
            return bool(await connection.scalar(query))

    async def suppress(self, address: str, reason: SuppressionReason) -> None:
        """What is queued is held back by the next claim, what is on its way by its hand-over."""
        given = {"address_hash": self._hash.of(address), "reason": reason, "now": self._clock()}
        async with self._transaction() as connection:
            await connection.execute(statements.SUPPRESS_ADDRESS, given)

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Also what is on its way: the hand-over of a mail that is not there any more is denied."""
        async with self._transaction() as connection:
            await connection.execute(
                sa.delete(delivery).where(delivery.c.conversation_id.in_(conversation_ids))
            )

    async def forget_old(self, before: datetime) -> None:
        """A bounded number at a time."""
        async with self._transaction() as connection:
            await connection.execute(statements.FORGET_OLD, {"before": before})

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                yield connection
