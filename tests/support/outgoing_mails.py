"""Mails to send and mails that came in, and the process that sends them."""

import asyncio
import os
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import uuid4

from chassis.clock import utc_now
from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings
from contracts.events import MailReceived
from services.gateway.mailer.adapters import (
    AddressHash,
    AttemptJournal,
    PostgresOutbox,
    SmtpAddress,
    SmtpConnector,
    SmtpServer,
)
from services.gateway.mailer.domain import Delivery
from services.gateway.mailer.ports import MailServer, Pace
from services.gateway.mailer.usecases.sending import Sender

LEASE = timedelta(seconds=1)
HOLDING = timedelta(minutes=2)
PACE = Pace(per_domain_a_minute=10_000, unanswered_a_day=10_000)
HASHES = AddressHash("of the tests alone")


def a_mail(recipient: str = "dana@clinic.example", *, subject: str = "Hello", **facts: object) -> Delivery:
    """A mail that is ready to be sent."""
    message_id = f"<{uuid4()}@mail.example>"
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "maya@mail.example", recipient, subject
    message["Message-ID"] = message_id
    message.set_content(str(facts.pop("text", "Hello.\n.\n.. and more\n")))
    given = {"delivery_id": uuid4(), "conversation_id": uuid4(), "kind": "answer", **facts}
    return Delivery(
        **given,  # type: ignore[arg-type]
        sender="bounce@mail.example",
        recipient=recipient,
        message_id=message_id,
        message=message.as_bytes(),
    )


def a_server(url: str, *, at_once: int = 4, authorities: Path | None = None) -> SmtpServer:
    """The mail server behind a URL."""
    connector = SmtpConnector(address=SmtpAddress.parse(url), name="mail.example", authorities=authorities)
    return SmtpServer(connector, at_once=at_once)


def a_sender(
    outbox: PostgresOutbox,
    server: MailServer,
    *,
    pace: Pace = PACE,
    at_once: int = 4,
    folder: Path | None = None,
) -> Sender:
    """What sends them, and looks often. Without a folder its journal cannot be written."""
    return Sender(
        outbox=outbox,
        server=server,
        journal=AttemptJournal(folder or Path(os.devnull), outbox.holder),
        pace=pace,
        at_once=at_once,
        look_every_s=0.05,
        keep_every_s=0.2,
    )


def send_until_killed(database_url: str, smtp_url: str, at_once: int, folder: Path | None) -> None:
    """The life of a mailer in a process of its own, as far as its mails are concerned."""
    asyncio.run(_send(database_url, smtp_url, at_once, folder))


async def _send(database_url: str, smtp_url: str, at_once: int, folder: Path | None) -> None:
    engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
    outbox = PostgresOutbox(engine, HASHES, utc_now, lease=LEASE)
    server = a_server(smtp_url, at_once=at_once)
    sender = a_sender(outbox, server, at_once=at_once, folder=folder)
    await asyncio.gather(sender.run(), sender.look_after_claims())


def a_received(**facts: object) -> MailReceived:
    """A mail of a person, as the gateway has read it."""
    known = {
        "conversation_id": uuid4(),
        "mail_id": uuid4(),
        "message_id": "<their-1@clinic.example>",
        "in_reply_to": None,
        "references": (),
        "sender": "dana@clinic.example",
        "sender_name": "Dana Ruiz",
        "recipients": ("ada@reply.example",),
        "subject": "Repeat tickets",
        "kind": "human_reply",
        "reply": "We run a small dental clinic with 22 people.",
        "signature": "",
        "text": "",
        "attachments": (),
        "reports": (),
        "is_authentic": True,
        "resolved_by": "address",
        "provider": "raw",
        "received_at": utc_now(),
    }
    return MailReceived.model_validate(known | facts)
