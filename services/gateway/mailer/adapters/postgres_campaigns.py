"""The Campaigns and Demos ports on PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.clock import Clock
from chassis.postgres import translate_database_errors
from playbook import MailWords, day_of_demo
from services.gateway.mailer.adapters import campaign_statements as statements
from services.gateway.mailer.adapters.address_hash import AddressHash
from services.gateway.mailer.adapters.postgres_outbox import PostgresOutbox
from services.gateway.mailer.adapters.statements import ONE_AT_A_TIME
from services.gateway.mailer.adapters.tables import campaign_mail, campaign_stop, suppression, thread
from services.gateway.mailer.domain import (
    AskedMail,
    CampaignReport,
    CampaignStop,
    Delivery,
    Refusal,
    Standing,
    TemplateReport,
    ThreadPlace,
)

# Whether the visitor came is told by people, and some time later.
_AFTER_DEMO: Final = timedelta(hours=1)


class PostgresCampaigns:
    """The Campaigns port."""

    def __init__(
        self, engine: AsyncEngine, outbox: PostgresOutbox, hashes: AddressHash, clock: Clock
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._hash = hashes
        self._clock = clock

    async def standing(self, asked: AskedMail) -> Standing:
        """In one transaction."""
        address = self._hash.of(asked.address)
        async with self._transaction() as connection:
            known = sa.select(campaign_mail.c.mail_id).where(campaign_mail.c.mail_id == asked.mail_id)
            if await connection.scalar(known) is not None:
                return _refused(asked, "already_asked")
            wants_none = sa.select(sa.exists().where(suppression.c.address_hash == address))
            if await connection.scalar(wants_none):
                return _refused(asked, "suppressed")
            if asked.template == "follow_up":
                return await self._following(connection, asked, address)
            if asked.template == "after_demo":
                return await self._after_demo(connection, asked, address)
        return Standing(conversation_id=asked.conversation_id)

    async def queue(
        self, asked: AskedMail, standing: Standing, delivery: Delivery, *, words: MailWords, language: str
    ) -> bool:
        """The mail, what it says, and the thread that an answer to it belongs to, in one transaction."""
        row = {
            **_row(asked, self._clock(), "waiting"),
            "conversation_id": standing.conversation_id,
            "message_id": delivery.message_id,
            "subject": standing.place.next_subject if standing.place else words.subject,
            "text": words.text,
            "options": list(words.options),
            "language": language,
            "demo_id": standing.demo_id,
        }
        held = {
            "conversation_id": standing.conversation_id,
            "address": asked.address,
            "address_hash": self._hash.of(asked.address),
            "subject": row["subject"],
            "language": language,
            # A conversation that is held elsewhere goes on there until a mail is answered.
            "is_current": asked.template == "first_touch",
            "changed_at": self._clock(),
        }
        async with self._transaction() as connection:
            added = await connection.execute(insert(campaign_mail).values(row).on_conflict_do_nothing())
            if not added.rowcount:
                return False
            await connection.execute(insert(thread).values(held).on_conflict_do_nothing())
            await self._outbox.add_within(connection, [delivery])
        return True

    async def refuse(self, asked: AskedMail, refusal: Refusal) -> None:
        """As a mail without words."""
        row = _row(asked, self._clock(), refusal)
        async with self._transaction() as connection:
            await connection.execute(insert(campaign_mail).values(row).on_conflict_do_nothing())

    async def names(self) -> Sequence[str]:
        """In one statement."""
        async with self._transaction() as connection:
            return (await connection.scalars(sa.select(campaign_mail.c.campaign).distinct())).all()

    async def conversations_of(self, address: str, begun: Sequence[UUID]) -> Sequence[UUID]:
        """By the hash of the address."""
        given = {"begun": list(begun), "address_hash": self._hash.of(address)}
        async with self._transaction() as connection:
            return (await connection.scalars(statements.OF_ADDRESS, given)).all()

    async def report(self, campaign: str) -> CampaignReport:
        """The templates in the order in which they were first asked for."""
        async with self._transaction() as connection:
            stop = await _stop_of(connection, campaign)
            rows = (await connection.execute(statements.REPORT, {"campaign": campaign})).mappings()
            return CampaignReport(stop, tuple(TemplateReport(**row) for row in rows))

    async def stop(self, campaign: str, by: str) -> None:
        """One row that every hand-over looks at; the mails are marked by the next claim."""
        given = {"campaign": campaign, "by": by, "now": self._clock()}
        async with self._transaction() as connection:
            await connection.execute(statements.STOP, given)

    async def stop_of(self, campaign: str) -> CampaignStop | None:
        """In one statement."""
        async with self._transaction() as connection:
            return await _stop_of(connection, campaign)

    async def resume(self, campaign: str) -> None:
        """While nobody claims, so that no mail is marked behind it."""
        async with self._transaction() as connection:
            await connection.execute(ONE_AT_A_TIME)
            await connection.execute(statements.RESUME, {"campaign": campaign, "now": self._clock()})

    async def _following(self, connection: AsyncConnection, asked: AskedMail, address: bytes) -> Standing:
        given = {"mail_id": asked.first_mail_id, "address_hash": address}
        first = (await connection.execute(statements.FIRST_MAIL, given)).one_or_none()
        if first is None or first.status != "sent":
            return _refused(asked, "no_first_touch")
        if first.answered_at is not None:
            return _refused(asked, "answered")
        if first.is_booked:
            return _refused(asked, "booked")
        place = ThreadPlace(
            recipient=asked.address,
            subject=first.subject,
            message_id=first.message_id,
            references=(),
            language=first.language,
        )
        return Standing(conversation_id=first.conversation_id, place=place)

    async def _after_demo(self, connection: AsyncConnection, asked: AskedMail, address: bytes) -> Standing:
        given = {
            "conversation_id": asked.conversation_id,
            "address_hash": address,
            "before": self._clock() - _AFTER_DEMO,
        }
        demo = (await connection.execute(statements.DEMO_OF, given)).one_or_none()
        if demo is None:
            return _refused(asked, "no_demo")
        # Whoever has the address that somebody else typed is not let into their conversation.
        conversation_id = demo.conversation_id if demo.is_proven else asked.conversation_id
        of_conversation = {"conversation_id": conversation_id, "address_hash": address}
        last = (await connection.execute(statements.LAST_MAIL, of_conversation)).one_or_none()
        place = last and ThreadPlace(
            recipient=asked.address,
            subject=last.subject,
            message_id=last.message_id,
            references=tuple(last.message_references),
            language=last.language,
        )
        return Standing(
            conversation_id=conversation_id,
            place=place or None,
            demo_id=demo.demo_id,
            demo_day=day_of_demo(demo.starts_at, demo.timezone),
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                yield connection


class PostgresDemos:
    """The Demos port: each fact is one that no order of events changes."""

    def __init__(self, engine: AsyncEngine, hashes: AddressHash) -> None:
        self._engine = engine
        self._hash = hashes

    async def note_booked(
        self,
        conversation_id: UUID,
        demo_id: UUID,
        *,
        starts_at: datetime,
        ends_at: datetime,
        timezone: str | None,
        is_proven: bool,
        said_at: datetime,
        invitee: str | None = None,
    ) -> None:
        """The time that was said last counts."""
        await self._note(
            statements.BOOKED,
            demo_id=demo_id,
            conversation_id=conversation_id,
            starts_at=starts_at,
            ends_at=ends_at,
            timezone=timezone,
            is_proven=is_proven,
            said_at=said_at,
            invitee_hash=self._hash.of(invitee) if invitee else None,
        )

    async def note_over(self, conversation_id: UUID, demo_id: UUID) -> None:
        """For good: a new time is a new demo."""
        await self._note(statements.OVER, demo_id=demo_id, conversation_id=conversation_id)

    async def note_missed(
        self, conversation_id: UUID, demo_id: UUID, *, is_missed: bool, said_at: datetime
    ) -> None:
        """What was said last counts."""
        given = {"is_missed": is_missed, "said_at": said_at}
        await self._note(statements.MISSED, demo_id=demo_id, conversation_id=conversation_id, **given)

    async def _note(self, statement: sa.TextClause, **given: Any) -> None:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(statement, given)


async def _stop_of(connection: AsyncConnection, campaign: str) -> CampaignStop | None:
    query = sa.select(campaign_stop.c.stopped_by, campaign_stop.c.stopped_at)
    row = (await connection.execute(query.where(campaign_stop.c.campaign == campaign))).one_or_none()
    return CampaignStop(*row) if row else None


def _refused(asked: AskedMail, refusal: Refusal) -> Standing:
    return Standing(conversation_id=asked.conversation_id, refusal=refusal)


def _row(asked: AskedMail, now: datetime, status: str) -> dict[str, Any]:
    return {
        "mail_id": asked.mail_id,
        "conversation_id": asked.conversation_id,
        "campaign": asked.campaign,
        "template": asked.template,
        "status": status,
        "requested_at": now,
    }
