"""Spans as the chassis made them, kept in memory."""

from types import ModuleType

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import http_telemetry
from chassis.kafka import send_spans, telemetry


def keep_spans(monkeypatch: pytest.MonkeyPatch, *also: ModuleType) -> InMemorySpanExporter:
    """Record what HTTP requests and Kafka records do from now on, and what these modules do."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    for module in (http_telemetry, telemetry, send_spans, *also):
        monkeypatch.setattr(module, "tracer", provider.get_tracer("tests"))
    return exporter
