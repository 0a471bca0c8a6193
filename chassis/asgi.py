"""The HTTP side of every service: probes, metrics, telemetry, and a clean start and stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Response
from faststream.kafka import KafkaBroker
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import metrics
from chassis.body_limit import BodyLimit
from chassis.logging import configure_logging
from chassis.problems import install_problem_handlers
from chassis.settings import ServiceSettings
from chassis.telemetry import configure_tracing, tracer

logger = structlog.get_logger()

Probe = Callable[[], Awaitable[None]]
Background = Callable[[], Coroutine[Any, Any, None]]

_PROBE_TIMEOUT_S = 2.0
_QUIET_PATHS = frozenset({"/livez", "/readyz", "/health", "/metrics"})
_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is made of.

    Resources are entered before the broker starts and left after it has stopped. A probe raises when its
    part cannot serve. Background work is cancelled before the resources close.
    """

    broker: KafkaBroker
    resources: tuple[AbstractAsyncContextManager[Any], ...] = ()
    probes: dict[str, Probe] = field(default_factory=dict)
    background: tuple[Background, ...] = ()


def make_app(
    service: str,
    settings: ServiceSettings,
    parts: Parts,
    *,
    routers: Sequence[APIRouter] = (),
    title: str | None = None,
    description: str = "",
    max_body_size: int = 64 * 1024,
) -> FastAPI:
    """Assemble the ASGI application of a service; nothing is connected until it starts."""
    state = _State(parts)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with _running(service, settings, parts):
            state.is_started = True
            yield
            state.is_started = False

    app = FastAPI(
        title=title or f"salesbot {service}",
        description=description,
        lifespan=lifespan,
        # HttpTelemetry makes the one span of a request; the framework's own would be a second.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    for router in (_probe_routes(state), *routers):
        app.include_router(router)
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, most_bytes=max_body_size)
    app.add_middleware(HttpTelemetry)
    return app


@asynccontextmanager
async def _running(service: str, settings: ServiceSettings, parts: Parts) -> AsyncIterator[None]:
    provider = configure_tracing(service, settings.otel_exporter_otlp_endpoint)
    async with AsyncExitStack() as stack:
        for resource in parts.resources:
            await stack.enter_async_context(resource)
        await parts.broker.start()
        tasks = [asyncio.create_task(work()) for work in parts.background]
        logger.info("service_started")
        try:
            yield
        finally:
            await parts.broker.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(provider.shutdown)
            logger.info("service_stopped")


@dataclass(slots=True)
class _State:
    parts: Parts
    is_started: bool = False

    async def faults(self) -> dict[str, str]:
        """The parts that cannot serve, with the reason."""
        if not self.is_started:
            return {"service": "starting or stopping"}
        probes = {"kafka": self._probe_kafka, **self.parts.probes}
        outcomes = await asyncio.gather(*(self._ask(probe) for probe in probes.values()))
        return {name: fault for name, fault in zip(probes, outcomes, strict=True) if fault is not None}

    @staticmethod
    async def _ask(probe: Probe) -> str | None:
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT_S):
                await probe()
        except Exception as fault:  # noqa: BLE001 - whatever a probe raises means "not ready"
            return type(fault).__name__
        return None

    async def _probe_kafka(self) -> None:
        if not await self.parts.broker.ping(_PROBE_TIMEOUT_S):
            raise ConnectionError
        for subscriber in self.parts.broker.subscribers:
            if not getattr(subscriber, "is_healthy", True):
                raise ConnectionError


def _probe_routes(state: _State) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/livez", operation_id="livez", summary="The process runs.")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    async def ready(response: Response) -> dict[str, Any]:
        faults = await state.faults()
        if faults:
            response.status_code = 503
            response.headers["Retry-After"] = "1"
        return {"status": "unavailable" if faults else "ok", "faults": faults}

    not_ready: dict[int | str, dict[str, Any]] = {503: {"description": "A part it needs is away."}}
    router.add_api_route(
        "/readyz", ready, operation_id="readyz", responses=not_ready, summary="It can serve."
    )
    router.add_api_route(
        "/health", ready, operation_id="health", responses=not_ready, summary="It can serve; same as /readyz."
    )

    @router.get("/metrics", operation_id="metrics", summary="Prometheus metrics.", response_class=Response)
    async def prometheus() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


class HttpTelemetry:
    """ASGI middleware: a server span, a duration and a request id for every request.

    Written by hand because the stock instrumentation costs more than the rest of the request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in _QUIET_PATHS:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = headers.get("x-request-id", "")[:64] or uuid4().hex
        started_s = time.perf_counter()
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode("latin-1"))]
            await send(message)

        with tracer.start_as_current_span(
            f"{scope['method']}",
            context=_propagator.extract(headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"], "url.path": scope["path"]},
        ) as span:
            try:
                await self._app(scope, receive, send_noting_status)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
                elapsed_s = time.perf_counter() - started_s
                metrics.HTTP_DURATION.labels(route, scope["method"], str(status)).observe(elapsed_s)


def serve(service: str, settings: ServiceSettings, build: Callable[[], FastAPI]) -> None:
    """Run a service until SIGTERM or SIGINT, then drain and end."""
    configure_logging(service, settings.log_level)
    with suppress(KeyboardInterrupt):
        uvicorn.run(
            build(),
            host=settings.http_host,
            port=settings.http_port,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=int(settings.shutdown_timeout_s),
        )
