"""Who uses the console: operators and their sessions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature

from chassis.signing import TokenSigner
from services.gateway.domain.access_control import AccessControl, ApiKey, Scope
from services.gateway.errors import AccessDenied, SignInNeeded

LONGEST_SESSION = timedelta(hours=12)
_KEY_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Operator:
    """A person of the company who is signed in to the console.

    `session_id` distinguishes the sessions of one name; `key_id` names the API key that was given, None for
    somebody whom an identity provider vouches for.
    """

    name: str
    scopes: frozenset[Scope]
    session_id: str
    signed_in_at: datetime
    key_id: str | None = None

    def may(self, scope: Scope) -> bool:
        """Whether the operator has a scope."""
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Return if the operator has a scope; raises AccessDenied."""
        if scope not in self.scopes:
            raise AccessDenied(f"{self.name} lacks the scope {scope.value!r}.")


class ConsoleSessions:
    """Signs and reads the session cookies of the console.

    A session ends after `idle` without a request, and twelve hours after the sign-in in any case. One that
    began with an API key ends with the key, and has the scopes that the key has now.
    """

    def __init__(self, secrets: tuple[str, ...], access_control: AccessControl, *, idle: timedelta) -> None:
        self._tokens = TokenSigner(secrets, purpose="console session", unnamed_salt="console-session")
        self._access_control = access_control
        self._idle = idle

    def of_key(self, key: ApiKey, *, session_id: str, now: datetime) -> Operator:
        """The operator who gave an API key. Raises AccessDenied without the scope `read`."""
        operator = Operator(key.name, key.scopes, session_id, now, key_id=_key_id(key))
        operator.require(Scope.READ)
        return operator

    def issue(self, operator: Operator) -> str:
        """The content of the cookie, good for `idle` from now on."""
        return self._tokens.sign(
            {
                "name": operator.name,
                "scopes": sorted(operator.scopes) if operator.key_id is None else None,
                "session": operator.session_id,
                "key": operator.key_id,
                "since": int(operator.signed_in_at.timestamp()),
            }
        )

    def read(self, cookie: str | None, *, now: datetime) -> Operator:
        """The operator of a session.

        Raises:
            SignInNeeded: there is no session, or it has ended.
        """
        if not cookie:
            raise SignInNeeded("Sign in to see the console.")
        try:
            content, _ = self._tokens.read(cookie, max_age_s=int(self._idle.total_seconds()))
            operator = self._operator_in(content)
        except (BadSignature, ValueError, TypeError, KeyError) as error:
            raise SignInNeeded("The session has ended. Sign in again.") from error
        if now - operator.signed_in_at > LONGEST_SESSION or Scope.READ not in operator.scopes:
            raise SignInNeeded("The session has ended. Sign in again.")
        return operator

    def _operator_in(self, content: Mapping[str, Any]) -> Operator:
        operator = Operator(
            name=content["name"],
            scopes=frozenset(map(Scope, content["scopes"] or ())),
            session_id=content["session"],
            signed_in_at=datetime.fromtimestamp(content["since"], UTC),
            key_id=content["key"],
        )
        if operator.key_id is None:
            return operator
        key = next((key for key in self._access_control.keys if _key_id(key) == operator.key_id), None)
        return replace(operator, scopes=key.scopes if key else frozenset())


def _key_id(key: ApiKey) -> str:
    # Not the hash itself: a cookie is no place for what a key is compared with.
    return hashlib.sha256(f"console|{key.sha256}".encode()).hexdigest()[:_KEY_ID_LENGTH]
