"""A service from its start to its end: what it is made of, and in which order that comes and goes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from chassis.settings import ServiceSettings
from chassis.telemetry import configure_tracing

logger = structlog.get_logger()

Probe = Callable[[], Awaitable[None]]
Background = Callable[[], Coroutine[Any, Any, None]]

_PROBE_TIMEOUT_S = 2.0
_TRY_AGAIN_AFTER_S = 1.0


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


class RunningService:
    """Starts beside the HTTP server, so that probes are answered meanwhile; `async with` stops it.

    `on_failure` is called when the service cannot start. Kafka being away is no such failure: it is awaited.
    """

    def __init__(self, name: str, settings: ServiceSettings, parts: Parts) -> None:
        self._name = name
        self._settings = settings
        self._parts = parts
        self.on_failure: Callable[[], None] = lambda: None
        self.has_failed = False
        self._life: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._is_started = False

    async def __aenter__(self) -> None:
        """Begin to start."""
        self._life = asyncio.create_task(self._live())

    async def __aexit__(self, *_: object) -> None:
        """Drain and stop; what was not started yet is left out."""
        assert self._life is not None
        if self._is_started:
            self._ending.set()
        else:
            self._life.cancel()
        await asyncio.wait([self._life])

    async def faults(self) -> dict[str, str]:
        """The parts that cannot serve, with the reason."""
        if not self._is_started or self._ending.is_set():
            return {"service": "starting or stopping"}
        probes = {"kafka": self._probe_kafka, **self._parts.probes}
        outcomes = await asyncio.gather(*(_ask(probe) for probe in probes.values()))
        return {name: fault for name, fault in zip(probes, outcomes, strict=True) if fault is not None}

    async def _live(self) -> None:
        provider = configure_tracing(self._name, self._settings.otel_exporter_otlp_endpoint)
        try:
            async with AsyncExitStack() as stack:
                await self._start(stack)
                self._is_started = True
                logger.info("service_started")
                # The stack then stops everything in the opposite order.
                await self._ending.wait()
        except Exception:
            logger.exception("service_failed")
            self.has_failed = True
            self.on_failure()
        finally:
            await asyncio.to_thread(provider.shutdown)
            logger.info("service_stopped")

    async def _start(self, stack: AsyncExitStack) -> None:
        for resource in self._parts.resources:
            await stack.enter_async_context(resource)
        tasks: list[asyncio.Task[None]] = []
        stack.push_async_callback(_cancel, tasks)
        stack.push_async_callback(self._parts.broker.stop)
        await self._start_broker()
        tasks += [asyncio.create_task(_keep_going(work)) for work in self._parts.background]

    async def _start_broker(self) -> None:
        while True:
            try:
                await _reach(self._settings.kafka_bootstrap_servers)
                await self._parts.broker.start()
            except (KafkaError, OSError) as error:
                logger.warning("kafka_awaited", error=type(error).__name__)
                await self._parts.broker.stop()
                await asyncio.sleep(_TRY_AGAIN_AFTER_S)
            else:
                return

    async def _probe_kafka(self) -> None:
        if not await self._parts.broker.ping(_PROBE_TIMEOUT_S):
            raise ConnectionError
        for subscriber in self._parts.broker.subscribers:
            if not getattr(subscriber, "is_healthy", True):
                raise ConnectionError


async def _reach(bootstrap_servers: str) -> None:
    """Raise OSError when nobody listens there; the clients would leave half-open parts and loud logs."""
    faults: list[OSError] = []
    for server in bootstrap_servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError as fault:
            faults.append(fault)
        else:
            writer.close()
            return
    raise faults[-1]


async def _ask(probe: Probe) -> str | None:
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            await probe()
    except Exception as fault:  # noqa: BLE001 - whatever a probe raises means "not ready"
        return type(fault).__name__
    return None


async def _keep_going(work: Background) -> None:
    """Background work has no caller to tell: a fault is logged, and the work begins anew."""
    while True:
        try:
            await work()
        except Exception:
            logger.exception("background_work_failed")
            await asyncio.sleep(_TRY_AGAIN_AFTER_S)
        else:
            return


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
