"""What drafting needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from contracts.events import ProposalRequested
from contracts.values import Author, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A proposal in words, and what a model used to word it: nothing when none was asked."""

    proposal: Proposal
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Writer(Protocol):
    """Words a proposal."""

    @property
    def author(self) -> Author:
        """Who is named as the author of what this writer writes."""
        ...

    async def write(self, request: ProposalRequested) -> Written:
        """Write the proposal from what the visitor said. Safe to call again; the words may differ.

        Raises:
            WriterUnavailable: there is no text that may be shown.
        """
        ...
