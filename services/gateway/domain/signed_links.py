"""Links that name a conversation and open one thing of it for whoever has them, for a while."""

from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature

from services.gateway.domain.signing import TokenSigner


class SignedLinks:
    """Signs and reads the links of one purpose; none of them is a session token.

    Args:
        secrets: the first signs links, all verify them.
        purpose: what the links are for: a link of another purpose is none.
        unnamed_salt: see `TokenSigner`.
        lasts: how long a link opens what it names.
        public_url: where this gateway is reached from outside, None to take it from each request.
    """

    def __init__(
        self,
        secrets: tuple[str, ...],
        *,
        purpose: str,
        unnamed_salt: str,
        lasts: timedelta,
        public_url: str | None,
    ) -> None:
        self.lasts = lasts
        self._tokens = TokenSigner(secrets, purpose=purpose, unnamed_salt=unnamed_salt)
        self._public_url = public_url

    def issue(self, conversation_id: UUID) -> str:
        """The token in a fresh link."""
        return self._tokens.sign(conversation_id.hex)

    def content(self, token: str) -> tuple[UUID, datetime] | None:
        """The conversation and when the link was issued; None when it is forged, malformed or too old."""
        try:
            content, issued_at = self._tokens.read(token, max_age_s=int(self.lasts.total_seconds()))
            return UUID(hex=content), issued_at
        except (BadSignature, ValueError, TypeError, AttributeError):
            return None

    def below(self, base_url: str, place: str) -> str:
        """The address of a place of ours; `base_url` is where the request reached us."""
        return f"{(self._public_url or base_url).rstrip('/')}/{place}"
