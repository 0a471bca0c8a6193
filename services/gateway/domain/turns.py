"""Which turn of which conversation a request is."""

from dataclasses import dataclass
from uuid import UUID

from contracts.cloudevent import derive_id
from contracts.values import Channel, KnownVisitor, Payers
from services.gateway.domain.opening_request import fingerprint_of

Position = tuple[int, int]
"""Where in a reply stream a reader is: the numbers of a frame id."""
BEGINNING: Position = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message of a visitor, with the ids by which a retry is the same turn."""

    conversation_id: UUID
    turn_id: UUID
    message: str
    source: Channel
    visitor: KnownVisitor | None = None
    """What the website tells of the visitor."""
    idempotency_key: str | None
    """By which a retry is recognised."""
    read_until: Position = BEGINNING
    """The last frame of the reply that the client has."""
    only_the_end: bool = False
    """The client wants the whole reply at its end, not the way there."""
    payers: Payers | None = None
    """The stranger who pays with shares of the day's budget; None where somebody vouches for the turn."""

    @property
    def fingerprint(self) -> str | None:
        """Equal for equal content, so that a reused key is noticed; None for a turn without a key."""
        if self.idempotency_key is None:
            return None
        return fingerprint_of(self.source, self.message, self.idempotency_key, self.visitor)


def turn_of(conversation_id: UUID, idempotency_key: str) -> UUID:
    """The turn that a key means within a conversation."""
    return derive_id(conversation_id, f"turn/{idempotency_key}")
