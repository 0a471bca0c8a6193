"""Tracing: one trace per turn, across all processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

from chassis.errors import describe

_UNRECORDED: Final = {"record_exception": False, "set_status_on_exception": False}


class Tracer:
    """Makes spans that record failures as `describe` renders them; the SDK would record the message."""

    def __init__(self, name: str) -> None:
        self._tracer = trace.get_tracer(name)

    def start_span(self, name: str, **options: Any) -> trace.Span:
        """A span that its caller ends; see OpenTelemetry's Tracer."""
        return self._tracer.start_span(name, **(options | _UNRECORDED))

    @contextmanager
    def start_as_current_span(
        self,
        name: str,
        *,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
        **options: Any,
    ) -> Iterator[trace.Span]:
        """A span around a block; see OpenTelemetry's Tracer."""
        # The SDK's own is three context managers deep, which a turn pays for a dozen times.
        span = self.start_span(name, **options)
        token = attach(trace.set_span_in_context(span))
        try:
            yield span
        except Exception as error:
            what = describe(error)
            if record_exception:
                span.add_event(
                    "exception", {"exception.type": type(error).__name__, "exception.message": what}
                )
            if set_status_on_exception:
                span.set_status(Status(StatusCode.ERROR, what))
            raise
        finally:
            detach(token)
            span.end()


tracer = Tracer("salesbot")


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
    return _trace_id(trace.get_current_span())


def exemplar_of(span: trace.Span) -> dict[str, str] | None:
    """What points from a measured value to the trace of the span."""
    trace_id = _trace_id(span)
    return None if trace_id is None else {"trace_id": trace_id}


def _trace_id(span: trace.Span) -> str | None:
    context = span.get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None
