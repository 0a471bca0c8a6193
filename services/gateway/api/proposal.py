"""GET /proposal/{token}: the page of a proposal, for whoever has its link."""

import re
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from chassis.errors import TransientError
from chassis.problems import problem_responses
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.openapi import VISITOR_OR_KEY
from services.gateway.domain import ProposalLinks, Scope, Visitor
from services.gateway.errors import (
    ConversationErased,
    ConversationUnknown,
    ProposalLinkInvalid,
    ProposalLinkWithdrawn,
    ProposalUnknown,
)
from services.gateway.ports import ProposalPages
from services.gateway.usecases import check_session, read_proposal

_HEADERS = {
    # The one script makes the button that prints; the page is whole without it. What tells machines who wrote
    # the page is a data block, which no browser runs and no policy is asked about.
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # What `frame-ancestors 'none'` says, for browsers and scanners that do not read it.
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "private, no-store",
}
_revision = re.compile(r"[1-9][0-9]{0,5}\Z")


def proposal_routes(counter: RequestCounter, links: ProposalLinks, pages: ProposalPages) -> APIRouter:
    """The page, for people only: other systems read the proposal in a lead."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(counter.count_read)])

    @router.get("/proposal/{token}/")
    async def without_slash(token: str, request: Request) -> Response:
        # Relative, so that it also holds behind a proxy that ends TLS; the page's own links need it too.
        query = f"?{request.url.query}" if request.url.query else ""
        location = f"../{quote(token, safe='')}{query}"
        return Response(status_code=308, headers={**_HEADERS, "location": location})

    @router.get("/proposal/{token}")
    async def proposal(token: str, request: Request) -> HTMLResponse:
        try:
            folder = await read_proposal(links.read(token), counter.ports)
            page = await pages.show(folder, _revision_of(request))
        except (ProposalLinkInvalid, ProposalUnknown, ConversationUnknown):
            return HTMLResponse(pages.missing(), 404, headers=_HEADERS)
        except (ProposalLinkWithdrawn, ConversationErased):
            return HTMLResponse(pages.missing(), 410, headers=_HEADERS)
        except TransientError:
            return HTMLResponse(pages.away(), 503, headers={**_HEADERS, "retry-after": "5"})
        return HTMLResponse(page, headers=_HEADERS)

    return router


def proposal_link_routes(counter: RequestCounter) -> APIRouter:
    """Taking back what was passed on."""
    ports, access_control = counter.ports, counter.access_control
    router = APIRouter(tags=["proposal"], dependencies=[Depends(counter.count_read)])

    @router.delete(
        "/conversation/{conversation_id}/proposal-link",
        operation_id="withdrawProposalLinks",
        summary="Withdraw the links to a proposal.",
        status_code=204,
        responses=problem_responses(401, 403, 404, 410, 422, 429, 503),
        openapi_extra={"security": VISITOR_OR_KEY},
    )
    async def withdraw(conversation_id: UUID, request: Request) -> Response:
        """No link that was given out so far opens the proposal any more; links shown later do.

        For its visitor, or with an API key of scope `manage`.
        """
        who = access_control.authorise(credentials_of(request.headers), conversation_id, Scope.MANAGE)
        if isinstance(who, Visitor):
            await check_session(who, ports.idempotency_store)
        await ports.read_model.withdraw_proposal_links(conversation_id)
        return Response(status_code=204)

    return router


def _revision_of(request: Request) -> int | None:
    """The revision that is asked for, None for the newest. Raises ProposalUnknown."""
    asked = request.query_params.get("revision")
    if asked is None:
        return None
    if not _revision.match(asked):
        raise ProposalUnknown("There is no such revision.")
    return int(asked)
