"""What the mails of campaigns look like, in every language, before anybody gets one."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from services.gateway.api.console.queries import address, asked
from services.gateway.api.console.responses import HEADERS, Console
from services.gateway.domain import PreviewQuery

# The mail itself: no script, nothing from elsewhere, and no way out of the frame that it is shown in.
_MAIL_HEADERS: Final = {
    **HEADERS,
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    ),
    "x-frame-options": "SAMEORIGIN",
}
_FRAMES: Final = {
    "content-security-policy": f"{HEADERS['content-security-policy']}; frame-src 'self'",
}


def mail_preview_routes(console: Console) -> APIRouter:
    """The page with its form, and the mail in its frame."""
    router = console.router()
    previews = console.ports.mail_previews

    @router.get("/mails")
    async def mails(request: Request) -> Response:
        operator, wanted = console.access.operator(request), asked(request, PreviewQuery)
        known, mail = await previews.templates(), await previews.preview(wanted)
        page = console.page(
            request, operator, "mails.html", known=known, wanted=wanted, mail=mail, query=address(wanted)
        )
        page.headers.update(_FRAMES)
        return page

    @router.get("/mails/html")
    async def mail(request: Request) -> Response:
        console.access.operator(request)
        shown = await previews.preview(asked(request, PreviewQuery))
        return HTMLResponse(shown.html, headers=_MAIL_HEADERS)

    return router
