"""Authentication and authorisation by session tokens and API keys."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hmac import compare_digest
from uuid import UUID

from itsdangerous import BadSignature
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.signing import TokenSigner, derive_key
from services.gateway.domain.limits import Rates, WrittenRates
from services.gateway.domain.opening_request import OpeningRequest, opening_request_of
from services.gateway.errors import AccessDenied, CredentialsInvalid, CredentialsMissing

SESSION_TTL_S = 30 * 24 * 60 * 60


class Scope(StrEnum):
    """What an API key may do.

    `CHAT` opens conversations and goes on with those whose session token it holds. `READ` reads every
    conversation and lead. Both together talk in every conversation. `MANAGE` withdraws proposal links.
    `PRIVACY` exports and erases what is held of anybody.
    `SPEAK` takes over conversations and speaks in them in place of the assistant.
    """

    CHAT = "chat"
    READ = "read"
    MANAGE = "manage"
    PRIVACY = "privacy"
    SPEAK = "speak"


class ApiKey(BaseModel):
    """A key of a service or an operator; only its hash is known here.

    Two keys may have one name, for as long as the one takes the place of the other: they are counted as one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    scopes: frozenset[Scope]
    rates: WrittenRates | None = None
    """How much the key may, as `600/minute`; None for what any key may."""
    not_after: AwareDatetime | None = None
    """When the key ends to be good; None for never."""

    @classmethod
    def of(cls, secret: str, *, name: str, scopes: frozenset[Scope], rates: Rates | None = None) -> "ApiKey":
        """The record of a key whose secret is known."""
        return cls(name=name, sha256=_sha256(secret), scopes=scopes, rates=rates)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a request, not yet checked."""

    bearer: str | None = None
    api_key: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """The holder of a session token: may talk in one conversation and read it.

    `session_id` distinguishes the tokens of several answers to one opening; None where there can be only one.
    """

    conversation_id: UUID
    session_id: str | None = None


class AccessControl:
    """Issues session tokens and authorises requests.

    Args:
        secrets: the first signs session tokens, all verify them.
        keys: the configured API keys.
        clock: tells which of them are still good; without one, a key that ever ends is not.
    """

    def __init__(
        self,
        secrets: tuple[str, ...],
        keys: Sequence[ApiKey] = (),
        *,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._tokens = TokenSigner(secrets, purpose="session", unnamed_salt="visitor-session")
        self._opening_key = derive_key(secrets[0], "opening")
        self.identity_key = derive_key(secrets[0], "identity")
        """Keys the names of verified visitors."""
        self._keys = tuple(keys)
        self._clock = clock

    @property
    def keys(self) -> Sequence[ApiKey]:
        """The API keys that are good now."""
        return [key for key in self._keys if key.not_after is None or self._is_before(key.not_after)]

    def issue(self, visitor: Visitor) -> str:
        """A new session token."""
        if visitor.session_id is None:
            return self._tokens.sign(str(visitor.conversation_id))
        return self._tokens.sign([str(visitor.conversation_id), visitor.session_id])

    def authorise(self, credentials: Credentials, conversation_id: UUID, *needed: Scope) -> Visitor | ApiKey:
        """Authorise the visitor of this conversation, or a key with all these scopes.

        A key in `X-API-Key` beside the visitor's session token is authorised as the visitor.

        Raises:
            CredentialsMissing, CredentialsInvalid: the caller is not authenticated.
            AccessDenied: the caller may not do this.
        """
        key, bearer = self._identify(credentials)
        if key is not None and bearer is not None and Scope.CHAT in needed:
            # The answer is for the visitor; the key only needs the right to chat.
            _require(key, Scope.CHAT)
        elif key is not None and (bearer is None or key.scopes.issuperset(needed)):
            _require(key, *needed)
            return key
        assert bearer is not None
        visitor = self._visitor_of(bearer)
        if visitor.conversation_id != conversation_id:
            raise AccessDenied("This session token belongs to another conversation.")
        return visitor

    def voucher(self, credentials: Credentials) -> ApiKey | None:
        """The API key that came with a request, also beside a session token; None without a good one."""
        presented = (credentials.api_key, credentials.bearer)
        return next((key for each in presented if each and (key := self._find_key(each))), None)

    def authorise_key(self, credentials: Credentials, scope: Scope) -> ApiKey:
        """Authorise a key with this scope; no visitor. Raises like `authorise`."""
        key, bearer = self._identify(credentials)
        if key is None:
            assert bearer is not None
            self._visitor_of(bearer)
            raise AccessDenied("A session token does not open this; an API key does.")
        _require(key, scope)
        return key

    def known_key(self, credentials: Credentials) -> ApiKey:
        """The API key of these credentials, whatever it may do.

        Raises:
            CredentialsMissing, CredentialsInvalid: there is none, or it is not known.
        """
        key, _ = self._identify(credentials)
        if key is None:
            raise CredentialsInvalid("This API key is not known, or has expired.")
        return key

    def authorise_opening(self, credentials: Credentials) -> ApiKey | None:
        """The key that opens a conversation, None when a visitor opens it.

        Raises:
            CredentialsInvalid: there are credentials, and they are invalid.
            AccessDenied: the key may not open conversations.
        """
        if credentials == Credentials():
            return None
        key, bearer = self._identify(credentials)
        if key is None:
            assert bearer is not None
            self._visitor_of(bearer)
            return None
        _require(key, Scope.CHAT)
        return key

    def opening(self, opener: str, idempotency_key: str, fingerprint: str, *, on: date) -> OpeningRequest:
        """The request to open a conversation, recognised when it is repeated; see `opening_request_of`."""
        return opening_request_of(opener, idempotency_key, fingerprint, on=on, secret=self._opening_key)

    def _identify(self, credentials: Credentials) -> tuple[ApiKey | None, str | None]:
        """The API key and a possible session token; at least one of them is not None."""
        if credentials.api_key is not None:
            key = self._find_key(credentials.api_key)
            if key is None:
                raise CredentialsInvalid("This API key is not known, or has expired.")
            return key, credentials.bearer
        if credentials.bearer is None:
            raise CredentialsMissing("Send the session token of the conversation, or an API key.")
        key = self._find_key(credentials.bearer)
        return (key, None) if key is not None else (None, credentials.bearer)

    def _visitor_of(self, token: str) -> Visitor:
        try:
            content, _ = self._tokens.read(token, max_age_s=SESSION_TTL_S)
            if isinstance(content, list):
                conversation_id, session_id = content
                return Visitor(UUID(conversation_id), str(session_id))
            return Visitor(UUID(content))
        except (BadSignature, ValueError, TypeError, AttributeError) as error:
            raise CredentialsInvalid("The session token or API key is not valid, or has expired.") from error

    def _is_before(self, end: datetime) -> bool:
        return self._clock is not None and self._clock() < end

    def _find_key(self, presented: str) -> ApiKey | None:
        digest = _sha256(presented)
        return next((key for key in self.keys if compare_digest(key.sha256, digest)), None)


def _require(key: ApiKey, *needed: Scope) -> None:
    lacking = [repr(scope.value) for scope in needed if scope not in key.scopes]
    if not lacking:
        return
    hint = "; the session token of the conversation does as well" if len(needed) > 1 else ""
    raise AccessDenied(f"API key {key.name!r} lacks the scope {' and '.join(lacking)}{hint}.")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
