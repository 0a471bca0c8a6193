"""A broker of FastStream with aiokafka's clients faked, and what is logged and traced."""

import io
import logging
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.kafka import make_broker
from chassis.logging import configure_logging
from chassis.settings import ServiceSettings
from tests.support.fake_kafka import FakeClients, fake_clients
from tests.support.spans import keep_spans


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    return fake_clients(monkeypatch)


@pytest.fixture
async def broker(clients: FakeClients) -> AsyncIterator[KafkaBroker]:
    broker = make_broker(ServiceSettings(shutdown_timeout_s=1.0), service="tests")
    yield broker
    await broker.stop()


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return keep_spans(monkeypatch)


@pytest.fixture
def told() -> list[str]:
    """What a test notes in the order in which it happens."""
    return []


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged."""
    stdout, root = io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), list(root.handlers), root.level
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(sys, "stdout", stdout)
    configure_logging("tests", "DEBUG")
    yield stdout
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
