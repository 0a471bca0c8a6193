"""Who may speak in a conversation right now: a lease in Redis that the gateway claims and dialogue obeys.

It makes a take-over immediate. What lasts is in the events: Redis may lose it at any time.
"""

from dataclasses import dataclass
from uuid import UUID

SPEAKER_LEASES = "speaker:"
"""The prefix of the keys; a conversation's id follows."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that is held, by whom, and how long it goes on without being renewed.

    A later lease has a higher `fence`. `is_own` says that it is held by whoever asked for it.
    """

    fence: int
    name: str
    lasts_s: float
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to speak in a conversation until a lease with a higher number is claimed."""

    conversation_id: UUID
    number: int


def speaker_lease_key(conversation_id: UUID) -> str:
    """The Redis key of the lease of a conversation."""
    return f"{SPEAKER_LEASES}{conversation_id}"
