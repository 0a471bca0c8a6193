"""GET and POST /u/{token}: no more mails, without signing in and without a question (RFC 8058)."""

from contextlib import suppress

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from chassis.data_keys import DataKeyDestroyed
from services.gateway.api.counted import RequestCounter
from services.gateway.ports import UnsubscribeLinks, UnsubscribePages

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "private, no-store",
}
# Mailboxes send it as a form, in either encoding.
_ONE_CLICK = b"One-Click"


def unsubscribe_routes(
    counter: RequestCounter, links: UnsubscribeLinks, pages: UnsubscribePages
) -> APIRouter:
    """Whoever only opens the link changes nothing: scanners of mails open every one."""
    ports = counter.ports
    router = APIRouter(include_in_schema=False, dependencies=[Depends(counter.count_read)])

    @router.get("/u/{token}")
    async def ask(token: str, request: Request) -> HTMLResponse:
        languages = request.headers.get("accept-language", "")
        if links.read(token) is None:
            return HTMLResponse(pages.invalid(languages), 404, headers=_HEADERS)
        return HTMLResponse(pages.asks(languages), headers=_HEADERS)

    @router.post("/u/{token}")
    async def unsubscribe(token: str, request: Request) -> HTMLResponse:
        languages = request.headers.get("accept-language", "")
        link = links.read(token)
        if link is None:
            return HTMLResponse(pages.invalid(languages), 404, headers=_HEADERS)
        if _ONE_CLICK not in await request.body():
            return HTMLResponse(pages.asks(languages), 400, headers=_HEADERS)
        # Of an erased conversation no address is left that could be written to.
        with suppress(DataKeyDestroyed):
            await ports.publisher.publish(link.unsubscribed(ports.clock()))
        return HTMLResponse(pages.done(languages), headers=_HEADERS)

    return router
