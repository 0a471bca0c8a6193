"""The console: pages for operators, on a session of their own."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from services.gateway.api.console.access import ConsoleAccess
from services.gateway.api.console.lead import lead_routes
from services.gateway.api.console.leads import lead_list_routes
from services.gateway.api.console.reports import report_routes
from services.gateway.api.console.responses import HEADERS, Console
from services.gateway.api.console.sign_in import sign_in_routes
from services.gateway.api.files import NO_CACHE, send_file
from services.gateway.domain import AccessControl

__all__ = ["Console", "ConsoleAccess", "console_routes"]


def console_routes(console: Console, access_control: AccessControl) -> list[APIRouter]:
    """Every route below `/console`."""
    return [
        _file_routes(console),
        sign_in_routes(console, access_control),
        report_routes(console),
        lead_list_routes(console),
        lead_routes(console),
    ]


def _file_routes(console: Console) -> APIRouter:
    router = console.router()

    @router.get("/static/{name}")
    async def static(name: str, request: Request) -> Response:
        if name not in console.files:
            raise Problem(status=404, code="not-found", title="Not Found")
        return send_file(console.files[name], request, {**HEADERS, "cache-control": NO_CACHE})

    return router
