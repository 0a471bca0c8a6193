"""Spans, metrics and log fields around every record sent and handled.

Attribute names follow the OpenTelemetry messaging conventions, which FastStream's own middleware predates:
https://opentelemetry.io/docs/specs/semconv/messaging/kafka/
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any
from uuid import UUID

import structlog
from faststream import BaseMiddleware
from faststream.kafka.response import KafkaPublishCommand
from faststream.message import StreamMessage
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis import metrics
from chassis.kafka.group import current_group
from chassis.kafka.record import Record, text_headers
from chassis.telemetry import tracer
from contracts.cloudevent import TRACEPARENT

_propagator = TraceContextTextMapPropagator()
_NO_BATCH: Mapping[str, Context] = MappingProxyType({})
# While a batch is handled: the span of each of its events, by the event's id.
_batch: ContextVar[Mapping[str, Context]] = ContextVar("batch", default=_NO_BATCH)


def make_telemetry_middleware(service: str) -> type[BaseMiddleware[KafkaPublishCommand, Any]]:
    """The broker middleware of one service; `service` is also its consumer group."""

    class TelemetryMiddleware(BaseMiddleware[KafkaPublishCommand, Any]):
        async def consume_scope(
            self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]
        ) -> Any:
            record: Record = msg.raw_message
            started_s = time.perf_counter()
            with tracer.start_as_current_span(
                f"process {record.topic}",
                kind=SpanKind.CONSUMER,
                attributes=_process_attributes(service, record, msg.headers),
            ) as span:
                try:
                    return await call_next(msg)
                finally:
                    # Only now, because a group may grow while it is handled.
                    _link_others(span)
                    elapsed_s = time.perf_counter() - started_s
                    metrics.PROCESS_DURATION.labels(service, record.topic).observe(elapsed_s)

        async def publish_scope(
            self, call_next: Callable[[KafkaPublishCommand], Awaitable[Any]], cmd: KafkaPublishCommand
        ) -> Any:
            span = _start_send(cmd)
            _propagator.inject(cmd.headers, set_span_in_context(span))
            try:
                result = await call_next(cmd)
            except BaseException as failure:
                _end_send(span, cmd.destination, failure)
                raise
            if cmd.no_confirm:
                result.add_done_callback(lambda sent: _end_send(span, cmd.destination, _failure_of(sent)))
            else:
                _end_send(span, cmd.destination, None)
            return result

    return TelemetryMiddleware


@contextmanager
def in_context_of(record: Record) -> Iterator[None]:
    """Continue the trace of a record; add its conversation and event ids to every log line."""
    headers = text_headers(record)
    token = attach(_propagator.extract(headers))
    try:
        with structlog.contextvars.bound_contextvars(
            conversation_id=headers.get("ce_subject"),
            event_id=headers.get("ce_id"),
            caused_by=headers.get("ce_causationid"),
        ):
            yield
    finally:
        detach(token)


@contextmanager
def batch_spans(service: str, records: Sequence[Record]) -> Iterator[None]:
    """One span for each record, in the trace of its cause: a turn's trace reaches the database write."""
    spans: dict[str, Context] = {}
    with ExitStack() as stack:
        for record in records:
            headers = text_headers(record)
            span = stack.enter_context(
                tracer.start_as_current_span(
                    f"process {record.topic}",
                    context=_propagator.extract(headers),
                    kind=SpanKind.CONSUMER,
                    attributes={
                        **_process_attributes(service, record, headers),
                        "messaging.batch.message_count": len(records),
                    },
                )
            )
            spans[headers.get("ce_id", "")] = set_span_in_context(span)
        token = _batch.set(spans)
        try:
            yield
        finally:
            _batch.reset(token)


def trace_headers(cause: UUID | None) -> dict[str, str]:
    """The current trace context as headers; in a batch that of the event with the id `cause`."""
    headers: dict[str, str] = {}
    _propagator.inject(headers, _batch.get().get(str(cause)))
    return headers


def _link_others(span: Span) -> None:
    """Link the span to the traces of the other records of the group."""
    group = current_group()
    records = group.records if group else ()
    for record in records[1:]:
        span.add_link(get_current_span(_propagator.extract(text_headers(record))).get_span_context())
    if len(records) > 1:
        span.set_attribute("messaging.batch.message_count", len(records))


def _start_send(cmd: KafkaPublishCommand) -> Span:
    parent = _batch.get().get(cmd.headers.get("ce_causationid", ""))
    if parent is None and TRACEPARENT in cmd.headers:
        # An event that waited in an outbox brings the trace it was born in.
        parent = _propagator.extract(cmd.headers)
    return tracer.start_span(
        f"send {cmd.destination}",
        context=parent,
        kind=SpanKind.PRODUCER,
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.type": "send",
            "messaging.operation.name": "send",
            "messaging.destination.name": cmd.destination,
        },
    )


def _end_send(span: Span, topic: str, failure: BaseException | None) -> None:
    if failure is None:
        metrics.MESSAGES_PUBLISHED.labels(topic).inc()
    else:
        span.set_status(Status(StatusCode.ERROR))
        span.set_attribute("error.type", type(failure).__name__)
    span.end()


def _failure_of(sent: asyncio.Future[Any]) -> BaseException | None:
    return asyncio.CancelledError() if sent.cancelled() else sent.exception()


def _process_attributes(service: str, record: Record, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.consumer.group.name": service,
        "messaging.kafka.offset": record.offset,
        "gen_ai.conversation.id": headers.get("ce_subject", ""),
    }
