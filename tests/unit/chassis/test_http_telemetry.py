"""Spans, metrics and log lines name the route of a request, and repeat nothing of its address."""

import io
import sys
from collections.abc import Iterator

import httpx2
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from chassis.asgi import Parts, make_app
from chassis.kafka import make_broker
from chassis.logging import configure_logging
from chassis.settings import ServiceSettings
from tests.support.spans import keep_spans

TOKEN = "b2a6f0d1.IjBkOWNmOGYyIg.aSKf3w.c2lnbmF0dXJl"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return keep_spans(monkeypatch)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    lines = io.StringIO()
    before = structlog.get_config()
    monkeypatch.setattr(sys, "stdout", lines)
    configure_logging("tests", "DEBUG")
    yield lines
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)


def make_page() -> FastAPI:
    router = APIRouter()

    @router.get("/proposal/{token}")
    async def proposal(token: str) -> str:
        if token == "broken":
            raise LookupError("a fault of ours")
        return "a page"

    settings = ServiceSettings()
    return make_app("tests", settings, Parts(make_broker(settings, service="tests")), routers=[router])


async def test_a_request_is_named_by_its_route_and_a_token_in_its_address_is_written_nowhere(
    spans: InMemorySpanExporter, log: io.StringIO
) -> None:
    of_ours = [f"/proposal/{TOKEN}", "/proposal/broken"]
    of_nobody = [
        f"{of_ours[0]}/",
        f"{of_ours[0]}/more",
        f"/{of_ours[0]}",
        f"/elsewhere?session_token={TOKEN}",
    ]
    transport = httpx2.ASGITransport(make_page(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://tests") as client:
        for path in (*of_ours, *of_nobody):
            await client.get(path)
        for method in ("HEAD", "POST"):
            await client.request(method, f"/proposal/{TOKEN}")
        await client.get(f"/livez?session_token={TOKEN}")

    found = spans.get_finished_spans()
    names = [(span.name, (span.attributes or {})["http.route"]) for span in found]
    assert (
        names[:6]
        == [("GET /proposal/{token}", "/proposal/{token}")] * 2 + [("GET unmatched", "unmatched")] * 4
    )
    for written in ("".join(span.to_json() for span in found), log.getvalue(), generate_latest().decode()):
        assert TOKEN not in written
