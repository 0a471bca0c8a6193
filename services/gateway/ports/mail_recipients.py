"""Whom the mailer writes to."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from contracts.erasures import Person


class MailRecipients(Protocol):
    """The mailer, which alone knows who was written to and never answered."""

    async def forget(self, person: Person) -> Sequence[UUID]:
        """The conversations begun by mail with them, or held with them; no list brings them back from now on.

        Empty where no mailer runs.

        Raises:
            MailerUnavailable: no answer.
        """
        ...
