"""The lifecycle of a service: its parts, and the order in which they start and stop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from chassis import metrics
from chassis.errors import describe, reason_for
from chassis.kafka.cluster import ClusterUnreachable, KafkaCluster
from chassis.kafka.committing import CommittingSubscriber
from chassis.kafka.faststream_internals import producer_has_ended
from chassis.kafka.publisher import denied_topics
from chassis.kafka.topics import TopicsRead, TopicsUnfit, require_topics
from chassis.settings import ServiceSettings
from chassis.supervised import Background, SupervisedTask, Unready, name_of
from chassis.telemetry import configure_tracing

logger = structlog.get_logger()

Probe = Callable[[], Awaitable[None]]

_PROBE_TIMEOUT_S = 2.0
_PING_TIMEOUT_S = 1.5
_SLACK_S = 0.1
_RETRY_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a service.

    Resources are entered before the broker starts and exited after it has stopped. A probe raises when its
    part cannot serve: the message of `Unready` is shown, of any other error only the class. Background work
    is restarted when it ends, and cancelled before the resources close. What is called `on_shutdown` ends
    answers that would go on without an end: the server waits for open ones before it stops the service.
    """

    broker: KafkaBroker
    resources: tuple[AbstractAsyncContextManager[Any], ...] = ()
    probes: dict[str, Probe] = field(default_factory=dict)
    background: tuple[Background, ...] = ()
    on_shutdown: tuple[Callable[[], None], ...] = ()


class RunningService:
    """Starts in the background, so that probes are answered meanwhile; leaving `async with` stops it.

    `on_failure` is called when the service cannot start, or has lost a part that it cannot restart; the
    process must then end and be restarted. An unavailable Kafka is no such failure: the service waits for it.
    """

    def __init__(self, name: str, settings: ServiceSettings, parts: Parts) -> None:
        self._name = name
        self._settings = settings
        self._parts = parts
        self._cluster = KafkaCluster.of(settings)
        self.on_failure: Callable[[], None] = lambda: None
        self.has_failed = False
        self._life: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._is_started = False
        self._awaited: dict[str, str] = {}
        self._tasks: dict[str, SupervisedTask] = {}

    async def __aenter__(self) -> None:
        """Start in the background."""
        self._life = asyncio.create_task(self._run())

    async def __aexit__(self, *_: object) -> None:
        """Drain and stop what has been started."""
        assert self._life is not None
        if self._is_started:
            self._ending.set()
        else:
            self._life.cancel()
        await asyncio.wait([self._life])

    def begin_shutdown(self) -> None:
        """The server takes no more connections, and waits for the answers that are open."""
        for end in self._parts.on_shutdown:
            end()

    async def faults(self) -> dict[str, str]:
        """The parts that cannot serve, with the reason."""
        if not self._is_started or self._ending.is_set():
            return {"service": "starting or stopping", **self._awaited}
        supervised = {name: task.probe for name, task in self._tasks.items()}
        probes = {"kafka": self._probe_kafka, **self._parts.probes, **supervised}
        outcomes = await asyncio.gather(*(_run_probe(probe) for probe in probes.values()))
        return {name: fault for name, fault in zip(probes, outcomes, strict=True) if fault is not None}

    def warnings(self) -> list[str]:
        """What an operator should know although the service can serve."""
        return [warning for subscriber in self._subscribers() for warning in subscriber.warnings()]

    async def _run(self) -> None:
        provider = configure_tracing(self._name, self._settings.otel_exporter_otlp_endpoint)
        try:
            async with AsyncExitStack() as stack:
                await self._start(stack)
                self._is_started = True
                metrics.PROCESS_INFO.labels(self._name).set(1)
                logger.info("service_started")
                # The stack then stops everything in the opposite order.
                await self._ending.wait()
        except Exception:
            logger.exception("service_failed")
            self._fail()
        finally:
            await asyncio.to_thread(provider.shutdown)
            logger.info("service_stopped")

    async def _start(self, stack: AsyncExitStack) -> None:
        for resource in self._parts.resources:
            await stack.enter_async_context(resource)
        background = await stack.enter_async_context(AsyncExitStack())
        stack.push_async_callback(self._parts.broker.stop)
        for subscriber in self._subscribers():
            subscriber.on_failure = self._stop_because
        await self._start_broker()
        for work in self._parts.background:
            # Two tasks may do the same with different parts.
            name = (
                f"{name_of(work)} {len(self._tasks) + 1}" if name_of(work) in self._tasks else name_of(work)
            )
            self._tasks[name] = await background.enter_async_context(SupervisedTask(name, work))

    async def _start_broker(self) -> None:
        while True:
            try:
                await self._cluster.check()
                await require_topics(self._cluster, self._topics_read())
                await self._parts.broker.start()
            except TopicsUnfit as error:
                reason = describe(error)
                if self._awaited.get("kafka") != reason:
                    logger.error("topics_unfit", reason=reason)  # noqa: TRY400 - the reason says it all
                self._awaited = {"kafka": reason}
            except (ClusterUnreachable, KafkaError, OSError) as error:
                reason = describe(error)
                logger.warning("kafka_awaited", error=reason)
                await self._parts.broker.stop()
                self._awaited = {"kafka": reason}
            else:
                self._awaited = {}
                return
            await asyncio.sleep(_RETRY_AFTER_S)

    def _subscribers(self) -> list[CommittingSubscriber[Any]]:
        return [one for one in self._parts.broker.subscribers if isinstance(one, CommittingSubscriber)]

    def _topics_read(self) -> list[TopicsRead]:
        return [
            TopicsRead(one.topic_names_for_subscribe, are_co_partitioned=one.is_co_partitioned)
            for one in self._subscribers()
        ]

    async def _probe_kafka(self) -> None:
        if producer_has_ended(self._parts.broker):
            self._stop_because("the Kafka producer has stopped")
        faults = [fault for subscriber in self._subscribers() for fault in subscriber.faults()]
        faults += [f"we may not write to {topic}" for topic in sorted(denied_topics(self._parts.broker))]
        if not await self._parts.broker.ping(_PING_TIMEOUT_S):
            faults.insert(0, f"no broker answers{await self._why_unreachable()}")
        if faults:
            raise Unready("; ".join(faults))

    async def _why_unreachable(self) -> str:
        """What another connection meets; nothing where it is good, or takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PROBE_TIMEOUT_S - _PING_TIMEOUT_S - _SLACK_S):
                try:
                    await self._cluster.check()
                except ClusterUnreachable as error:
                    return f": {describe(error)}"
        return ""

    def _stop_because(self, reason: str) -> None:
        logger.error("service_ends", reason=reason)
        self._awaited = {"kafka": reason}
        self._ending.set()
        self._fail()

    def _fail(self) -> None:
        self.has_failed = True
        self.on_failure()


async def _run_probe(probe: Probe) -> str | None:
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            await probe()
    except Exception as fault:  # noqa: BLE001 - whatever a probe raises means "not ready"
        return reason_for(fault)
    return None
