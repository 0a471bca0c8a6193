"""The leads, and one lead."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.read_model import LeadQuery
from services.gateway.api.console.responses import Console
from services.gateway.domain import LeadView, Scope, title_of
from services.gateway.usecases import find_leads, read_lead


def lead_routes(console: Console) -> APIRouter:
    """The pages that show leads."""
    router = console.router()
    read_model = console.ports.read_model

    @router.get("/leads")
    async def leads(request: Request, wanted: Annotated[LeadQuery, Query()]) -> Response:
        operator = console.access.operator(request)
        page = await find_leads(wanted, read_model)
        return console.page(request, operator, "leads.html", page=page, title_of=title_of)

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
        )

    @router.post("/leads/{conversation_id}/withdraw-links")
    async def withdraw(conversation_id: UUID, request: Request) -> Response:
        console.access.writer(request, Scope.MANAGE)
        await read_model.withdraw_proposal_links(conversation_id)
        return console.go(f"/leads/{conversation_id}")

    def _proposal_url(view: LeadView, request: Request) -> str | None:
        if view.document.tier is None:
            return None
        return console.links.address(view.document.conversation_id, str(request.base_url))

    return router
