"""What is counted over all conversations: the funnel, and the lists that somebody should act on."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.read_model import FunnelQuery
from services.gateway.api.console.queries import address, asked
from services.gateway.api.console.responses import Console
from services.gateway.domain import title_of
from services.gateway.usecases import read_funnel, read_hand_overs, read_questions, read_refusals

_PERIODS = (7, 30, 90)


def report_routes(console: Console) -> APIRouter:
    """The pages about all leads."""
    router = console.router()
    read_model = console.ports.read_model

    @router.get("")
    async def funnel(request: Request) -> Response:
        operator = console.access.operator(request)
        view = await read_funnel(asked(request, FunnelQuery), console.targets, read_model)
        today = console.access.clock().date()
        periods = [
            (days, address(FunnelQuery(first=today - timedelta(days=days - 1), last=today)))
            for days in _PERIODS
        ]
        return console.page(request, operator, "funnel.html", view=view, periods=periods)

    @router.get("/hand-overs")
    async def hand_overs(request: Request) -> Response:
        operator = console.access.operator(request)
        leads = await read_hand_overs(read_model)
        return console.page(request, operator, "hand_overs.html", leads=leads, title_of=title_of)

    @router.get("/questions")
    async def questions(request: Request) -> Response:
        operator = console.access.operator(request)
        return console.page(request, operator, "questions.html", questions=await read_questions(read_model))

    @router.get("/refused")
    async def refused(request: Request) -> Response:
        operator = console.access.operator(request)
        return console.page(request, operator, "refused.html", reasons=await read_refusals(read_model))

    return router
