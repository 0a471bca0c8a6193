"""One lead."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.api.console.responses import Console
from services.gateway.domain import LeadView, Scope
from services.gateway.usecases import read_lead


def lead_routes(console: Console) -> APIRouter:
    """The page of a lead, and what may be done there."""
    router = console.router()
    read_model = console.ports.read_model

    @router.get("/leads/{conversation_id}")
    async def lead(conversation_id: UUID, request: Request) -> Response:
        operator = console.access.operator(request)
        view = await read_lead(conversation_id, read_model)
        return console.page(
            request,
            operator,
            "lead.html",
            view=view,
            proposal_url=_proposal_url(view, request),
            lease_s=round(console.ports.leases.lasts_s),
        )

    @router.post("/leads/{conversation_id}/withdraw-links")
    async def withdraw(conversation_id: UUID, request: Request) -> Response:
        console.access.writer(request, Scope.MANAGE)
        await read_model.withdraw_proposal_links(conversation_id)
        return console.go(f"/leads/{conversation_id}")

    def _proposal_url(view: LeadView, request: Request) -> str | None:
        if not view.versions:
            return None
        return console.links.address(view.document.conversation_id, str(request.base_url))

    return router
