"""The ports of the mailer: its outbox of mails, those who get none, and the mail server."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.gateway.mailer.domain import Claim, Delivery, DeliveryKind, DeliveryStatus, Outcome


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

    async def claim(self, limit: int, pace: Pace) -> Sequence[Claim]:
        """Mails that are due, answers first, for this process to send; not more than the pace allows."""

    async def hand_over(self, claim: Claim) -> bool:
        """Note that the end of the mail is written next. After that it counts as sent, whatever happens.

        Returns:
            False: it must not be sent. Somebody else has it, it was erased, or its recipient wants no mails.
        """

    async def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Note how the attempt has ended; without effect when the mail is somebody else's by now."""

    async def keep_claims(self) -> None:
        """Keep what this process has claimed for another while."""

    async def settle_lost(self) -> int:
        """Count as sent, and mark as doubtful, what processes that died were handing over; how many."""

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

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete the mails of these conversations. Who wants no mails stays known, by a keyed hash."""

    async def forget_old(self, before: datetime) -> None:
        """Delete mails that were settled before then."""


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
