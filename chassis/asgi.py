"""The HTTP side of every service: probes, telemetry, start and shutdown."""

import gc
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Response

from chassis.body_limit import BodyLimit
from chassis.head_requests import HeadRequests
from chassis.http_protocol import ConnectionLimits, limited_protocol
from chassis.http_telemetry import HttpTelemetry
from chassis.logging import configure_logging
from chassis.operations import NO_TELEMETRY, OperationsServer, Server, make_operations_app, metrics_routes
from chassis.problems import install_problem_handlers
from chassis.running import Parts, RunningService
from chassis.settings import ServiceSettings
from chassis.websocket_protocol import limited_websockets

__all__ = ["Parts", "make_app", "serve"]

logger = structlog.get_logger()

# Allocations before a collection of the young generation; the default of 700 is reached in about one turn.
_YOUNG_OBJECTS = 20_000
_MAX_FRAME_BYTES = 64 * 1024


def make_app(
    service: str,
    settings: ServiceSettings,
    parts: Parts,
    *,
    routers: Sequence[APIRouter] = (),
    title: str | None = None,
    description: str = "",
    max_body_size: int = 64 * 1024,
    body_sizes: Mapping[str, int] | None = None,
) -> FastAPI:
    """Assemble the ASGI application of a service; nothing is connected until it starts.

    `body_sizes` are limits in bytes of paths that begin so, in place of `max_body_size`.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running:
            yield

    has_operations = settings.ops_port == settings.http_port
    app = FastAPI(
        title=title or f"salesbot {service}",
        description=description,
        lifespan=lifespan,
        # Without it FastAPI serves no documentation pages either.
        openapi_url="/openapi.json" if has_operations else None,
        telemetry=NO_TELEMETRY,
    )
    running = RunningService(service, settings, parts)
    app.state.running = running
    probes = _probe_routes(running)
    for router in (probes, *([metrics_routes()] if has_operations else []), *routers):
        app.include_router(router)
    app.state.operations = None if has_operations else make_operations_app(app, probes)
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=max_body_size, by_path=body_sizes)
    app.add_middleware(HeadRequests)
    app.add_middleware(HttpTelemetry)
    return app


def _probe_routes(running: RunningService) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/livez", operation_id="livez", summary="The process runs.")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    async def ready(response: Response) -> dict[str, Any]:
        faults = await running.faults()
        if faults:
            response.status_code = 503
            response.headers["Retry-After"] = "1"
        answer: dict[str, Any] = {"status": "unavailable" if faults else "ok", "faults": faults}
        if warnings := running.warnings():
            answer["warnings"] = warnings
        return answer

    not_ready: dict[int | str, dict[str, Any]] = {503: {"description": "A dependency is unavailable."}}
    router.add_api_route(
        "/readyz", ready, operation_id="readyz", responses=not_ready, summary="It can serve."
    )
    router.add_api_route(
        "/health", ready, operation_id="health", responses=not_ready, summary="It can serve; same as /readyz."
    )

    return router


def serve(service: str, settings: ServiceSettings, build: Callable[[], FastAPI]) -> None:
    """Run a service until SIGTERM or SIGINT, then drain and end; exits with 1 when it cannot start."""
    configure_logging(service, settings.log_level)
    app = build()
    limits = _connection_limits(settings)
    server = Server(
        uvicorn.Config(
            app,
            host=settings.http_host,
            port=settings.http_port,
            loop="uvloop",
            http=limited_protocol(limits),
            lifespan="on",
            ws=limited_websockets(limits),
            # Compression would hold a window for every connection.
            ws_max_size=_MAX_FRAME_BYTES,
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
            timeout_graceful_shutdown=int(settings.shutdown_timeout_s),
        ),
        beside=_operations_server(app, settings),
        on_shutdown=app.state.running.begin_shutdown,
    )

    def end() -> None:
        server.should_exit = True

    running: RunningService = app.state.running
    running.on_failure = end
    _freeze_garbage_collector()
    with suppress(KeyboardInterrupt):
        server.run()
    if running.has_failed or not server.started:
        sys.exit(1)


def _connection_limits(settings: ServiceSettings) -> ConnectionLimits:
    return ConnectionLimits(
        request_timeout_s=settings.request_timeout_s,
        write_timeout_s=settings.write_timeout_s,
        max_header_bytes=settings.max_header_bytes,
        max_connections=settings.max_connections,
    )


def _operations_server(app: FastAPI, settings: ServiceSettings) -> OperationsServer | None:
    operations: FastAPI | None = app.state.operations
    if operations is None:
        return None
    if settings.ops_port is None:
        logger.warning("metrics_not_served", hint="set OPS_PORT")
        return None
    return OperationsServer(operations, settings)


def _freeze_garbage_collector() -> None:
    """Exclude what exists at the start from garbage collection: it lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 10, 10)
