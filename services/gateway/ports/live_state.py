"""What is kept for a while and may be lost: claims, counts and pseudonyms."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from services.gateway.domain import OpeningRequest, Quota, Standing


class IdempotencyStore(Protocol):
    """Claims on idempotency keys, webhook deliveries, the session and the newest sequence of a conversation.

    All of it expires, and may be lost at any time.
    """

    async def claim(self, turn_id: UUID, fingerprint: str) -> str | None:
        """Claim a turn for 24 hours; the fingerprint it was claimed with before, None when it was not.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def claim_opening(self, opening: OpeningRequest) -> OpeningRequest | None:
        """Claim an opening for 24 hours; the opening it was claimed with before, None when it was not.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def bind_session(self, conversation_id: UUID, session_id: str) -> str:
        """Bind a conversation to a session for as long as a session token lasts, unless it is bound.

        Returns:
            The session that the conversation is bound to.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def is_bound(self, conversation_id: UUID) -> bool:
        """Whether a session token of the conversation was used. Raises TransientError."""
        ...

    async def note_erasing(self, conversation_id: UUID) -> None:
        """Note that a conversation is about to be erased, as long as a token of it lasts.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def is_erased(self, conversation_id: UUID) -> bool:
        """Whether a conversation was erased, or is about to be. Raises TransientError."""
        ...

    async def is_taken(self, delivery_id: str) -> bool:
        """Whether a delivery of a webhook was taken before. Raises TransientError."""
        ...

    async def note_taken(self, delivery_id: str, lasts: timedelta) -> None:
        """Note that a delivery of a webhook was taken. Raises TransientError."""
        ...

    async def remember_identity(self, identity: str, conversation_id: UUID) -> None:
        """Note that a conversation is that of a verified visitor, and their newest, for as long as a session.

        Somebody else's stays theirs. Raises TransientError.
        """
        ...

    async def conversation_of(self, identity: str) -> UUID | None:
        """The newest conversation of a verified visitor. Raises TransientError."""
        ...

    async def note_sequence(self, conversation_id: UUID, sequence: int) -> None:
        """Note how far a conversation was seen to have come. Raises TransientError."""
        ...

    async def latest_sequence(self, conversation_id: UUID) -> int | None:
        """How far a conversation was lately seen to have come. Raises TransientError."""
        ...


class RateLimiter(Protocol):
    """Counts requests."""

    async def hit(self, quotas: Sequence[Quota]) -> Sequence[Standing]:
        """Count a request in all quotas; what is left of each rate of them. Never fails.

        Where one rate is exceeded the others may be missing from the answer. Without its store it counts in
        this process, with less to give.
        """
        ...


class Pseudonyms(Protocol):
    """Names for network addresses that say nothing about them."""

    async def of(self, network: str) -> str:
        """The name of a network on this day (in UTC); another one on every other day. Never fails."""
        ...
