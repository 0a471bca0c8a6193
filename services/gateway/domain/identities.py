"""Whom an identity provider vouches for, and what they may do in the console."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from itsdangerous import BadSignature

from chassis.signing import TokenSigner
from services.gateway.domain.access_control import Scope
from services.gateway.domain.operators import Operator
from services.gateway.errors import SignInRefused

SIGN_IN_TTL_S = 600
EVERYBODY = "*"

Grants = Mapping[str, Collection[Scope]]


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in that went to the identity provider and has to come back to the same browser."""

    state: str
    nonce: str
    code_verifier: str
    next_page: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the identity provider knows them. `email` is None unless it was verified."""

    subject: str
    name: str
    email: str | None
    groups: frozenset[str]


class PendingSignIns:
    """Keeps a pending sign-in in the browser it began in, signed."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._tokens = TokenSigner(secrets, purpose="console sign-in", unnamed_salt="console-sign-in")

    def issue(self, pending: PendingSignIn) -> str:
        """The content of the cookie."""
        return self._tokens.sign([pending.state, pending.nonce, pending.code_verifier, pending.next_page])

    def read(self, cookie: str | None, state: str) -> PendingSignIn:
        """The sign-in that comes back with this state.

        Raises:
            SignInRefused: it did not begin in this browser, or too long ago.
        """
        try:
            content, _ = self._tokens.read(cookie or "", max_age_s=SIGN_IN_TTL_S)
            pending = PendingSignIn(*content)
        except (BadSignature, TypeError, ValueError) as error:
            raise SignInRefused("The sign-in took too long, or began in another browser.") from error
        if not compare_digest(pending.state.encode(), state.encode()):
            raise SignInRefused("The sign-in began in another window.")
        return pending


def operator_of(identity: Identity, grants: Grants, *, session_id: str, now: datetime) -> Operator:
    """The operator behind an identity, with the scopes of their groups, their address, and everybody's.

    Raises:
        AccessDenied: they may not read.
    """
    names = {EVERYBODY, identity.email, *identity.groups}
    scopes = frozenset(scope for name, granted in grants.items() if name in names for scope in granted)
    operator = Operator(identity.name, scopes, session_id, now)
    operator.require(Scope.READ)
    return operator
