"""Spans, metrics and log fields around every record sent and handled.

Attribute names follow the OpenTelemetry messaging conventions, which FastStream's own middleware predates:
https://opentelemetry.io/docs/specs/semconv/messaging/kafka/
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import structlog
from faststream import BaseMiddleware
from faststream.kafka.response import KafkaPublishCommand
from faststream.message import StreamMessage
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis import metrics
from chassis.kafka.record import Record
from chassis.telemetry import tracer

_propagator = TraceContextTextMapPropagator()


def make_telemetry_middleware(service: str) -> type[BaseMiddleware[KafkaPublishCommand, Any]]:
    """The broker middleware of one service; `service` is also its consumer group."""

    class TelemetryMiddleware(BaseMiddleware[KafkaPublishCommand, Any]):
        async def consume_scope(
            self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]
        ) -> Any:
            record: Record = msg.raw_message
            headers = msg.headers
            started_s = time.perf_counter()
            with (
                tracer.start_as_current_span(
                    f"process {record.topic}",
                    context=_propagator.extract(headers),
                    kind=SpanKind.CONSUMER,
                    attributes=_attributes(service, record, headers.get("ce_subject", "")),
                ),
                structlog.contextvars.bound_contextvars(
                    conversation_id=headers.get("ce_subject"), event_id=headers.get("ce_id")
                ),
            ):
                try:
                    return await call_next(msg)
                finally:
                    elapsed_s = time.perf_counter() - started_s
                    metrics.PROCESS_DURATION.labels(service, record.topic).observe(elapsed_s)

        async def publish_scope(
            self,
            call_next: Callable[[KafkaPublishCommand], Awaitable[Any]],
            cmd: KafkaPublishCommand,
        ) -> Any:
            with tracer.start_as_current_span(
                f"send {cmd.destination}",
                # An event from the outbox brings the trace it was born in.
                context=_parent_of(cmd.headers),
                kind=SpanKind.PRODUCER,
                attributes={
                    "messaging.system": "kafka",
                    "messaging.operation.type": "send",
                    "messaging.operation.name": "send",
                    "messaging.destination.name": cmd.destination,
                },
            ):
                _propagator.inject(cmd.headers)
                result = await call_next(cmd)
            metrics.MESSAGES_PUBLISHED.labels(cmd.destination).inc()
            return result

    return TelemetryMiddleware


@contextmanager
def batch_spans(service: str, records: Sequence[Record]) -> Iterator[None]:
    """One span a record, each in the trace of its cause: a turn's trace reaches the database write."""
    with ExitStack() as stack:
        for record in records:
            headers = {name: value.decode() for name, value in record.headers}
            stack.enter_context(
                tracer.start_as_current_span(
                    f"process {record.topic}",
                    context=_propagator.extract(headers),
                    kind=SpanKind.CONSUMER,
                    attributes={
                        **_attributes(service, record, headers.get("ce_subject", "")),
                        "messaging.batch.message_count": len(records),
                        "db.system.name": "postgresql",
                    },
                )
            )
        yield


def trace_headers() -> dict[str, str]:
    """The trace context of now as headers, for an event that is sent later."""
    headers: dict[str, str] = {}
    _propagator.inject(headers)
    return headers


def links_to(headers: Mapping[str, str]) -> list[Link]:
    """A link to the trace in `headers`, for work that continues it much later."""
    context = get_current_span(_propagator.extract(headers)).get_span_context()
    return [Link(context)] if context.is_valid else []


def _parent_of(headers: Mapping[str, str] | None) -> Context | None:
    return _propagator.extract(headers) if headers and "traceparent" in headers else None


def _attributes(service: str, record: Record, conversation_id: str) -> dict[str, Any]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.consumer.group.name": service,
        "messaging.kafka.offset": record.offset,
        "gen_ai.conversation.id": conversation_id,
    }
