"""Settings of the mailer."""

import hashlib
import tempfile
from datetime import time, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.data_keys import DataKeySettings
from chassis.environment import EnvironmentSettings
from chassis.mail_settings import MailTokenSettings
from chassis.settings import ServiceSettings
from contracts.text import is_address
from services.gateway.mailer.domain import FollowUpLimits, LoopRules, QuietHours, zone_of
from services.gateway.mailer.ports import Pace

Secret = Annotated[SecretStr, Field(min_length=16)]
# A token of 45 characters is added to the name, which may have 64.
_LONGEST_MAILBOX = 19
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"


def _is_smtp(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("smtp://", "smtps://")):
        raise ValueError("must begin with smtp:// or smtps://")
    return url


def _is_zone(name: str) -> str:
    if zone_of(name) is None:
        raise ValueError("must be the IANA name of a time zone, such as Europe/Berlin")
    return name


class FollowUpSettings(EnvironmentSettings):
    """When a visitor who went silent is reminded by mail, and how often at most."""

    model_config = SettingsConfigDict(env_prefix="FOLLOW_UP_")

    on: bool = True
    """Without it, without a mail server and without `PUBLIC_URL` nobody is reminded."""
    quiet_from: time = time(20, 0)
    """Nobody is reminded from then on, on the visitor's clock,"""
    quiet_to: time = time(8, 0)
    """until then; never where both are the same."""
    quiet_weekends: bool = True
    zone: Annotated[str, AfterValidator(_is_zone)] = "UTC"
    """The company's time zone: the clock of a visitor whose own is not known."""
    per_conversation: int = Field(default=1, ge=1)
    """The most reminders in `within_days` of one conversation,"""
    per_address: int = Field(default=1, ge=1)
    """and to one address."""
    within_days: int = Field(default=30, gt=0)
    look_every_s: float = Field(default=5.0, gt=0)

    @property
    def quiet(self) -> QuietHours:
        """When nobody is reminded."""
        return QuietHours(self.quiet_from, self.quiet_to, self.zone, on_weekends=self.quiet_weekends)

    @property
    def limits(self) -> FollowUpLimits:
        """How often at most."""
        return FollowUpLimits(
            per_conversation=self.per_conversation,
            per_address=self.per_address,
            within=timedelta(days=self.within_days),
        )


class Settings(ServiceSettings, DataKeySettings, MailTokenSettings):
    """Read once, in `main`, from the environment. Without `SMTP_URL` no mail is sent."""

    smtp_url: Annotated[SecretStr, AfterValidator(_is_smtp)] | None = None
    """`smtp://user:password@host:587` (STARTTLS, which only a server on this machine may lack), or `smtps://`."""
    smtp_ca_file: FilePath | None = None
    """A PEM file with the authorities that may vouch for the mail server, instead of the system's."""
    mail_from: str | None = None
    """Whom our mails are from: `ada@mail.example`, or `Ada of Example <ada@mail.example>`. Without a name the
    playbook's assistant and company stand there. The part before the `@` has at most 19 characters."""
    mail_domain: str | None = Field(default=None, pattern=_DOMAIN)
    """Our Message-IDs are in it, and it signs our mails; without it, the domain of `mail_from`."""
    mail_reply_domain: str | None = Field(default=None, pattern=_DOMAIN)
    """The domain whose mails come in at the gateway; without it, that of `mail_from`."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    """Where people reach the gateway: the links below mails lead there; without it, mails have none."""
    mail_postal_address: str | None = Field(default=None, max_length=200)
    """Where the company is, in one line, below every mail of a campaign; without it, no campaign is sent."""
    mail_turns_an_hour: int = Field(default=12, gt=0)
    """The most mails of one conversation that are answered within an hour,"""
    mail_turns_a_day: int = Field(default=30, gt=0)
    """and within 24 hours."""
    mail_fastest_reply_s: float = Field(default=5.0, ge=0)
    """A mail that comes so soon after ours was written by no person, and is not answered."""
    dkim_private_key: SecretStr | None = None
    """A private RSA key as PEM; without it the mail server signs, or nobody does."""
    dkim_selector: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    mail_holding_s: float = Field(default=120.0, ge=0)
    """So long a mail waits that only says that the answer follows: where it does, both are one mail."""
    mail_per_domain_a_minute: int = Field(default=30, gt=0)
    """The most mails a minute to the addresses of one domain, of all processes together."""
    mail_unanswered_a_day: int = Field(default=2_000, ge=0)
    """The most mails in 24 hours that answer nobody. Answers are never held back by it."""
    mail_connections: int = Field(default=4, gt=0)
    """How many connections to the mail server one process may have open."""
    mail_lease_s: float = Field(default=30.0, ge=1)
    """How long a mail is taken to be in work without a sign of life of the process that works on it."""
    mail_journal_dir: Path | None = None
    """Where a process notes how far each mail has come; without it, in the folder of temporary files. Kept
    across restarts, it tells of mails that were being sent whether they were."""
    mail_look_every_s: float = Field(default=1.0, gt=0)
    mail_days: int = Field(default=90, gt=0)
    """Days after which a mail is forgotten that was sent or refused."""
    follow_up: FollowUpSettings = Field(default_factory=FollowUpSettings)
    resume_link_days: int = Field(default=14, gt=0)
    """How long the link in a reminder opens the conversation; the gateway's setting, as the next two."""
    proposal_link_secret: Secret | None = None
    """Signs the link below a proposal; without it, `session_secret` does, with a key of its own."""
    proposal_link_days: int = Field(default=90, gt=0)
    """How long it opens the proposal."""
    mail_suppression_secret: Secret | None = None
    """Keys the hashes of addresses that get no mails; without it, the secret of mails. It is never rotated:
    set it to the old secret before that one is."""

    @field_validator("mail_from")
    @classmethod
    def _is_mailbox(cls, mailbox: str | None) -> str | None:
        if mailbox is not None:
            address = parseaddr(mailbox)[1]
            if not is_address(address) or len(address.partition("@")[0]) > _LONGEST_MAILBOX:
                raise ValueError("must be an address whose name has at most 19 characters")
        return mailbox

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("SMTP_URL needs MAIL_FROM")
        if (self.dkim_private_key is None) != (self.dkim_selector is None):
            raise ValueError("DKIM_PRIVATE_KEY and DKIM_SELECTOR need each other")
        if self.mail_days < self.follow_up.within_days:
            raise ValueError(
                "MAIL_DAYS must not be less than FOLLOW_UP_WITHIN_DAYS: what is forgotten does not count"
            )
        return self

    @property
    def sends(self) -> bool:
        """Whether there is a mail server."""
        return self.smtp_url is not None and self.mail_from is not None

    @property
    def reminds(self) -> bool:
        """Whether visitors who went silent are reminded."""
        return self.follow_up.on and self.sends and self.public_url is not None

    @property
    def missing_for_campaigns(self) -> str | None:
        """The settings without which no campaign is sent; None where all are there."""
        needed = {
            "SMTP_URL": self.smtp_url,
            "MAIL_FROM": self.mail_from,
            "PUBLIC_URL": self.public_url,
            "MAIL_POSTAL_ADDRESS": self.mail_postal_address,
        }
        return ", ".join(name for name, value in needed.items() if not value) or None

    @property
    def sender(self) -> tuple[str, str]:
        """The name, perhaps empty, and the address that mails are from."""
        return parseaddr(self.mail_from or "")

    @property
    def domain(self) -> str:
        """What Message-IDs are in."""
        return self.mail_domain or self.sender[1].rpartition("@")[2].lower()

    @property
    def reply_mailbox(self) -> str:
        """The mailbox that tokens are added to."""
        name, _, domain = self.sender[1].rpartition("@")
        return f"{name}@{self.mail_reply_domain or domain.lower()}"

    @property
    def rules(self) -> LoopRules:
        """What keeps machines from answering each other."""
        ours = {self.domain, self.reply_mailbox.rpartition("@")[2], self.sender[1].rpartition("@")[2].lower()}
        return LoopRules(
            own_domains=ours - {""},
            turns_an_hour=self.mail_turns_an_hour,
            turns_a_day=self.mail_turns_a_day,
            fastest_reply=timedelta(seconds=self.mail_fastest_reply_s),
        )

    @property
    def proposal_link_secrets(self) -> tuple[str, ...]:
        """What signs links to proposals; they are read by the gateway."""
        secret = self.proposal_link_secret or self.session_secret
        return (secret.get_secret_value(),)

    @property
    def suppression_secret(self) -> str:
        """What addresses are hashed with."""
        if self.mail_suppression_secret is not None:
            return self.mail_suppression_secret.get_secret_value()
        return self.mail_secrets()[0]

    @property
    def pace(self) -> Pace:
        """How much may be sent."""
        return Pace(self.mail_per_domain_a_minute, self.mail_unanswered_a_day)

    @property
    def journal_folder(self) -> Path:
        """One for each database, since mails of another one would be taken for none."""
        folder = self.mail_journal_dir or Path(tempfile.gettempdir()) / "salesbot-mailer"
        at = urlsplit(self.database_url.get_secret_value())
        database = f"{at.hostname}:{at.port}{at.path}"
        return folder / hashlib.sha256(database.encode()).hexdigest()[:16]

    @property
    def kept_for(self) -> timedelta:
        """How long a settled mail is kept."""
        return timedelta(days=self.mail_days)
