"""Settings of the mailer."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from chassis.data_keys import DataKeySettings
from chassis.mail import MailTokenSettings
from chassis.settings import ServiceSettings
from services.gateway.mailer.ports import Pace

Secret = Annotated[SecretStr, Field(min_length=16)]
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"


def _is_smtp(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("smtp://", "smtps://")):
        raise ValueError("must begin with smtp:// or smtps://")
    return url


class Settings(ServiceSettings, DataKeySettings, MailTokenSettings):
    """Read once, in `main`, from the environment. Without `SMTP_URL` no mail is sent."""

    smtp_url: Annotated[SecretStr, AfterValidator(_is_smtp)] | None = None
    """`smtp://user:password@host:587` (STARTTLS, which only a server on this machine may lack), or `smtps://`."""
    mail_domain: str | None = Field(default=None, pattern=_DOMAIN)
    """What our mails come from: it is in every Message-ID, and what we call ourselves to the mail server."""
    mail_per_domain_a_minute: int = Field(default=30, gt=0)
    """The most mails a minute to the addresses of one domain, of all processes together."""
    mail_unanswered_a_day: int = Field(default=2_000, ge=0)
    """The most mails in 24 hours that answer nobody. Answers are never held back by it."""
    mail_connections: int = Field(default=4, gt=0)
    """How many connections to the mail server one process may have open."""
    mail_lease_s: float = Field(default=30.0, ge=1)
    """How long a mail is taken to be in work without a sign of life of the process that works on it."""
    mail_look_every_s: float = Field(default=1.0, gt=0)
    mail_days: int = Field(default=90, gt=0)
    """Days after which a mail is forgotten that was sent or refused."""
    mail_suppression_secret: Secret | None = None
    """Keys the hashes of addresses that get no mails; without it, the secret of mails. It is never rotated:
    set it to the old secret before that one is."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.smtp_url is not None and self.mail_domain is None:
            raise ValueError("SMTP_URL needs MAIL_DOMAIN")
        return self

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
    def kept_for(self) -> timedelta:
        """How long a settled mail is kept."""
        return timedelta(days=self.mail_days)
