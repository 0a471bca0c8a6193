"""A service comes and goes in order, says whether it can serve, and tells operators what it did."""

import asyncio
import io
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace

import httpx2
import pytest
from aiokafka import TopicPartition
from fastapi import APIRouter, FastAPI
from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY, generate_latest

from chassis import running, supervised
from chassis.asgi import make_app
from chassis.kafka import KafkaCluster, KeyedSubscriber, keyed_subscriber
from chassis.kafka.cluster import ClusterUnreachable
from chassis.running import Parts, RunningService
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients
from tests.support.records import record_of
from tests.support.waiting import until

SETTINGS = ServiceSettings(shutdown_timeout_s=1.0)
FOR_OPERATORS = ("/metrics", "/docs", "/redoc", "/openapi.json")
TOKEN = "b2a6f0d1.IjBkOWNmOGYyIg.aSKf3w.c2lnbmF0dXJl"
ROUTE = "/proposal/{token}"
STARTING = {"service": "starting or stopping"}
AWAY = {"kafka": "ConnectionRefusedError"}
NO_BROKER = "no broker answers: ConnectionRefusedError"


@pytest.fixture(autouse=True)
def kafka(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The cluster as the service meets it; its topics fit."""
    kafka = SimpleNamespace(is_up=True)

    async def answer(*_: object) -> bool:
        return kafka.is_up

    async def reach(_cluster: KafkaCluster) -> None:
        if not kafka.is_up:
            raise ClusterUnreachable("ConnectionRefusedError")

    monkeypatch.setattr(running, "_RETRY_AFTER_S", 0.02)
    monkeypatch.setattr(supervised, "_RESTART_AFTER_S", 0.02)
    monkeypatch.setattr(running, "require_topics", answer)
    monkeypatch.setattr(KafkaBroker, "ping", answer)
    monkeypatch.setattr(KafkaCluster, "check", reach)
    return kafka


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://tests")


@pytest.fixture
def subscriber(broker: KafkaBroker, told: list[str]) -> KeyedSubscriber:
    subscriber = keyed_subscriber(broker, TurnReceived.topic, group_id="tests")

    @subscriber.on(TurnReceived)
    async def take_a_moment_on_turn_received(_event: CloudEvent[TurnReceived]) -> None:
        told.append("handler begins")
        await asyncio.sleep(0.05)
        told.append("handler ends")

    return subscriber


@asynccontextmanager
async def served(parts: Parts) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the running application, which is started beside it."""
    app = make_app("tests", SETTINGS, parts)
    async with app.router.lifespan_context(app):
        yield client_of(app)


async def until_ready(client: httpx2.AsyncClient) -> None:
    deadline = time.monotonic() + 5.0
    while (await client.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def until_told(client: httpx2.AsyncClient, part: str) -> httpx2.Response:
    """The first answer that names this part as one that cannot serve."""
    async with asyncio.timeout(5.0):
        while True:
            unready = await client.get("/readyz")
            if part in unready.json()["faults"]:
                return unready
            await asyncio.sleep(0.01)


async def test_while_kafka_is_awaited_it_lives_but_is_not_ready(kafka: SimpleNamespace, broker: KafkaBroker):
    kafka.is_up = False

    async with asyncio.timeout(2.0):
        async with served(Parts(broker)):
            pass
    async with served(Parts(broker)) as client:
        starting = await until_told(client, "kafka")
        alive = await client.get("/livez")
        assert {(await client.get(path)).status_code for path in FOR_OPERATORS} == {404}
        kafka.is_up = True
        await until_ready(client)

    assert (alive.status_code, starting.status_code, starting.headers["retry-after"]) == (200, 503, "1")
    assert starting.json() == {"status": "unavailable", "faults": STARTING | AWAY}


async def test_a_part_that_cannot_serve_is_named(
    kafka: SimpleNamespace, broker: KafkaBroker, subscriber: KeyedSubscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PROBE_TIMEOUT_S", 0.05)

    async def refuse() -> None:
        raise ConnectionRefusedError

    probes = {"database": refuse, "cache": asyncio.Event().wait, "disk": lambda: asyncio.sleep(0)}
    async with served(Parts(broker, probes=probes)) as client:
        await until(lambda: broker.running)
        subscriber.lanes.is_broken = True
        unready = await client.get("/readyz")
        kafka.is_up = False
        without_kafka = await client.get("/health")

    faults = {"database": "ConnectionRefusedError", "cache": "TimeoutError"}
    assert unready.status_code == without_kafka.status_code == 503
    assert unready.json()["faults"] == faults | {"kafka": "a lane is broken"}
    assert without_kafka.json()["faults"] == faults | {
        "kafka": "no broker answers: ConnectionRefusedError; a lane is broken"
    }


@pytest.mark.parametrize("end", [LookupError("a fault of ours"), asyncio.CancelledError()])
async def test_a_service_whose_consume_loop_ends_says_so_and_ends(
    clients: FakeClients, broker: KafkaBroker, subscriber: KeyedSubscriber, end: BaseException
) -> None:
    async def fail(_record: object) -> None:
        raise end

    service = RunningService("tests", SETTINGS, Parts(broker))
    has_ended = asyncio.Event()
    service.on_failure = has_ended.set

    async with service:
        await until(lambda: broker.running and subscriber.running)
        subscriber.consume_one = fail  # type: ignore[method-assign]
        clients.consumers[0].feed([record_of(turn_received())])
        await asyncio.wait_for(has_ended.wait(), 5.0)
        faults = await service.faults()

    assert service.has_failed
    assert faults["kafka"].startswith("the consume loop")


async def test_parts_come_in_order_and_go_in_the_opposite_one(
    clients: FakeClients, broker: KafkaBroker, subscriber: KeyedSubscriber, told: list[str]
) -> None:
    @asynccontextmanager
    async def resource(name: str) -> AsyncIterator[None]:
        told.append(f"{name} opens")
        yield
        told.append(f"{name} closes")

    async def work() -> None:
        told.append("background begins")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("background ends")

    parts = Parts(broker, resources=(resource("database"), resource("cache")), background=(work,))
    async with served(parts) as client:
        await until_ready(client)
        (consumer,) = clients.consumers
        await consumer.listener.on_partitions_assigned({TopicPartition(TurnReceived.topic, 0)})
        consumer.feed([record_of(turn_received())])
        await until(lambda: "handler begins" in told)

    opened = ["database opens", "cache opens", "background begins", "handler begins"]
    assert told == [*opened, "handler ends", "background ends", "cache closes", "database closes"]
    assert consumer.calls[-1] == "stop"
    assert clients.producers[0]._closed


@pytest.mark.parametrize(
    ("end", "reason"),
    [(LookupError("ours"), "LookupError"), (asyncio.CancelledError(), "CancelledError"), (None, "it ended")],
    ids=["fails", "cancels itself", "returns"],
)
async def test_background_work_that_ends_is_begun_anew_and_is_a_fault_meanwhile(
    broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch, end: BaseException | None, reason: str
) -> None:
    count = partial(REGISTRY.get_sample_value, "salesbot_task_failures_total", {"task": "end_twice"})
    begun, before = 0, count() or 0

    async def end_twice() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            await asyncio.Event().wait()
        if end:
            raise end

    end_twice.__qualname__ = "end_twice"
    async with served(Parts(broker, background=(end_twice,))) as client:
        await until(lambda: begun == 3)
        while_it_may_fail_again = (await client.get("/readyz")).json()
        monkeypatch.setattr(supervised, "_STEADY_AFTER_S", 0.0)
        await until_ready(client)

    assert while_it_may_fail_again["faults"] == {"end_twice": f"end_twice keeps failing: {reason}"}
    assert count() == before + 2


def measured() -> Counter[tuple[str, ...]]:
    """How often an answer was measured, by route, method and status."""
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    named = [sample for sample in samples if sample.name == "salesbot_http_request_duration_seconds_count"]
    names = ("route", "method", "status")
    return Counter({tuple(each.labels[name] for name in names): int(each.value) for each in named})


async def test_a_request_is_named_by_its_route_and_a_token_in_its_address_is_written_nowhere(
    broker: KafkaBroker, spans: InMemorySpanExporter, lines: io.StringIO
) -> None:
    router, before = APIRouter(), measured()

    @router.get(ROUTE)
    async def proposal(token: str) -> str:
        if token == "broken":
            raise LookupError("a fault of ours")
        return "a page"

    page = f"/proposal/{TOKEN}"
    of_ours = [("GET", page), ("GET", "/proposal/broken"), ("HEAD", page), ("POST", page), ("BREW", page)]
    of_nobody = [f"{page}/", f"{page}/more", f"/{page}", f"/elsewhere?session_token={TOKEN}"]
    settings = ServiceSettings(http_port=8080, ops_port=8080)
    async with client_of(make_app("tests", settings, Parts(broker), routers=[router])) as client:
        for method, path in (*of_ours, *(("GET", path) for path in of_nobody)):
            named = await client.request(method, path, headers={"x-request-id": "of-the-caller"})
            unnamed = [(await client.request(method, path)).headers["x-request-id"] for _ in range(2)]
            assert named.headers["x-request-id"] == "of-the-caller"
            assert len({*unnamed}) == 2
        await client.get(f"/livez?session_token={TOKEN}")
        measurements, found = measured() - before, spans.get_finished_spans()
        assert {(await client.get(path)).status_code for path in FOR_OPERATORS} == {200}

    # A method that somebody made up is no label of its own.
    methods = ("GET", "GET", "HEAD", "POST", "_OTHER")
    names = [*((f"{method} {ROUTE}", ROUTE) for method in methods), *[("GET unmatched", "unmatched")] * 4]
    assert [(span.name, span.attributes["http.route"]) for span in found[::3]] == names
    statuses = zip(methods, ("200", "500", "200", "405", "405"), strict=True)
    unmatched = {("unmatched", "GET", "307"): 3, ("unmatched", "GET", "404"): 9}
    assert measurements == unmatched | {(ROUTE, *status): 3 for status in statuses}
    for written in ("".join(span.to_json() for span in found), lines.getvalue(), generate_latest().decode()):
        assert TOKEN not in written
