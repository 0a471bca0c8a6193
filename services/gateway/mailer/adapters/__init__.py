"""The mailer's ports, on PostgreSQL, SMTP, MJML and Kafka."""

from dataclasses import replace
from datetime import timedelta

from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import utc_now
from chassis.kafka import EventPublisher, KafkaCluster
from chassis.kafka.progress import GroupProgress
from chassis.lifecycle import every
from chassis.mail import MailTokens
from chassis.signing import SignedLinks
from chassis.supervised import Background
from contracts.proposal_link import PROPOSAL_PURPOSE
from contracts.registry import STREAMS
from contracts.resume_link import RESUME_PURPOSE
from playbook import Playbook
from services.gateway.mailer.adapters.address_hash import AddressHash, DailyPayers
from services.gateway.mailer.adapters.attempt_journal import AttemptJournal
from services.gateway.mailer.adapters.composer import Composer, Letterhead
from services.gateway.mailer.adapters.dkim_key import DkimKey
from services.gateway.mailer.adapters.follow_up_words import PlaybookFollowUpWords
from services.gateway.mailer.adapters.postgres_campaigns import PostgresCampaigns, PostgresDemos
from services.gateway.mailer.adapters.postgres_follow_ups import PostgresFollowUps
from services.gateway.mailer.adapters.postgres_outbox import PostgresOutbox
from services.gateway.mailer.adapters.postgres_threads import PostgresThreads
from services.gateway.mailer.adapters.preview import preview_of
from services.gateway.mailer.adapters.smtp_connection import SmtpAddress, SmtpConnector
from services.gateway.mailer.adapters.smtp_server import SmtpServer
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.ports.campaigns import CampaignPorts
from services.gateway.mailer.settings import Settings
from services.gateway.mailer.usecases.following_up import FollowUpSender
from services.gateway.mailer.usecases.sending import Sender

__all__ = [
    "AddressHash",
    "AttemptJournal",
    "Composer",
    "DkimKey",
    "Letterhead",
    "PlaybookFollowUpWords",
    "PostgresCampaigns",
    "PostgresDemos",
    "PostgresFollowUps",
    "PostgresOutbox",
    "PostgresThreads",
    "SmtpAddress",
    "SmtpConnector",
    "SmtpServer",
    "make_campaigns",
    "make_composer",
    "make_mail",
    "make_outbox",
    "preview_of",
]

_GROUP = "mailer"
_TOPICS = tuple(topic.name for topic in STREAMS if _GROUP in topic.consumers)
# A reminder can wait for consumers that have much to read.
_MOST_BEHIND_S = 60.0
_EXAMPLE = "campaigns@mail.example"
# So often within a lease a mailer says that it lives.
_SIGNS_OF_LIFE = 3


def make_outbox(engine: AsyncEngine, settings: Settings) -> PostgresOutbox:
    """The outbox of all mailers."""
    hashes = AddressHash(settings.suppression_secret)
    lease, holding = timedelta(seconds=settings.mail_lease_s), timedelta(seconds=settings.mail_holding_s)
    return PostgresOutbox(engine, hashes, utc_now, lease=lease, holding=holding)


def make_composer(settings: Settings, playbook: Playbook) -> Composer:
    """What writes mails under our letterhead; where none is set, under that of an example."""
    if settings.mail_from is None:
        settings = settings.model_copy(update={"mail_from": _EXAMPLE})
    name, address = settings.sender
    head = Letterhead(
        name=name,
        address=address,
        domain=settings.domain,
        reply_mailbox=settings.reply_mailbox,
        public_url=settings.public_url,
        postal_address=settings.mail_postal_address,
    )
    key = settings.dkim_private_key
    dkim = key and DkimKey(
        key.get_secret_value(), selector=settings.dkim_selector or "", domain=settings.domain
    )
    tokens = MailTokens(settings.mail_secrets())
    links = _links(settings, PROPOSAL_PURPOSE, settings.proposal_link_secrets, settings.proposal_link_days)
    return Composer(
        head,
        tokens,
        playbook,
        proposal_links=links if settings.public_url else None,
        clock=utc_now,
        dkim=dkim or None,
    )


def _links(settings: Settings, purpose: str, secrets: tuple[str, ...], days: int) -> SignedLinks:
    """What signs the links of a purpose, which lead to the gateway and are read there alone."""
    return SignedLinks(
        secrets,
        purpose=purpose,
        unnamed_salt=purpose,
        lasts=timedelta(days=days),
        public_url=settings.public_url,
    )


def make_mail(
    engine: AsyncEngine, broker: KafkaBroker, playbook: Playbook, settings: Settings
) -> tuple[MailPorts, tuple[Background, ...]]:
    """What mails are taken and answered with, and the background work that sends them.

    Without a mail server mails that come in are turns, and no mail goes out.
    """
    outbox, hashes = make_outbox(engine, settings), AddressHash(settings.suppression_secret)
    sender = _make_sender(outbox, settings) if settings.sends else None
    ports = MailPorts(
        outbox=outbox,
        threads=PostgresThreads(engine, hashes, utc_now),
        follow_ups=PostgresFollowUps(engine, outbox, hashes, utc_now),
        publisher=EventPublisher(broker),
        composer=make_composer(settings, playbook) if sender else None,
        payers=DailyPayers(hashes, utc_now),
        rules=replace(settings.rules, disclosures=_disclosures(playbook)),
        clock=utc_now,
        notice=sender.notice if sender else lambda: None,
    )
    background = (sender.run, sender.look_after_claims) if sender else ()
    return ports, (*background, *_reminding(ports, playbook, settings))


def _disclosures(playbook: Playbook) -> frozenset[str]:
    """How our mails say in each language that an AI wrote them."""
    return frozenset(each.company.disclosure for each in (playbook, *playbook.languages.values()))


def _reminding(ports: MailPorts, playbook: Playbook, settings: Settings) -> tuple[Background, ...]:
    """What reminds visitors who went silent, where it is wanted and possible."""
    if not settings.reminds or ports.composer is None:
        return ()
    links = _links(settings, RESUME_PURPOSE, settings.session_secrets(), settings.resume_link_days)
    follow_up_sender = FollowUpSender(
        ports=ports,
        composer=ports.composer,
        words=PlaybookFollowUpWords(playbook, links),
        progress=GroupProgress(KafkaCluster.of(settings), _GROUP, _TOPICS, timeout_s=_MOST_BEHIND_S),
        quiet=settings.follow_up.quiet,
        limits=settings.follow_up.limits,
    )
    return (every(settings.follow_up.look_every_s, follow_up_sender.look),)


def make_campaigns(
    engine: AsyncEngine, mail: MailPorts, playbook: Playbook, settings: Settings
) -> CampaignPorts:
    """What campaigns are asked for and written with, beside the mails of conversations."""
    outbox, hashes = make_outbox(engine, settings), AddressHash(settings.suppression_secret)
    missing = settings.missing_for_campaigns
    return CampaignPorts(
        campaigns=PostgresCampaigns(engine, outbox, hashes, utc_now),
        demos=PostgresDemos(engine, hashes),
        publisher=mail.publisher,
        composer=None if missing else mail.composer,
        missing=missing,
        sampler=mail.composer or make_composer(settings, playbook),
        preview=preview_of,
        playbook=playbook,
        conversation_of=hashes.campaign_conversation,
        clock=utc_now,
        notice=mail.notice,
    )


def _make_sender(outbox: PostgresOutbox, settings: Settings) -> Sender:
    assert settings.smtp_url is not None
    connector = SmtpConnector(
        address=SmtpAddress.parse(settings.smtp_url.get_secret_value()),
        name=settings.domain,
        authorities=settings.smtp_ca_file,
    )
    return Sender(
        outbox=outbox,
        journal=AttemptJournal(settings.journal_folder, outbox.holder),
        server=SmtpServer(connector, at_once=settings.mail_connections),
        pace=settings.pace,
        at_once=settings.mail_connections,
        look_every_s=settings.mail_look_every_s,
        keep_every_s=settings.mail_lease_s / _SIGNS_OF_LIFE,
    )
