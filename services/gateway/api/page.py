"""The demo page: static files and what the page has to know of the playbook."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from services.gateway.ports import PageFile

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "content-security-policy": _CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # Asked for again on every visit, answered with 304 as long as nothing changed.
    "cache-control": "no-cache",
}


def page_routes(files: Mapping[str, PageFile]) -> APIRouter:
    """Serve the files of the page: `index.html` at `/`, the others below `/page/`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index(request: Request) -> Response:
        return send_file(files["index.html"], request, _HEADERS)

    @router.get("/page/{name}")
    async def asset(name: str, request: Request) -> Response:
        if name not in files:
            raise Problem(status=404, code="not-found", title="Not Found")
        return send_file(files[name], request, _HEADERS)

    return router


def send_file(file: PageFile, request: Request, headers: Mapping[str, str]) -> Response:
    """A file, or 304 to a browser that has it."""
    headers = {**headers, "etag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)
