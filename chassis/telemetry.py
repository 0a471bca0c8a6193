"""Tracing: one trace a turn, over every process it passes through."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

tracer = trace.get_tracer("salesbot")


def configure_tracing(service: str, otlp_endpoint: str | None) -> TracerProvider:
    """Install the tracer provider; spans are exported in batches when an OTLP/HTTP endpoint is given.

    Without an endpoint spans are still made, so that logs and events carry their trace ids.
    """
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "salesbot"})
    )
    if otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def current_trace_id() -> str | None:
    """The id of the trace in progress as 32 hex digits, None outside of one."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None
