"""Who is asking, and what they may do."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.errors import AccessDenied, CredentialsInvalid, CredentialsMissing

SESSION_LASTS_S = 30 * 24 * 60 * 60


class Scope(StrEnum):
    """What an API key may do."""

    CHAT = "chat"
    READ = "read"


class ApiKey(BaseModel):
    """A key of a service or an operator; only its hash is known here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    scopes: frozenset[Scope]

    @classmethod
    def of(cls, secret: str, *, name: str, scopes: frozenset[Scope]) -> "ApiKey":
        """The record of a key whose secret is known."""
        return cls(name=name, sha256=_sha256(secret), scopes=scopes)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What came with a request, unchecked."""

    bearer: str | None = None
    api_key: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """The holder of a session token: may talk in one conversation and read it."""

    conversation_id: UUID


class Doorkeeper:
    """Issues session tokens and decides who may do what."""

    def __init__(self, session_secret: str, keys: Sequence[ApiKey] = ()) -> None:
        self._secret = session_secret.encode()
        self._tokens = URLSafeTimedSerializer(session_secret, salt="visitor-session")
        self._keys = tuple(keys)

    def issue(self, conversation_id: UUID) -> str:
        """A fresh session token of a conversation."""
        return str(self._tokens.dumps(str(conversation_id)))

    def admit(self, credentials: Credentials, conversation_id: UUID, scope: Scope) -> Visitor | ApiKey:
        """Let in the visitor of this conversation, or a key with this scope.

        Raises:
            CredentialsMissing, CredentialsInvalid: who is asking is not known.
            AccessDenied: who is asking may not do this.
        """
        who = self._identify(credentials)
        if isinstance(who, Visitor) and who.conversation_id != conversation_id:
            raise AccessDenied("This session token belongs to another conversation.")
        if isinstance(who, ApiKey):
            _require(who, scope)
        return who

    def admit_key(self, credentials: Credentials, scope: Scope) -> ApiKey:
        """Let in a key with this scope, and no visitor. Raises like `admit`."""
        who = self._identify(credentials)
        if isinstance(who, Visitor):
            raise AccessDenied("A session token does not open this; an API key does.")
        _require(who, scope)
        return who

    def opened_by(self, credentials: Credentials, client_address: str, idempotency_key: str) -> UUID:
        """The conversation that an opening request means: the same for every retry of it."""
        key = self._find_key(credentials.api_key or credentials.bearer)
        opener = f"key:{key.name}" if key else f"address:{client_address}"
        digest = hmac.digest(self._secret, f"opening|{opener}|{idempotency_key}".encode(), "sha256")
        return UUID(bytes=digest[:16], version=5)

    def _identify(self, credentials: Credentials) -> Visitor | ApiKey:
        presented = credentials.api_key or credentials.bearer
        if presented is None:
            raise CredentialsMissing("Send the session token of the conversation, or an API key.")
        key = self._find_key(presented)
        if key is not None:
            return key
        if credentials.api_key is not None:
            raise CredentialsInvalid("This API key is not known.")
        try:
            return Visitor(UUID(self._tokens.loads(presented, max_age=SESSION_LASTS_S)))
        except (BadSignature, ValueError, TypeError, AttributeError) as error:
            raise CredentialsInvalid("The session token or API key is not valid, or has expired.") from error

    def _find_key(self, presented: str | None) -> ApiKey | None:
        if presented is None or not self._keys:
            return None
        digest = _sha256(presented)
        return next((key for key in self._keys if compare_digest(key.sha256, digest)), None)


def _require(key: ApiKey, scope: Scope) -> None:
    if scope not in key.scopes:
        raise AccessDenied(f"API key {key.name!r} lacks the scope {scope.value!r}.")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
