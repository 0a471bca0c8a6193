"""The chat in a browser: the script that a website embeds, and the panel, in its iframe or as a page."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from services.gateway.api.files import FOR_EVER, NO_CACHE, send_file
from services.gateway.domain import Sites
from services.gateway.ports import WidgetFiles

# The panel shows what a model wrote: nothing runs in it but our script, and no text becomes markup.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_PANEL_HEADERS = {
    "referrer-policy": "no-referrer",
    "cache-control": NO_CACHE,
    # A website that is isolated from other origins embeds nothing without these.
    "cross-origin-resource-policy": "cross-origin",
    "cross-origin-embedder-policy": "require-corp",
}
_LOADER_HEADERS = {
    "cache-control": "public, max-age=300, stale-while-revalidate=86400",
    "cross-origin-resource-policy": "cross-origin",
    # For a script tag with `crossorigin` or `integrity`.
    "access-control-allow-origin": "*",
}
_EXAMPLE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# What `frame-ancestors 'none'` says, for browsers and scanners that do not read it.
_NEVER_FRAMED = {"x-frame-options": "DENY"}


def widget_routes(files: WidgetFiles, sites: Sites) -> APIRouter:
    """Serve the widget; who may embed the panel is the site's affair."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page(request: Request) -> Response:
        return _panel(request, {**_PANEL_HEADERS, **_NEVER_FRAMED}, ancestors="'none'")

    @router.get("/widget")
    async def panel(request: Request, site: str | None = None) -> Response:
        return _panel(request, _PANEL_HEADERS, ancestors=sites.find(site).frame_ancestors)

    @router.get("/widget.js")
    async def loader(request: Request) -> Response:
        return send_file(files.loader, request, _LOADER_HEADERS)

    @router.get("/widget/example")
    async def example(request: Request) -> Response:
        headers = {"content-security-policy": _EXAMPLE_POLICY, "cache-control": NO_CACHE, **_NEVER_FRAMED}
        return send_file(files.example["example.html"], request, headers)

    @router.get("/widget/{name}")
    async def asset(name: str, request: Request) -> Response:
        if name in files.assets:
            return send_file(files.assets[name], request, {"cache-control": FOR_EVER})
        if name in files.example:
            return send_file(files.example[name], request, {"cache-control": NO_CACHE})
        raise Problem(status=404, code="not-found", title="Not Found")

    def _panel(request: Request, headers: Mapping[str, str], *, ancestors: str) -> Response:
        policy = _POLICY.format(ancestors=ancestors)
        return send_file(files.panel, request, {**headers, "content-security-policy": policy})

    return router
