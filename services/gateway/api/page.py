"""The style and the script of the page of a proposal."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from services.gateway.api.files import NO_CACHE, send_file
from services.gateway.ports import PageFile


def page_routes(files: Mapping[str, PageFile]) -> APIRouter:
    """Serve the files below `/page/`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/page/{name}")
    async def asset(name: str, request: Request) -> Response:
        if name not in files:
            raise Problem(status=404, code="not-found", title="Not Found")
        return send_file(files[name], request, {"cache-control": NO_CACHE})

    return router
