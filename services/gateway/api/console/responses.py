"""The pages of the console as HTTP answers: their headers, and refusals as pages."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.errors import TransientError
from services.gateway.api.console.access import ConsoleAccess
from services.gateway.api.envelopes import Patience
from services.gateway.domain import FunnelTargets, Operator, ProposalLinks
from services.gateway.errors import (
    AccessDenied,
    BookingRefused,
    ConversationErased,
    ConversationUnknown,
    ForeignRequest,
    QueryRefused,
    Refusal,
    SignInNeeded,
)
from services.gateway.ports import ConsolePages, PageFile, Ports

PATH = "/console"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}
_STATUSES: dict[type[Exception], tuple[int, str]] = {
    AccessDenied: (403, "Not for this account"),
    ForeignRequest: (403, "Sent from another website"),
    ConversationUnknown: (404, "No such lead"),
    BookingRefused: (409, "This booking was left as it is"),
    ConversationErased: (410, "This lead was erased"),
    QueryRefused: (422, "Nothing matches this address"),
    RequestValidationError: (422, "Nothing matches this address"),
    TransientError: (503, "Not to be read at the moment"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What the routes of the console share."""

    ports: Ports
    pages: ConsolePages
    files: Mapping[str, PageFile]
    access: ConsoleAccess
    links: ProposalLinks
    targets: FunnelTargets
    by_key: bool
    """Whether operators may sign in with an API key."""
    by_account: str | None
    """What the account is called that operators sign in with; None without an identity provider."""
    patience: Patience
    """How long a page follows a conversation on one connection."""

    def page(
        self,
        request: Request,
        operator: Operator,
        template: str,
        *,
        status: int = 200,
        **content: object,
    ) -> HTMLResponse:
        """A page for an operator, whose session it keeps alive."""
        html = self.pages.render(template, base=self.access.base, operator=operator, **content)
        response = HTMLResponse(html, status, headers=HEADERS)
        self.access.keep(response, operator, request)
        return response

    def go(self, path: str) -> RedirectResponse:
        """The way to another page of the console, after a form."""
        return RedirectResponse(f"{self.access.base}{path}", 303, headers=HEADERS)

    def router(self) -> APIRouter:
        """A router whose refusals are pages; for people, so no part of the API's document."""
        console = self

        class ConsoleRoute(APIRoute):
            def get_route_handler(self) -> Handler:
                handle = super().get_route_handler()

                async def handle_or_explain(request: Request) -> Response:
                    try:
                        return await handle(request)
                    except (Refusal, TransientError, RequestValidationError) as refusal:
                        return console.explain(request, refusal)

                return handle_or_explain

        return APIRouter(prefix=PATH, include_in_schema=False, route_class=ConsoleRoute)

    def explain(self, request: Request, refusal: Exception) -> Response:
        """Why there is no such page; scripts get a problem document from the gateway's own handlers."""
        if request.headers.get("sec-fetch-mode", "navigate") != "navigate":
            raise refusal
        if isinstance(refusal, SignInNeeded):
            asked = f"{request.url.path.removeprefix(PATH)}?{request.url.query}".rstrip("?")
            query = urlencode({"next": asked}) if request.method == "GET" and asked else ""
            return self.go(f"/sign-in?{query}".rstrip("?"))
        status, title = next(
            (shown for kind, shown in _STATUSES.items() if isinstance(refusal, kind)), (422, "Refused")
        )
        says = str(refusal) if isinstance(refusal, Refusal) else None
        html = self.pages.render(
            "notice.html", base=self.access.base, operator=self._known(request), title=title, says=says
        )
        headers = {**HEADERS, "retry-after": "5"} if status == 503 else HEADERS
        return HTMLResponse(html, status, headers=headers)

    def _known(self, request: Request) -> Operator | None:
        try:
            return self.access.operator(request)
        except SignInNeeded:
            return None
