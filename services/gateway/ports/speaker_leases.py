"""Who may speak in a conversation right now."""

from typing import Protocol
from uuid import UUID

from contracts.leases import Lease


class SpeakerLeases(Protocol):
    """Who may speak in a conversation right now; may be lost at any time. All of it raises TransientError.

    A lease goes on for `lasts_s` without being renewed.
    """

    lasts_s: float

    async def claim(
        self, conversation_id: UUID, holder: str, name: str, *, known: Lease | None, above: int
    ) -> Lease:
        """Claim the lease; what is returned is the holder's own, or somebody else's who has it.

        From then on the assistant says nothing. Claimed again by its holder it is renewed. `known` is a lease
        that should be held: where it was lost, it is held again. A new fence is higher than `above`.
        """

    async def renew(self, conversation_id: UUID, fence: int) -> bool | None:
        """Renew the lease; False when somebody else may have it, None when nothing is known of it."""

    async def restore(self, conversation_id: UUID, fence: int, holder: str, name: str) -> bool:
        """Hold again a lease that was lost; False when there is a newer one."""

    async def release(self, conversation_id: UUID, fence: int) -> None:
        """End the lease."""
