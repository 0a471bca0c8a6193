"""Which pages of other origins may call the API from a browser: those of the site that a request names."""

from collections.abc import Callable
from functools import lru_cache

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.domain import Sites
from services.gateway.errors import SiteUnknown

_METHODS = ("GET", "POST", "DELETE")
# No X-API-Key: a secret has no place in a page.
_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "traceparent",
    "x-request-id",
    "x-site-key",
)
_EXPOSED = (
    "idempotency-key-ignored",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-request-id",
)
_PREFLIGHT_LASTS_S = 600
# What a visitor's browser calls. The rest is for servers, or pages of our own.
_PATHS = ("/chat", "/conversation/")
_SITES_REMEMBERED = 256


class CrossOrigin:
    """ASGI middleware: CORS by site, without credentials.

    A browser asks before the request, without the header that names the site: it is told whether any site
    allows the page. The answer to the request itself is kept from the page unless the named site does.
    """

    def __init__(self, app: ASGIApp, *, sites: Sites) -> None:
        self._app = app
        self._of_any = _of(app, sites.allow)

        @lru_cache(_SITES_REMEMBERED)
        def of_site(key: str) -> ASGIApp:
            try:
                return _of(app, sites.find(key).allows)
            except SiteUnknown:
                # So that the page can read that there is no such site.
                return self._of_any

        self._of_site = of_site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await self._of_any(scope, receive, send)
        else:
            key = next((value for name, value in scope["headers"] if name == b"x-site-key"), b"")
            await self._of_site(key.decode("latin-1"))(scope, receive, send)


class _SiteCors(CORSMiddleware):
    """The framework's CORS, with somebody else to say which origins are allowed."""

    allows: Callable[[str], bool]

    def is_allowed_origin(self, origin: str) -> bool:
        return self.allows(origin)


def _of(app: ASGIApp, allows: Callable[[str], bool]) -> _SiteCors:
    cors = _SiteCors(
        app,
        allow_methods=_METHODS,
        allow_headers=_HEADERS,
        expose_headers=_EXPOSED,
        max_age=_PREFLIGHT_LASTS_S,
    )
    cors.allows = allows
    return cors
