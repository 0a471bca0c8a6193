"""The ports to send mails: the outbox, what is noted of attempts, and the mail server."""

from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.gateway.mailer.domain import (
    Claim,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    HeldWords,
    Noted,
    Outcome,
    SuppressionReason,
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much may be sent: mails a minute to one domain, and a day of what is no answer."""

    per_domain_a_minute: int
    unanswered_a_day: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many mails wait, and how long the oldest answer; `doubtful` may or may not have been sent."""

    waiting: int
    oldest_s: float
    doubtful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A mail as an operator sees it, without what it says."""

    delivery_id: UUID
    conversation_id: UUID
    kind: DeliveryKind
    recipient: str
    message_id: str
    status: DeliveryStatus
    is_doubtful: bool
    attempts: int
    queued_at: datetime
    settled_at: datetime | None
    reason: str | None


class Outbox(Protocol):
    """The mails to send. Many processes share it; each mail is one process's at a time.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Queue mails; one whose id is known already is left as it is."""

    async def hold(self, delivery: Delivery, words: str) -> None:
        """Queue a mail for later, unless more is said before; `words` is it without that more follows."""

    async def held_in(self, conversation_id: UUID) -> HeldWords | None:
        """What is held in a conversation."""

    async def add_instead(self, delivery: Delivery, held: HeldWords) -> bool:
        """Queue a mail that says what was held as well.

        Returns:
            False: what was held is being sent by itself, and nothing was queued.
        """

    async def claim(self, limit: int, pace: Pace) -> Sequence[Claim]:
        """Mails that are due, answers first, for this process to send; not more than the pace allows.

        Of those for one reader in one conversation only the first that was made.
        """

    async def hand_over(self, claim: Claim) -> bool:
        """Note that the end of the mail is written next. After that it counts as sent, whatever happens.

        Returns:
            False: it must not be sent. Somebody else has it, it was erased, or its recipient wants no mails.
        """

    async def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Note how the attempt has ended; without effect when the mail is somebody else's by now."""

    async def keep_claims(self, claims: Sequence[Claim]) -> None:
        """Keep these for another while."""

    async def settle_ended(self, noted: Noted) -> int:
        """Settle what a process that is gone was sending, by what it noted; how many mails are doubtful now.

        Also what was counted as sent meanwhile because nobody knew better.
        """

    async def settle_lost(self) -> int:
        """Count as sent, and mark as doubtful, what processes without a sign of life were handing over.

        Returns:
            How many mails.
        """

    async def backlog(self) -> Backlog:
        """What waits."""

    async def listed(self, *, doubtful: bool, limit: int) -> Sequence[DeliveryRecord]:
        """The newest mails, or those of which nobody knows whether they were sent."""

    async def resend(self, delivery_id: UUID) -> None:
        """Queue a mail once more, under the Message-ID that it has.

        Raises:
            UnknownDelivery: there is none.
            NotDoubtful: it is on its way, or was sent without doubt.
        """

    async def believe(self, delivery_id: UUID) -> None:
        """Note that a doubtful mail was sent.

        Raises:
            UnknownDelivery: there is none.
            NotDoubtful: there is no doubt about it.
        """

    async def recipient_of(self, conversation_id: UUID, number: str) -> str | None:
        """To whom the mail with this number was sent.

        A mail that is not stored any more is taken for one to whom the conversation is held with.
        """

    async def note_arrived(self, message_ids: Collection[str]) -> None:
        """Take the doubt from mails whose recipients, or a mail server, name them."""

    async def has_written_to(self, address: str) -> bool:
        """Whether a mail to this address was sent, or is to be."""

    async def suppress(self, address: str, reason: SuppressionReason) -> None:
        """Send nothing more to this address, also of what is queued; safe to repeat."""

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete the mails of these conversations. Who wants no mails stays known, by a keyed hash."""

    async def forget_old(self, before: datetime) -> None:
        """Delete mails that were settled before then."""


class JournalEntry(Protocol):
    """How far one attempt came."""

    def note_ending(self) -> None:
        """The end of the mail is written next.

        Raises:
            JournalUnavailable: it must not be written.
        """

    def note(self, outcome: Outcome) -> None:
        """How the attempt has ended."""

    def close(self) -> None:
        """The outcome is stored elsewhere."""


class Journal(Protocol):
    """What this process and others on this machine noted of their attempts. It may be lost at any time."""

    def begin(self, claim: Claim) -> JournalEntry | None:
        """An entry for an attempt that begins; None where nothing can be noted."""

    def ended(self) -> Iterator[Noted]:
        """What processes that are gone noted; forgotten once the next one is asked for."""


HandOver = Callable[[], Coroutine[Any, Any, bool]]


class MailServer(Protocol):
    """The server that takes our mails over."""

    async def send(self, delivery: Delivery, hand_over: HandOver) -> Outcome:
        """Make one attempt. `hand_over` is asked just before the end of the mail is written.

        A mail whose hand-over is denied, or fails, is not sent.

        Raises:
            MailServerUnavailable: no mail can be sent now; `hand_over` was not asked.
            TransientError: what `hand_over` raised.
        """
