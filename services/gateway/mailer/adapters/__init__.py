"""The mailer's ports, on PostgreSQL and SMTP."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import utc_now
from chassis.supervised import Background
from services.gateway.mailer.adapters.address_hash import AddressHash
from services.gateway.mailer.adapters.postgres_outbox import PostgresOutbox
from services.gateway.mailer.adapters.smtp_server import SmtpAddress, SmtpServer
from services.gateway.mailer.settings import Settings
from services.gateway.mailer.usecases.sending import Sender

__all__ = ["AddressHash", "PostgresOutbox", "SmtpAddress", "SmtpServer", "make_outbox", "sending"]

# So often within a lease a mailer says that it lives.
_SIGNS_OF_LIFE = 3


def make_outbox(engine: AsyncEngine, settings: Settings) -> PostgresOutbox:
    """The outbox of all mailers."""
    hashes = AddressHash(settings.suppression_secret)
    return PostgresOutbox(engine, hashes, utc_now, lease=timedelta(seconds=settings.mail_lease_s))


def sending(outbox: PostgresOutbox, settings: Settings) -> tuple[Background, ...]:
    """The background work that sends the mails of the outbox; none without a mail server."""
    if settings.smtp_url is None or settings.mail_domain is None:
        return ()
    address = SmtpAddress.parse(settings.smtp_url.get_secret_value())
    sender = Sender(
        outbox=outbox,
        server=SmtpServer(address, name=settings.mail_domain, at_once=settings.mail_connections),
        pace=settings.pace,
        at_once=settings.mail_connections,
        look_every_s=settings.mail_look_every_s,
        keep_every_s=settings.mail_lease_s / _SIGNS_OF_LIFE,
    )
    return (sender.run, sender.look_after_claims)
