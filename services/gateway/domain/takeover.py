"""A person who takes over a conversation, and what the read model knows of who speaks in it."""

from dataclasses import dataclass
from uuid import UUID

from contracts.leases import Lease
from contracts.values import SpeakerKind, Value


@dataclass(frozen=True, slots=True)
class Holder:
    """The person who holds a take-over, or wants to.

    Attributes:
        account: their API key or session, which several persons may share.
        name: what the visitor is told.
    """

    account: str
    name: str

    @property
    def identity(self) -> str:
        """The same for every request of one person."""
        return f"{self.account}:{self.name.casefold()}"


class WhoSpeaks(Value):
    """Of a transcript, who speaks to the visitor."""

    speaker: SpeakerKind = "bot"
    person: str | None = None
    takeover_fence: int | None = None

    @property
    def fence(self) -> int:
        """That of the last take-over, 0 where there was none."""
        return self.takeover_fence or 0

    @property
    def lease(self) -> Lease | None:
        """The lease of the person who speaks, None where the assistant does."""
        if self.speaker == "bot":
            return None
        return Lease(self.fence, self.person or "", 0.0, is_own=False)


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wants to say, while the take-over with this fence lasts."""

    fence: int
    text: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a person. `sequence` is None while it is not known to be said."""

    message_id: UUID
    sequence: int | None
