"""Signing in with an identity provider."""

import secrets

import structlog
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.gateway.api.console.responses import HEADERS, PATH, Console
from services.gateway.api.console.sign_in import next_page_of, sign_in_form
from services.gateway.domain import SIGN_IN_TTL_S, Grants, PendingSignIn, PendingSignIns, operator_of
from services.gateway.errors import AccessDenied, SignInRefused
from services.gateway.ports import IdentityProvider

logger = structlog.get_logger()

_COOKIE = "console-sign-in"
_RANDOM_BYTES = 32


def single_sign_on_routes(
    console: Console, provider: IdentityProvider, pending_sign_ins: PendingSignIns, grants: Grants
) -> APIRouter:
    """The way to the identity provider and back."""
    router = console.router()

    def redirect_uri(request: Request) -> str:
        base = console.access.public_url or str(request.base_url)
        return f"{base.rstrip('/')}{PATH}/sign-in/oidc/callback"

    @router.get("/sign-in/oidc")
    async def begin(request: Request) -> Response:
        pending = _new_sign_in(request)
        url = await provider.sign_in_url(pending, redirect_uri(request))
        response = RedirectResponse(url, 303, headers=HEADERS)
        # The provider's page leads back to us, which a strict cookie would not survive.
        response.set_cookie(
            _COOKIE,
            pending_sign_ins.issue(pending),
            max_age=SIGN_IN_TTL_S,
            secure=console.access.is_secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    @router.get("/sign-in/oidc/callback")
    async def come_back(request: Request) -> Response:
        query, began = request.query_params, request.cookies.get(_COOKIE)
        try:
            pending = pending_sign_ins.read(began, query.get("state", ""))
            identity = await provider.identity(query.get("code", ""), pending, redirect_uri(request))
            session_id, now = secrets.token_urlsafe(_RANDOM_BYTES), console.access.clock()
            operator = operator_of(identity, grants, session_id=session_id, now=now)
        except (SignInRefused, AccessDenied) as refusal:
            logger.warning("sign_in_failed", by="account", refusal=type(refusal).__name__)
            may_not = isinstance(refusal, AccessDenied)
            says = "This account may not use the console." if may_not else "The sign-in failed. Try again."
            return _forgetting(sign_in_form(console, "", says=says))
        logger.info("operator_signed_in", operator=identity.subject, by="account")
        response = _forgetting(_signed_in(console, pending.next_page))
        console.access.keep(response, operator, request)
        return response

    return router


def _new_sign_in(request: Request) -> PendingSignIn:
    return PendingSignIn(
        state=secrets.token_urlsafe(_RANDOM_BYTES),
        nonce=secrets.token_urlsafe(_RANDOM_BYTES),
        code_verifier=secrets.token_urlsafe(2 * _RANDOM_BYTES),
        next_page=next_page_of(request.query_params.get("next")),
    )


def _signed_in(console: Console, next_page: str) -> HTMLResponse:
    """A page that leads on, and no redirect: a strict cookie is not sent along one from another website."""
    html = console.pages.render(
        "signed_in.html", base=console.access.base, operator=None, next_page=next_page
    )
    return HTMLResponse(html, headers=HEADERS)


def _forgetting(response: HTMLResponse) -> HTMLResponse:
    """The answer after which this sign-in cannot come back once more."""
    response.delete_cookie(_COOKIE, httponly=True, samesite="lax")
    return response
