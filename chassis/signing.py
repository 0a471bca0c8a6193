"""Signed tokens and links: one key for each purpose, and secrets that can be rotated."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer

_KEY_ID_LENGTH = 8


class TokenSigner:
    """Signs and reads the tokens of one purpose.

    The first secret signs, every secret verifies. The key is derived from the secret and the purpose, so a
    token of one purpose is worth nothing for another. A token begins with the id of its key.

    Args:
        secrets: the newest first.
        purpose: what the tokens are for.
        unnamed_salt: the salt of tokens without a key id, which earlier releases issued. They are read until
            they are too old.
    """

    def __init__(self, secrets: tuple[str, ...], *, purpose: str, unnamed_salt: str) -> None:
        self._current = key_id(secrets[0], purpose)
        self._keys = {key_id(secret, purpose): _serializer(secret, purpose) for secret in secrets}
        # The library tries the last secret first.
        self._unnamed = URLSafeTimedSerializer(list(reversed(secrets)), salt=unnamed_salt)

    def sign(self, content: Any) -> str:
        """A token with this content, dated now."""
        return f"{self._current}.{self._keys[self._current].dumps(content)!s}"

    def read(self, token: str, *, max_age_s: int) -> tuple[Any, datetime]:
        """The content of a token, and when it was signed.

        Raises:
            BadSignature: forged, malformed, too old, or signed with a secret that is not known any more.
        """
        named, _, rest = token.partition(".")
        serializer = self._keys.get(named)
        signed = rest if serializer else token
        content, signed_at = (serializer or self._unnamed).loads(
            signed, max_age=max_age_s, return_timestamp=True
        )
        if not isinstance(signed_at, datetime):
            raise BadSignature("The token has no date.")
        return content, signed_at


class SignedLinks:
    """Signs and reads links that name a conversation and open one thing of it for a while.

    Args:
        secrets: the first signs links, all verify them.
        purpose: what the links are for: a link of another purpose is none.
        unnamed_salt: see `TokenSigner`.
        lasts: how long a link opens what it names.
        public_url: where we are reached from outside, None to take it from each request.
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


def derive_key(secret: str, purpose: str) -> bytes:
    """A key for one purpose; it reveals neither the secret nor another purpose's key."""
    return hmac.digest(secret.encode(), f"salesbot|{purpose}".encode(), "sha256")


def key_id(secret: str, purpose: str) -> str:
    """The public name of a derived key."""
    return hashlib.sha256(b"key id|" + derive_key(secret, purpose)).hexdigest()[:_KEY_ID_LENGTH]


def _serializer(secret: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        derive_key(secret, purpose),
        salt=purpose,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
