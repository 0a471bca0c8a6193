"""The Threads port on PostgreSQL: which mails came in, and whom a conversation by mail is held with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.clock import Clock
from chassis.postgres import translate_database_errors
from contracts.events import MailReceived
from contracts.mail import SentMail
from services.gateway.mailer.adapters.address_hash import AddressHash
from services.gateway.mailer.adapters.campaign_statements import ANSWERED, ERASE, SENT_BEFORE
from services.gateway.mailer.adapters.tables import delivery, demo, identity, received, thread
from services.gateway.mailer.domain import PARKED, Ending, MailFacts, Reply, ThreadPlace, turn_id_of
from services.gateway.mailer.errors import NotParked, UnknownDelivery
from services.gateway.mailer.ports import ParkedMail

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_TEXTS: Final = 5
_SENT: Final = 20
_PARKED: Final = [received.c[field.name] for field in fields(ParkedMail)]
_NOT_OF_RECIPIENT: Final[frozenset[Ending]] = frozenset({"ours", "unanswerable"})


class PostgresThreads:
    """The Threads port."""

    def __init__(self, engine: AsyncEngine, hashes: AddressHash, clock: Clock) -> None:
        self._engine = engine
        self._hash = hashes
        self._clock = clock

    async def facts(self, mail: MailReceived) -> MailFacts:
        """In one transaction."""
        async with self._transaction() as connection:
            kept = (
                await connection.execute(sa.select(received).where(received.c.mail_id == mail.mail_id))
            ).one_or_none()
            if kept is not None:
                return MailFacts(
                    conversation_id=kept.conversation_id, ending=kept.ending, is_new_thread=kept.is_opening
                )
            conversation_id = await self._conversation_of(connection, mail)
            of_thread = thread.c.conversation_id == conversation_id
            known = await connection.scalar(sa.select(thread.c.conversation_id).where(of_thread))
            mails = await self._received(connection, conversation_id)
            turns = [mail for mail in mails if mail.ending == "turn"]
            sent = await self._sent(connection, conversation_id)
            now = self._clock()
            return MailFacts(
                conversation_id=conversation_id,
                is_new_thread=known is None,
                turns_within_hour=sum(turn.received_at > now - _HOUR for turn in turns),
                turns_within_day=sum(turn.received_at > now - _DAY for turn in turns),
                texts=[turn.text for turn in turns[:_TEXTS]],
                last_sent_at=sent[0].settled_at if sent else None,
                last_message_id=sent[0].message_id if sent else None,
                replies=_replies(turns[:_TEXTS], sent),
                is_suspect=any(
                    mail.ending in PARKED - {"quoted"} and mail.received_at > now - _DAY for mail in mails
                ),
            )

    async def keep(self, mail: MailReceived, facts: MailFacts, ending: Ending) -> None:
        """A mail that is a turn makes its sender the one that is written to, unless the thread has one."""
        row = {
            "mail_id": mail.mail_id,
            "turn_id": turn_id_of(mail),
            "conversation_id": facts.conversation_id,
            "sender": mail.sender or "",
            "message_id": mail.message_id,
            "message_references": list(mail.references),
            "subject": mail.subject,
            "text": mail.reply,
            "ending": ending,
            "is_opening": facts.is_new_thread,
            "received_at": self._clock(),
        }
        async with self._transaction() as connection:
            await connection.execute(insert(received).values(row).on_conflict_do_nothing())
            if ending not in _NOT_OF_RECIPIENT:
                answered = {"conversation_id": facts.conversation_id, "now": self._clock()}
                await connection.execute(ANSWERED, answered)
            if ending == "turn" and mail.sender is not None:
                await self._hold_with(connection, facts.conversation_id, mail.sender, mail.subject)

    async def _hold_with(
        self, connection: AsyncConnection, conversation_id: UUID, sender: str, subject: str
    ) -> None:
        held = {
            "conversation_id": conversation_id,
            "address": sender,
            "address_hash": self._hash.of(sender),
            "subject": subject,
            "is_current": True,
            "changed_at": self._clock(),
        }
        again = {"is_current": True, "changed_at": held["changed_at"]}
        put = insert(thread).values(held)
        await connection.execute(
            put.on_conflict_do_update(index_elements=[thread.c.conversation_id], set_=again)
        )

    async def parked(self, limit: int) -> Sequence[ParkedMail]:
        """Of whatever conversation."""
        query = sa.select(*_PARKED).where(received.c.ending.in_(PARKED))
        async with self._transaction() as connection:
            rows = await connection.execute(query.order_by(received.c.received_at.desc()).limit(limit))
            return [ParkedMail(**row) for row in rows.mappings()]

    async def release(self, mail_id: UUID) -> ParkedMail:
        """Those before it that wait as well say nothing against its conversation any more."""
        async with self._transaction() as connection:
            query = sa.select(*_PARKED).where(received.c.mail_id == mail_id).with_for_update()
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is None:
                raise UnknownDelivery(f"there is no mail {mail_id}")
            mail = ParkedMail(**row)
            if mail.ending not in PARKED | {"turn"} or not mail.text.strip():
                raise NotParked(f"mail {mail_id} was not parked, or has no words")
            suspect = received.c.conversation_id == mail.conversation_id, received.c.ending.in_(PARKED)
            await connection.execute(sa.update(received).where(*suspect).values(ending="quoted"))
            released = received.c.mail_id == mail_id
            await connection.execute(sa.update(received).where(released).values(ending="turn"))
            await self._hold_with(connection, mail.conversation_id, mail.sender, mail.subject)
        return mail

    async def place_of(self, conversation_id: UUID, turn_ids: Sequence[UUID]) -> ThreadPlace | None:
        """Of several mails that are answered together, the newest."""
        of_thread = thread.c.conversation_id == conversation_id
        mails = received.c.conversation_id == conversation_id, received.c.ending == "turn"
        newest = sa.select(received).where(*mails).order_by(received.c.received_at.desc()).limit(1)
        async with self._transaction() as connection:
            held = (await connection.execute(sa.select(thread).where(of_thread))).one_or_none()
            if held is None:
                return None
            if turn_ids:
                newest = newest.where(received.c.turn_id.in_(turn_ids))
            mail = (await connection.execute(newest)).one_or_none()
            if turn_ids and mail is None:
                # It goes on elsewhere: what is said unasked is said there.
                await connection.execute(sa.update(thread).where(of_thread).values(is_current=False))
                return None
        if not held.is_current or mail is None:
            return None
        return ThreadPlace(
            recipient=mail.sender if turn_ids else held.address,
            subject=mail.subject,
            message_id=mail.message_id,
            references=tuple(mail.message_references),
            language=held.language,
        )

    async def note_identity(self, conversation_id: UUID, address: str) -> None:
        """By the hash of the address: mails of theirs find it."""
        row = {
            "conversation_id": conversation_id,
            "address_hash": self._hash.of(address),
            "changed_at": self._clock(),
        }
        again = {"changed_at": row["changed_at"]}
        async with self._transaction() as connection:
            await connection.execute(
                insert(identity)
                .values(row)
                .on_conflict_do_update(index_elements=[identity.c.conversation_id], set_=again)
            )

    async def is_with_another(self, conversation_id: UUID, address: str) -> bool:
        """By the hash of the address."""
        of_thread = thread.c.conversation_id == conversation_id
        query = sa.select(thread.c.address_hash != self._hash.of(address)).where(of_thread)
        async with self._transaction() as connection:
            return bool(await connection.scalar(query))

    async def mails_before(self, mail_id: UUID) -> tuple[SentMail, ...]:
        """By when they were sent."""
        async with self._transaction() as connection:
            rows = await connection.execute(SENT_BEFORE, {"received_id": mail_id})
            return tuple(SentMail.model_validate(dict(row)) for row in rows.mappings())

    async def note_language(self, conversation_id: UUID, language: str) -> None:
        """Without effect where there is no thread."""
        async with self._transaction() as connection:
            await connection.execute(
                sa.update(thread).where(thread.c.conversation_id == conversation_id).values(language=language)
            )

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Mails and threads, and what mails of campaigns said; that they were asked for stays known."""
        async with self._transaction() as connection:
            await connection.execute(ERASE, {"ids": list(conversation_ids)})
            for table in (received, thread, identity, demo):
                await connection.execute(
                    sa.delete(table).where(table.c.conversation_id.in_(conversation_ids))
                )

    async def _conversation_of(self, connection: AsyncConnection, mail: MailReceived) -> UUID:
        """What the mail says; of one that names none, the newest conversation with its sender."""
        if mail.resolved_by != "sender" or not mail.is_authentic or mail.sender is None:
            return mail.conversation_id
        address = self._hash.of(mail.sender)
        theirs = sa.union_all(
            *(
                sa.select(table.c.conversation_id, table.c.changed_at).where(table.c.address_hash == address)
                for table in (thread, identity)
            )
        ).subquery()
        with_sender = sa.select(theirs.c.conversation_id).order_by(theirs.c.changed_at.desc()).limit(1)
        return await connection.scalar(with_sender) or mail.conversation_id

    async def _received(self, connection: AsyncConnection, conversation_id: UUID) -> Sequence[Any]:
        query = sa.select(received.c.received_at, received.c.text, received.c.ending)
        query = query.where(received.c.conversation_id == conversation_id)
        return (await connection.execute(query.order_by(received.c.received_at.desc()).limit(100))).all()

    async def _sent(self, connection: AsyncConnection, conversation_id: UUID) -> Sequence[Any]:
        query = sa.select(delivery.c.settled_at, delivery.c.message_id)
        query = query.where(delivery.c.conversation_id == conversation_id, delivery.c.status == "sent")
        return (await connection.execute(query.order_by(delivery.c.settled_at.desc()).limit(_SENT))).all()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                yield connection


def _replies(turns: Sequence[Any], sent: Sequence[Any]) -> Sequence[Reply]:
    """How long after our mail before it each of these came; up to the first that answers none."""
    replies = []
    for turn in turns:
        before = next((mail.settled_at for mail in sent if mail.settled_at <= turn.received_at), None)
        if before is None:
            break
        replies.append(Reply(turn.received_at - before, len(turn.text)))
    return replies
