"""A service comes and goes in order, and says whether it can serve."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2
import pytest
from aiokafka import TopicPartition
from fastapi import APIRouter, FastAPI
from faststream.kafka import KafkaBroker
from prometheus_client import REGISTRY

from chassis import metrics, running, supervised
from chassis.asgi import make_app
from chassis.kafka import keyed_subscriber, make_broker
from chassis.kafka.topics import TopicsRead
from chassis.running import Parts, RunningService
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, fake_clients
from tests.support.records import record_of
from tests.support.waiting import until

SETTINGS = ServiceSettings(shutdown_timeout_s=1.0)


class Kafka:
    """The cluster as the service meets it."""

    def __init__(self, clients: FakeClients) -> None:
        self.clients = clients
        self.is_up = True


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    kafka = Kafka(fake_clients(monkeypatch))
    monkeypatch.setattr(running, "_RETRY_AFTER_S", 0.02)
    monkeypatch.setattr(supervised, "_RESTART_AFTER_S", 0.02)

    async def ping(_broker: KafkaBroker, _timeout_s: float | None) -> bool:
        return kafka.is_up

    async def reach(_bootstrap_servers: str) -> None:
        if not kafka.is_up:
            raise ConnectionRefusedError

    async def require_topics(_bootstrap_servers: str, _read: Sequence[TopicsRead]) -> None:
        """They fit."""

    monkeypatch.setattr(running, "require_topics", require_topics)
    monkeypatch.setattr(KafkaBroker, "ping", ping)
    monkeypatch.setattr(running, "_check_reachable", reach)
    return kafka


@pytest.fixture
def broker(kafka: Kafka) -> KafkaBroker:
    return make_broker(SETTINGS, service="tests")


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://tests")


@asynccontextmanager
async def served(parts: Parts, *routers: APIRouter) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the running application, which is started beside it."""
    app = make_app("tests", SETTINGS, parts, routers=routers)
    async with app.router.lifespan_context(app):
        yield client_of(app)


async def until_ready(client: httpx2.AsyncClient) -> None:
    deadline = time.monotonic() + 5.0
    while (await client.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_service_lives_but_is_not_ready_while_kafka_is_awaited_and_can_be_stopped(
    kafka: Kafka, broker: KafkaBroker
) -> None:
    kafka.is_up = False

    async with asyncio.timeout(2.0):
        async with served(Parts(broker)):
            pass
    async with served(Parts(broker)) as client:
        alive, starting = await client.get("/livez"), await client.get("/readyz")
        kafka.is_up = True
        await until_ready(client)

    assert (alive.status_code, starting.status_code, starting.headers["retry-after"]) == (200, 503, "1")
    assert starting.json() == {"status": "unavailable", "faults": {"service": "starting or stopping"}}


async def test_a_part_that_cannot_serve_is_named(
    kafka: Kafka, broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PROBE_TIMEOUT_S", 0.05)
    subscriber = keyed_subscriber(broker, TurnReceived.topic, group_id="tests")

    async def refuse() -> None:
        raise ConnectionRefusedError

    async def hang() -> None:
        await asyncio.Event().wait()

    async def answer() -> None:
        """All is well."""

    probes = {"database": refuse, "cache": hang, "disk": answer}
    async with served(Parts(broker, probes=probes)) as client:
        await until(lambda: broker.running)
        subscriber.lanes.is_broken = True
        unready = await client.get("/readyz")
        kafka.is_up = False
        without_kafka = await client.get("/health")

    faults = {"database": "ConnectionRefusedError", "cache": "TimeoutError"}
    assert unready.status_code == without_kafka.status_code == 503
    assert unready.json()["faults"] == faults | {"kafka": "a lane is broken"}
    assert without_kafka.json()["faults"] == faults | {"kafka": "no broker answers; a lane is broken"}


@pytest.mark.parametrize("end", ["fails", "is cancelled"])
async def test_a_service_whose_consume_loop_ends_says_so_and_ends(
    kafka: Kafka, broker: KafkaBroker, end: str
) -> None:
    subscriber = keyed_subscriber(broker, TurnReceived.topic, group_id="tests")

    @subscriber.on(TurnReceived)
    async def ignore_on_turn_received(_event: CloudEvent[TurnReceived]) -> None: ...

    service = RunningService("tests", SETTINGS, Parts(broker))
    has_ended = asyncio.Event()
    service.on_failure = has_ended.set

    async with service:
        await until(lambda: broker.running and subscriber.running)
        failed = asyncio.get_running_loop().create_future()
        if end == "fails":
            failed.set_exception(LookupError("a fault of ours"))
        else:
            failed.cancel()
        subscriber.consume_one = lambda _record: failed  # type: ignore[assignment, method-assign]
        kafka.clients.consumers[0].feed([record_of(turn_received())])
        await asyncio.wait_for(has_ended.wait(), 5.0)
        faults = await service.faults()

    assert service.has_failed
    assert faults["kafka"].startswith("the consume loop")


async def test_parts_come_in_order_and_go_in_the_opposite_one(kafka: Kafka, broker: KafkaBroker) -> None:
    told, is_handling = list[str](), asyncio.Event()

    @asynccontextmanager
    async def resource(name: str) -> AsyncIterator[None]:
        told.append(f"{name} opens")
        try:
            yield
        finally:
            told.append(f"{name} closes")

    async def work() -> None:
        async with resource("background"):
            await asyncio.Event().wait()

    subscriber = keyed_subscriber(broker, TurnReceived.topic, group_id="tests")

    @subscriber.on(TurnReceived)
    async def finish_on_turn_received(_event: CloudEvent[TurnReceived]) -> None:
        is_handling.set()
        await asyncio.sleep(0.05)
        told.append("handler ends")

    parts = Parts(broker, resources=(resource("database"), resource("cache")), background=(work,))
    async with served(parts) as client:
        await until_ready(client)
        (consumer,) = kafka.clients.consumers
        assert consumer.listener is not None
        await consumer.listener.on_partitions_assigned({TopicPartition(TurnReceived.topic, 0)})
        consumer.feed([record_of(turn_received())])
        await is_handling.wait()

    opened = ["database opens", "cache opens", "background opens"]
    assert told == [*opened, "handler ends", "background closes", "cache closes", "database closes"]
    assert consumer.calls[-1] == "stop"
    assert kafka.clients.producers[0]._closed


async def test_a_service_that_cannot_start_says_so_and_closes_what_it_opened(broker: KafkaBroker) -> None:
    told: list[str] = []

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        try:
            yield
        finally:
            told.append("closed")

    @asynccontextmanager
    async def missing() -> AsyncIterator[None]:
        raise LookupError("no such schema")
        yield

    service = RunningService("tests", SETTINGS, Parts(broker, resources=(opened(), missing())))
    service.on_failure = lambda: told.append("failed")

    async with service:
        await until(lambda: service.has_failed)
        assert await service.faults() == {"service": "starting or stopping"}

    assert told == ["closed", "failed"]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (LookupError("a fault of ours"), "LookupError"),
        (asyncio.CancelledError(), "CancelledError"),
        (None, "it ended"),
    ],
    ids=["fails", "cancels itself", "returns"],
)
async def test_background_work_that_ends_is_begun_anew_and_is_a_fault_meanwhile(
    broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch, end: BaseException | None, reason: str
) -> None:
    begun, counted = 0, failures_of("end_twice")

    async def end_twice() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            await asyncio.Event().wait()
        if end:
            raise end

    async with served(Parts(broker, background=(end_twice,))) as client:
        await until(lambda: begun == 3)
        while_it_may_fail_again = (await client.get("/readyz")).json()
        monkeypatch.setattr(supervised, "_STEADY_AFTER_S", 0.0)
        await until_ready(client)

    (fault,) = while_it_may_fail_again["faults"].values()
    assert fault.endswith(f"end_twice keeps failing: {reason}")
    assert failures_of("end_twice") == counted + 2


@pytest.mark.parametrize("path", ["/metrics", "/docs", "/redoc", "/openapi.json"])
@pytest.mark.parametrize(
    ("settings", "expected"), [({}, 404), ({"ops_port": 9090}, 404), ({"ops_port": 8080}, 200)]
)
async def test_what_is_for_operators_is_served_where_the_settings_say(
    broker: KafkaBroker, path: str, settings: dict[str, int], expected: int
) -> None:
    app = make_app("tests", ServiceSettings(http_port=8080, **settings), Parts(broker))

    assert (await client_of(app).get(path)).status_code == expected


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/say/hello", {"route": "/say/{word}", "method": "GET", "status": "200"}),
        ("GET", "/say/oops", {"route": "/say/{word}", "method": "GET", "status": "500"}),
        ("GET", "/nowhere", {"route": "unmatched", "method": "GET", "status": "404"}),
        # A method that somebody made up is no label of its own.
        ("BREW", "/say/hello", {"route": "/say/{word}", "method": "_OTHER", "status": "405"}),
    ],
)
async def test_every_answer_is_measured_and_carries_its_request_id(
    broker: KafkaBroker, method: str, path: str, labels: dict[str, str]
) -> None:
    router, counted = APIRouter(), measure(labels)

    @router.get("/say/{word}")
    async def say(word: str) -> str:
        if word == "oops":
            raise LookupError
        return word

    async with served(Parts(broker), router) as client:
        named = await client.request(method, path, headers={"x-request-id": "of-the-caller"})
        unnamed = [await client.request(method, path) for _ in range(2)]

    assert named.headers["x-request-id"] == "of-the-caller"
    assert len({answer.headers["x-request-id"] for answer in unnamed}) == 2
    assert measure(labels) == counted + 3


def failures_of(task: str) -> float:
    """How often background work whose name ends like this has failed."""
    return sum(
        sample.value
        for metric in metrics.TASK_FAILURES.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["task"].endswith(task)
    )


def measure(labels: dict[str, str]) -> float:
    return REGISTRY.get_sample_value("salesbot_http_request_duration_seconds_count", labels) or 0.0
