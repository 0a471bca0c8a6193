"""GET /proposal/{token}: the page of a proposal, for whoever has its link."""

import re
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from services.gateway.domain import ProposalLinks
from services.gateway.errors import (
    ConversationUnknown,
    LeadstoreUnavailable,
    ProposalLinkInvalid,
    ProposalUnknown,
)
from services.gateway.ports import ProposalPages
from services.gateway.usecases import Ports, read_proposal

_HEADERS = {
    # The one script makes the button that prints; the page is whole without it.
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "private, no-store",
}
_revision = re.compile(r"[1-9][0-9]{0,5}\Z")


def proposal_routes(ports: Ports, links: ProposalLinks, pages: ProposalPages) -> APIRouter:
    """The page, for people only: other systems read the proposal in a lead."""
    router = APIRouter(include_in_schema=False)

    @router.get("/proposal/{token}/")
    async def without_slash(token: str, request: Request) -> Response:
        # Relative, so that it also holds behind a proxy that ends TLS; the page's own links need it too.
        query = f"?{request.url.query}" if request.url.query else ""
        location = f"../{quote(token, safe='')}{query}"
        return Response(status_code=308, headers={**_HEADERS, "location": location})

    @router.get("/proposal/{token}")
    async def proposal(token: str, request: Request) -> HTMLResponse:
        try:
            folder = await read_proposal(links.read(token).conversation_id, ports)
            page = pages.show(folder, _revision_of(request))
        except (ProposalLinkInvalid, ProposalUnknown, ConversationUnknown):
            return HTMLResponse(pages.missing(), 404, headers=_HEADERS)
        except LeadstoreUnavailable:
            return HTMLResponse(pages.away(), 503, headers={**_HEADERS, "retry-after": "5"})
        return HTMLResponse(page, headers=_HEADERS)

    return router


def _revision_of(request: Request) -> int | None:
    """The revision that is asked for, None for the newest. Raises ProposalUnknown."""
    asked = request.query_params.get("revision")
    if asked is None:
        return None
    if not _revision.match(asked):
        raise ProposalUnknown("There is no such revision.")
    return int(asked)
