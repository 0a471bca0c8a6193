"""The link under which a proposal may be passed on: it opens the proposal and nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature

from services.gateway.domain.signing import TokenSigner
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


class ProposalLinks:
    """Signs and reads proposal links. A link names a conversation, and is no session token of it.

    Args:
        secrets: the first signs links, all verify them.
        lasts: how long a link opens what it names.
        public_url: where this gateway is reached from outside, None to take it from each request.
    """

    def __init__(self, secrets: tuple[str, ...], *, lasts: timedelta, public_url: str | None = None) -> None:
        self._tokens = TokenSigner(secrets, purpose="proposal link", unnamed_salt="proposal-link")
        self._lasts = lasts
        self._public_url = public_url

    def issue(self, conversation_id: UUID) -> str:
        """The token in a fresh link."""
        return self._tokens.sign(conversation_id.hex)

    def address(self, conversation_id: UUID, base_url: str) -> str:
        """A fresh link; `base_url` is where the request reached us."""
        base = self._public_url or base_url
        return f"{base.rstrip('/')}/proposal/{self.issue(conversation_id)}"

    def read(self, token: str) -> ProposalLink:
        """The content of a link; raises ProposalLinkInvalid.

        Raises:
            ProposalLinkInvalid: it is forged, malformed or too old.
        """
        try:
            content, issued_at = self._tokens.read(token, max_age_s=int(self._lasts.total_seconds()))
            return ProposalLink(UUID(hex=content), issued_at)
        except (BadSignature, ValueError, TypeError, AttributeError) as error:
            raise ProposalLinkInvalid("The link of this proposal is not valid, or has expired.") from error
