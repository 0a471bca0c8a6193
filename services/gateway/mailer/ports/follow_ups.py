"""The ports of the mails to visitors who went silent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from contracts.values import Stage
from services.gateway.mailer.domain import Delivery, FollowUp, SentBefore, ThreadPlace

Transition = Callable[[FollowUp], FollowUp]
SentBeforeOf = Callable[[str | None], Awaitable[SentBefore]]
Decide = Callable[[FollowUp, SentBeforeOf], Awaitable[tuple[FollowUp, Delivery | None]]]
"""Says what becomes of a mail that is due, and writes it if it goes out."""


class FollowUps(Protocol):
    """The mails to visitors who went silent. Many processes share them; one at a time decides about each.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def change(
        self, conversation_id: UUID, transition: Transition, *, begins: bool = False
    ) -> tuple[FollowUp, FollowUp] | None:
        """Note what happened; what was known before, and is now.

        None where nothing is known of the conversation, and it does not begin here.
        """

    async def due(self, limit: int) -> Sequence[UUID]:
        """Conversations whose mail is due."""

    async def oldest_due_s(self) -> float:
        """For how many seconds the oldest has been due; 0 where none is."""

    async def decide(self, conversation_id: UUID, decide: Decide, *, within: timedelta) -> FollowUp | None:
        """Decide about a mail that is due, and queue it with what is noted of it, or neither.

        What was sent before is counted `within` that time. None where it is not due any more, or somebody
        else decides about it.
        """

    async def take_back(self) -> Sequence[FollowUp]:
        """Let mails wait again that could not be sent in time."""

    async def settle(self) -> Mapping[str, int]:
        """Note which of the queued mails have ended; how many by ending."""

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete what is known of these conversations."""

    async def forget_old(self, before: datetime) -> None:
        """Delete what nothing was added to since then."""


@dataclass(frozen=True, slots=True)
class WrittenFollowUp:
    """What a mail to a visitor who went silent says."""

    subject: str
    text: str


class FollowUpWords(Protocol):
    """The words of the mails to visitors who went silent: nothing of what they told is in them."""

    def write(self, conversation_id: UUID, stage: Stage, place: ThreadPlace) -> WrittenFollowUp:
        """In the language of the place, with a link under which the conversation goes on."""
