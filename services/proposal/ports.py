"""What drafting needs from outside."""

from typing import Protocol

from contracts.events import ProposalRequested
from contracts.values import Author, Proposal


class Writer(Protocol):
    """Words a proposal."""

    @property
    def author(self) -> Author:
        """Who is named as the author of what this writer writes."""
        ...

    async def write(self, request: ProposalRequested) -> Proposal:
        """Write the proposal from what the visitor said. Safe to call again; the words may differ.

        Raises:
            WriterUnavailable: there is no text that may be shown.
        """
        ...
