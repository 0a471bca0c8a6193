"""The port of the mails that came in, and whom conversations by mail are held with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.events import MailReceived
from contracts.mail import SentMail
from services.gateway.mailer.domain import Ending, MailFacts, ThreadPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMail:
    """A mail that waits for a person to say whether it is to be answered."""

    mail_id: UUID
    turn_id: UUID
    conversation_id: UUID
    sender: str
    subject: str
    text: str
    ending: Ending
    received_at: datetime


class Threads(Protocol):
    """The mails that came in, and whom conversations by mail are held with.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def facts(self, mail: MailReceived) -> MailFacts:
        """What is known of this mail and of the conversation it belongs to."""

    async def keep(self, mail: MailReceived, facts: MailFacts, ending: Ending) -> None:
        """Remember a mail and what becomes of it; a mail that is kept stays as it is."""

    async def parked(self, limit: int) -> Sequence[ParkedMail]:
        """The newest mails that wait for a person."""

    async def release(self, mail_id: UUID) -> ParkedMail:
        """Let a mail be a turn, and its conversation be none of a machine; safe to repeat.

        Raises:
            UnknownDelivery: it is not kept.
            NotParked: it does not wait, and did not.
        """

    async def place_of(self, conversation_id: UUID, turn_ids: Sequence[UUID]) -> ThreadPlace | None:
        """Where an answer to these turns belongs, or without turns what is said unasked.

        Returns:
            None: no mail is to be sent, as the conversation is held elsewhere.
        """

    async def note_identity(self, conversation_id: UUID, address: str) -> None:
        """Remember whose a conversation is, as its website has proven; somebody else's stays theirs."""

    async def is_with_another(self, conversation_id: UUID, address: str) -> bool:
        """Whether a conversation is held by mail, and not with whoever has this address."""

    async def mails_before(self, mail_id: UUID) -> tuple[SentMail, ...]:
        """Mails of campaigns in the conversation of a mail that is kept, since the turn before it."""

    async def note_language(self, conversation_id: UUID, language: str) -> None:
        """Remember the language of a conversation that is held by mail."""

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete all of these conversations."""
