"""Settings of what signs the tokens in mails; apart from `chassis.mail`, which domains see."""

from typing import Annotated

from pydantic import Field, SecretStr

from chassis.environment import EnvironmentSettings

_Secret = Annotated[SecretStr, Field(min_length=16)]


class MailTokenSettings(EnvironmentSettings):
    """What signs the addresses and Message-IDs of mails: the same for all who write or read them.

    A mail may be answered after years: keep a secret among the previous ones for as long as its mails count.
    """

    session_secret: _Secret
    previous_session_secrets: tuple[_Secret, ...] = ()
    """JSON: `["..."]`. They verify, and sign nothing."""
    mail_secret: _Secret | None = None
    """Signs mail addresses; without it, `session_secret` does, with a key of its own for that purpose."""
    previous_mail_secrets: tuple[_Secret, ...] = ()

    def session_secrets(self) -> tuple[str, ...]:
        """What signs and verifies session tokens and links to go on, the newest first."""
        secrets = (self.session_secret, *self.previous_session_secrets)
        return tuple(secret.get_secret_value() for secret in secrets)

    def mail_secrets(self) -> tuple[str, ...]:
        """What signs and verifies mail tokens, the newest first."""
        signing = (self.mail_secret,) if self.mail_secret else (self.session_secret,)
        verifying = self.previous_mail_secrets if self.mail_secret else self.previous_session_secrets
        more = () if self.mail_secret else self.previous_mail_secrets
        return tuple(secret.get_secret_value() for secret in (*signing, *verifying, *more))
