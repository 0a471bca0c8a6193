"""The link under which a proposal may be passed on: it opens the proposal and nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.signing import SignedLinks
from contracts.proposal_link import PROPOSAL_PURPOSE, proposal_place
from services.gateway.errors import ProposalLinkInvalid

# The links are dated here, to the second, and withdrawn by another service's clock.
_CLOCKS_DIFFER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class ProposalLink:
    """The content of a link: the conversation it opens, and when it was issued."""

    conversation_id: UUID
    issued_at: datetime

    def is_older_than(self, withdrawn_at: datetime) -> bool:
        """Whether the link was issued before `withdrawn_at`, within the tolerance for clocks."""
        return self.issued_at <= withdrawn_at + _CLOCKS_DIFFER


class ProposalLinks(SignedLinks):
    """Signs and reads the links to proposals; see `SignedLinks`."""

    def __init__(self, secrets: tuple[str, ...], *, lasts: timedelta, public_url: str | None = None) -> None:
        super().__init__(
            secrets,
            purpose=PROPOSAL_PURPOSE,
            unnamed_salt="proposal-link",
            lasts=lasts,
            public_url=public_url,
        )

    def address(self, conversation_id: UUID, base_url: str) -> str:
        """A fresh link; `base_url` is where the request reached us."""
        return self.below(base_url, proposal_place(self.issue(conversation_id)))

    def read(self, token: str) -> ProposalLink:
        """The content of a link.

        Raises:
            ProposalLinkInvalid: it is forged, malformed or too old.
        """
        if (content := self.content(token)) is None:
            raise ProposalLinkInvalid("The link of this proposal is not valid, or has expired.")
        return ProposalLink(*content)
