"""Metrics and API documents for operators, on a port of their own."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from socket import socket
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from starlette.responses import HTMLResponse, JSONResponse

from chassis.problems import install_problem_handlers
from chassis.settings import ServiceSettings

logger = structlog.get_logger()

# HttpTelemetry makes the one span of a request; the framework's own would be a second.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
}
_STOP_S = 1


_METRICS = {
    "schema": {"type": "string"},
    "example": "# TYPE salesbot_open_requests gauge\nsalesbot_open_requests 3.0\n",
}


def metrics_routes() -> APIRouter:
    """GET /metrics, in the format the reader prefers: only OpenMetrics has the traces of slow requests."""
    # A time stamp for each counter, which nobody reads, would nearly double what is stored.
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has types elsewhere
    router = APIRouter(tags=["operations"])

    @router.get(
        "/metrics",
        operation_id="metrics",
        summary="Prometheus metrics.",
        response_class=Response,
        responses={200: {"content": {CONTENT_TYPE_LATEST: _METRICS}}},
    )
    async def prometheus(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(REGISTRY), media_type=content_type)

    return router


def make_operations_app(described: FastAPI, probes: APIRouter) -> FastAPI:
    """Metrics, probes, and the documents of the API of `described`."""
    app = FastAPI(openapi_url=None, telemetry=NO_TELEMETRY)
    for router in (probes, metrics_routes(), _document_routes(described)):
        app.include_router(router)
    install_problem_handlers(app)
    return app


def _document_routes(described: FastAPI) -> APIRouter:
    router = APIRouter()
    # What is described is served on another port, so the pages show it and cannot call it.
    read_only: dict[str, Any] = {"supportedSubmitMethods": []}

    @router.get("/openapi.json")
    async def openapi() -> JSONResponse:
        return JSONResponse(described.openapi())

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json", title=described.title, swagger_ui_parameters=read_only
        )

    @router.get("/redoc")
    async def redoc() -> HTMLResponse:
        return get_redoc_html(openapi_url="openapi.json", title=described.title)

    return router


class Server(uvicorn.Server):
    """A server that runs another one beside it: both start together, the other stops last.

    `on_shutdown` is called before answers that are open are waited for.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        beside: "OperationsServer | None" = None,
        on_shutdown: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._beside = beside
        self._on_shutdown = on_shutdown

    async def serve(self, sockets: list[socket] | None = None) -> None:
        """Serve until `should_exit` is set."""
        if self._beside is None:
            await super().serve(sockets)
            return
        beside = asyncio.create_task(self._beside.serve())
        beside.add_done_callback(self._end)
        try:
            await super().serve(sockets)
        finally:
            self._beside.should_exit = True
            await beside

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Say so before open answers are waited for."""
        self._on_shutdown()
        await super().shutdown(sockets)

    def _end(self, _beside: "asyncio.Task[None]") -> None:
        self.should_exit = True


class OperationsServer(uvicorn.Server):
    """Serves operations; leaves signals to the main server."""

    def __init__(self, app: FastAPI, settings: ServiceSettings) -> None:
        assert settings.ops_port is not None
        config = uvicorn.Config(
            app,
            host=settings.ops_host,
            port=settings.ops_port,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_STOP_S,
        )
        super().__init__(config)
        # Now, so that a port that is taken ends the process instead of one of its tasks.
        try:
            self._sockets = [config.bind_socket()]
        except SystemExit as error:
            logger.exception("ops_port_unavailable", host=settings.ops_host, port=settings.ops_port)
            raise SystemExit(1) from error

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Install no signal handlers."""
        return nullcontext()

    async def serve(self, sockets: Sequence[socket] | None = None) -> None:
        """Serve until `should_exit` is set."""
        await super().serve(list(sockets or self._sockets))
