"""What drafting needs from outside."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted
from contracts.values import Proposal
from services.proposal.domain.brief import Brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A proposal in words, and what a model used to word it: nothing when none was asked.

    `not_granted` says why a part of the wish is not in it.
    """

    proposal: Proposal
    not_granted: str | None = None
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Writer(Protocol):
    """A language model that words a proposal."""

    async def write(self, brief: Brief) -> Written:
        """Write the proposal from what the visitor said. Safe to call again; the words may differ.

        Raises:
            WriterUnavailable: there is no text that may be shown.
        """
        ...


class Drafts(Protocol):
    """What was drafted lately, by the request it answers. It may vanish at any time; nothing is raised."""

    async def find(self, request_id: UUID) -> CloudEvent[ProposalDrafted] | None:
        """The draft that answers the request with this event id."""
        ...

    async def keep(self, drafted: CloudEvent[ProposalDrafted]) -> None:
        """Keep a draft until nobody asks a model for its request any more."""
        ...
