"""Signing in with an API key, and signing out."""

import re
import secrets
from urllib.parse import parse_qs, urlencode

import structlog
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from services.gateway.api.console.responses import HEADERS, Console
from services.gateway.api.counted import RequestCounter
from services.gateway.domain import AccessControl, Credentials, Operator
from services.gateway.errors import (
    AccessDenied,
    CredentialsInvalid,
    CredentialsMissing,
    RateLimited,
    SignInNeeded,
)

logger = structlog.get_logger()

# A path of the console with its query; nothing that a browser takes for another host.
_NEXT = re.compile(r"/(?:[A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*(?:\?[A-Za-z0-9._~%&=+:@-]*)?")
_SESSION_ID_BYTES = 12


def sign_in_routes(console: Console, counter: RequestCounter) -> APIRouter:
    """The only pages of the console that are for anybody."""
    router = console.router()

    @router.get("/sign-in")
    async def form(request: Request) -> Response:
        try:
            console.access.operator(request)
        except SignInNeeded:
            return sign_in_form(console, next_page=next_page_of(request.query_params.get("next")))
        return console.go("")

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        console.access.require_own_page(request)
        fields = await form_fields(request)
        next_page = next_page_of(fields.get("next"))
        if not console.by_key:
            return sign_in_form(console, next_page, says="Sign in with your account.")
        try:
            # Before the key is looked at, so that many attempts at once are no way around the limit.
            await counter.count_sign_in(request)
            operator = _operator_of(fields.get("key", ""), console, counter.access_control)
        except RateLimited as refusal:
            return sign_in_form(console, next_page, says="Too many attempts.", wait_s=refusal.retry_after_s)
        except (CredentialsMissing, CredentialsInvalid):
            return sign_in_form(console, next_page, says="This key is not known.")
        except AccessDenied:
            return sign_in_form(console, next_page, says="This key may not read: it needs the scope “read”.")
        logger.info("operator_signed_in", operator=operator.name, by="key")
        response = console.go(next_page)
        console.access.keep(response, operator, request)
        return response

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        console.access.require_own_page(request)
        response = console.go("/sign-in")
        console.access.end(response, request)
        return response

    return router


def _operator_of(presented: str, console: Console, access_control: AccessControl) -> Operator:
    """The operator who gives this key.

    Raises:
        CredentialsMissing, CredentialsInvalid: the key is not known.
        AccessDenied: it may not read.
    """
    try:
        key = access_control.known_key(Credentials(api_key=presented.strip() or None))
        session_id = secrets.token_urlsafe(_SESSION_ID_BYTES)
        return console.access.sessions.of_key(key, session_id=session_id, now=console.access.clock())
    except (CredentialsMissing, CredentialsInvalid, AccessDenied):
        logger.warning("sign_in_failed")
        raise


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a form, the first value of each."""
    body = (await request.body()).decode("utf-8", errors="replace")
    return {name: values[0] for name, values in parse_qs(body, max_num_fields=50).items()}


def sign_in_form(
    console: Console, next_page: str, *, says: str | None = None, wait_s: int = 0
) -> HTMLResponse:
    """The form, with what was wrong with the attempt before."""
    html = console.pages.render(
        "sign_in.html",
        base=console.access.base,
        operator=None,
        next_page=next_page,
        onward=f"?{urlencode({'next': next_page})}" if next_page else "",
        by_key=console.by_key,
        by_account=console.by_account,
        says=says,
        wait_s=wait_s,
    )
    status = 429 if wait_s else 401 if says else 200
    headers = {**HEADERS, "retry-after": str(wait_s)} if wait_s else HEADERS
    return HTMLResponse(html, status, headers=headers)


def next_page_of(asked: str | None) -> str:
    """Where to go after the sign-in: a page of the console, its first one unless another was asked for."""
    return asked if asked and _NEXT.fullmatch(asked) else ""
