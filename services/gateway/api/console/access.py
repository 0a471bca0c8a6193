"""The session cookie of the console, and whether a form was sent by one of its own pages."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from chassis.clock import Clock
from services.gateway.domain import ConsoleSessions, Operator, Scope
from services.gateway.errors import ForeignRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleAccess:
    """Says who is signed in, and keeps the session alive.

    Attributes:
        base: the path of the console as browsers see it.
        public_url: where browsers reach the gateway, None where the request says it.
    """

    sessions: ConsoleSessions
    clock: Clock
    idle: timedelta
    base: str
    public_url: str | None

    def operator(self, request: Request) -> Operator:
        """Who is signed in; raises SignInNeeded."""
        return self.sessions.read(request.cookies.get(self._name(request)), now=self.clock())

    def writer(self, request: Request, scope: Scope) -> Operator:
        """Who is signed in and may change something of this kind.

        Raises:
            SignInNeeded: nobody is signed in.
            ForeignRequest: the request does not come from a page of the console.
            AccessDenied: the operator lacks the scope.
        """
        operator = self.operator(request)
        self.require_own_page(request)
        operator.require(scope)
        return operator

    def require_own_page(self, request: Request) -> None:
        """Return if the request was made by a page of this origin; raises ForeignRequest.

        Browsers say so in `Sec-Fetch-Site`; older ones name the page's origin.
        """
        if (site := request.headers.get("sec-fetch-site")) is not None:
            is_own = site == "same-origin"
        else:
            origin = urlsplit(request.headers.get("origin") or "").netloc
            is_own = origin != "" and origin in self._hosts(request)
        if not is_own:
            raise ForeignRequest("Send this from a page of the console.")

    def keep(self, response: Response, operator: Operator, request: Request) -> None:
        """Let the session of the operator last for `idle` from now on."""
        response.set_cookie(
            self._name(request),
            self.sessions.issue(operator),
            max_age=int(self.idle.total_seconds()),
            path="/",
            secure=self.is_secure(request),
            httponly=True,
            samesite="strict",
        )

    def end(self, response: Response, request: Request) -> None:
        """End the session in this browser."""
        response.delete_cookie(
            self._name(request),
            path="/",
            secure=self.is_secure(request),
            httponly=True,
            samesite="strict",
        )

    def is_secure(self, request: Request) -> bool:
        """Whether the browser reached us by https, also through a proxy that ends TLS."""
        return request.url.scheme == "https" or (self.public_url or "").startswith("https:")

    def _name(self, request: Request) -> str:
        # With this prefix no subdomain can set the cookie; browsers take it over https only.
        return "__Host-console" if self.is_secure(request) else "console"

    def _hosts(self, request: Request) -> set[str]:
        return {request.headers.get("host", ""), urlsplit(self.public_url or "").netloc} - {""}
