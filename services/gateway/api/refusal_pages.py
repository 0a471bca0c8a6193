"""What a browser is shown when there is no room for its request: a page in plain words, and no JSON."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import MEDIA_TYPE
from services.gateway.api.console.responses import HEADERS as CONSOLE_HEADERS
from services.gateway.api.console.responses import PATH as CONSOLE
from services.gateway.domain import Sites
from services.gateway.errors import SiteUnknown
from services.gateway.ports import Pages

_STATUSES = frozenset({429, 503})
_PAGES = re.compile(rf"/(widget(/example)?|proposal/[^/]+/?|u/[^/]+)?|{CONSOLE}(/.*)?")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {ancestors}"
)
_NOBODY = "'none'"
_HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "private, no-store",
}
# A website that is isolated from other origins embeds no panel without these.
_IN_FRAMES = {
    "cross-origin-resource-policy": "cross-origin",
    "cross-origin-embedder-policy": "require-corp",
}


class RefusalPages:
    """ASGI middleware: replaces problem documents of 429 and 503 where a browser asked for one of our pages.

    Whoever does not ask for HTML gets the problem document. Status, `Retry-After` and what is left of a limit
    are the same for both.

    Args:
        app: what refuses.
        pages: what is shown instead.
        sites: whose pages may show it in the frame of the widget.
        console_base: the path of the console as browsers see it.
    """

    def __init__(self, app: ASGIApp, *, pages: Pages, sites: Sites, console_base: str) -> None:
        self._app = app
        self._pages = pages
        self._sites = sites
        self._console_base = console_base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _asks_for_page(Request(scope)):
            await self._app(scope, receive, send)
            return
        refusal: Message | None = None

        async def send_or_replace(message: Message) -> None:
            nonlocal refusal
            if message["type"] == "http.response.start" and _is_refusal(message):
                refusal = message
            elif refusal is None:
                await send(message)
            elif not message.get("more_body", False):
                await self._page(Request(scope), refusal)(scope, receive, send)

        await self._app(scope, receive, send_or_replace)

    def _page(self, request: Request, refusal: Message) -> HTMLResponse:
        kept = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in refusal["headers"]
            if not name.startswith(b"content-")
        }
        if request.url.path.startswith(CONSOLE):
            headers = {**kept, **CONSOLE_HEADERS}
            return HTMLResponse(self._console_page(), refusal["status"], headers=headers)
        # Relative, since a proxy may serve all of this below a path of its own.
        root = "../" * (request.url.path.count("/") - 1)
        headers = {**kept, **self._headers(request)}
        return HTMLResponse(self._pages.proposals.busy(root), refusal["status"], headers=headers)

    def _console_page(self) -> str:
        return self._pages.console.render(
            "notice.html",
            base=self._console_base,
            operator=None,
            title="Too busy right now",
            says="Wait a minute, then open this page again.",
        )

    def _headers(self, request: Request) -> Mapping[str, str]:
        ancestors = self._ancestors(request)
        framing = {"x-frame-options": "DENY"} if ancestors == _NOBODY else _IN_FRAMES
        return {**_HEADERS, **framing, "content-security-policy": _POLICY.format(ancestors=ancestors)}

    def _ancestors(self, request: Request) -> str:
        if request.url.path != "/widget":
            return _NOBODY
        try:
            return self._sites.find(request.query_params.get("site")).frame_ancestors
        except SiteUnknown:
            return _NOBODY


def _asks_for_page(request: Request) -> bool:
    """Whether a person opens a page; scripts and programs do not name HTML in `Accept`."""
    return "text/html" in request.headers.get("accept", "") and bool(_PAGES.fullmatch(request.url.path))


def _is_refusal(start: Message) -> bool:
    is_problem = (b"content-type", MEDIA_TYPE.encode()) in start["headers"]
    return start["status"] in _STATUSES and is_problem
