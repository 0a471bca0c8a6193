"""The leads, as a list and as a table for spreadsheets."""

from collections.abc import AsyncIterator

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from contracts.read_model import LeadPage, LeadQuery
from contracts.values import LeadStatus
from services.gateway.api.console.queries import address, asked
from services.gateway.api.console.responses import HEADERS, Console
from services.gateway.domain import csv_head, csv_rows, title_of
from services.gateway.usecases import find_all_leads, find_leads

logger = structlog.get_logger()

_AT_ONCE = 200
CHANNELS = ("widget", "email", "api", "cli")


def lead_list_routes(console: Console) -> APIRouter:
    """The pages that list leads."""
    router = console.router()
    read_model = console.ports.read_model

    @router.get("/leads")
    async def leads(request: Request) -> Response:
        operator = console.access.operator(request)
        wanted = asked(request, LeadQuery)
        page = await find_leads(wanted, read_model)
        return console.page(
            request,
            operator,
            "leads.html",
            page=page,
            wanted=wanted,
            newest=address(wanted) if wanted.cursor else None,
            older=address(wanted, cursor=page.next_cursor) if page.next_cursor else None,
            export=f"leads.csv{address(wanted)}",
            statuses=list(LeadStatus),
            channels=CHANNELS,
            title_of=title_of,
        )

    @router.get("/leads.csv")
    async def export(request: Request) -> Response:
        operator = console.access.operator(request)
        wanted = asked(request, LeadQuery).model_copy(update={"limit": _AT_ONCE, "cursor": None})
        # Read before the answer begins, so that a refusal can still be told.
        first = await find_leads(wanted, read_model)
        logger.info("leads_exported", operator=operator.name)
        name = f"leads-{console.access.clock():%Y-%m-%d}.csv"
        headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_table(wanted, first), headers=headers, media_type="text/csv; charset=utf-8")

    async def _table(wanted: LeadQuery, first: LeadPage) -> AsyncIterator[str]:
        yield csv_head()
        async for page in find_all_leads(wanted, first, read_model):
            yield csv_rows(page)

    return router
