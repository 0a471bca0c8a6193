"""The link under which a proposal may be passed on: it opens the proposal and nothing else."""

from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.gateway.errors import ProposalLinkInvalid


class ProposalLinks:
    """Signs and reads proposal links. A link names a conversation, and is no session token of it.

    Args:
        secret: signs; another salt than that of session tokens keeps the two apart.
        lasts: how long a link opens what it names.
        public_url: where this gateway is reached from outside, None when every request tells.
    """

    def __init__(self, secret: str, *, lasts: timedelta, public_url: str | None = None) -> None:
        self._tokens = URLSafeTimedSerializer(secret, salt="proposal-link")
        self._lasts = lasts
        self._public_url = public_url

    def issue(self, conversation_id: UUID) -> str:
        """The token in a fresh link."""
        return str(self._tokens.dumps(conversation_id.hex))

    def address(self, conversation_id: UUID, base_url: str) -> str:
        """A fresh link; `base_url` is where the request reached us."""
        base = self._public_url or base_url
        return f"{base.rstrip('/')}/proposal/{self.issue(conversation_id)}"

    def conversation_of(self, token: str) -> UUID:
        """The conversation that a link names.

        Raises:
            ProposalLinkInvalid: it is forged, malformed or too old.
        """
        try:
            return UUID(hex=self._tokens.loads(token, max_age=int(self._lasts.total_seconds())))
        except (BadSignature, ValueError, TypeError, AttributeError) as error:
            raise ProposalLinkInvalid("The link of this proposal is not valid, or has expired.") from error
