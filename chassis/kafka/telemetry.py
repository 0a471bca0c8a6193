"""Spans, metrics and log fields around every record that is handled.

Attribute names follow the OpenTelemetry messaging conventions, which FastStream's own middleware predates:
https://opentelemetry.io/docs/specs/semconv/messaging/kafka/
"""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import structlog
from faststream import BaseMiddleware
from faststream.message import StreamMessage
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis import metrics
from chassis.kafka.group import current_group
from chassis.kafka.record import Record, text_headers
from chassis.telemetry import tracer
from contracts.cloudevent import TRACEPARENT

_propagator = TraceContextTextMapPropagator()
_PAST_AFTER_S = 600.0
_NO_BATCH: Mapping[str, Context] = MappingProxyType({})
# While a batch is handled: the span of each of its events, by the event's id.
_batch: ContextVar[Mapping[str, Context]] = ContextVar("batch", default=_NO_BATCH)


def make_telemetry_middleware(service: str) -> type[BaseMiddleware[Any, Any]]:
    """The broker middleware of one service; `service` is also its consumer group."""

    class TelemetryMiddleware(BaseMiddleware[Any, Any]):
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
                    _link_past(span, msg.headers)
                    elapsed_s = time.perf_counter() - started_s
                    metrics.PROCESS_DURATION.labels(service, record.topic).observe(elapsed_s)

    return TelemetryMiddleware


@contextmanager
def in_context_of(record: Record) -> Iterator[None]:
    """Continue the trace of a record; add its conversation and event ids to every log line."""
    headers = text_headers(record)
    token = attach(Context() if is_past(headers) else context_of_headers(headers))
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
    """Spans around a batch: one for the records of a partition that were sent together.

    Each is in the trace of its records' cause: a turn's trace reaches the database write.
    """
    together: defaultdict[tuple[str, int, str], list[tuple[Record, Mapping[str, str]]]] = defaultdict(list)
    headers: Mapping[str, str]
    for record in records:
        headers = text_headers(record)
        # Without a trace, the conversations of a batch must not end up in one.
        sent_by = headers.get(TRACEPARENT) or headers.get("ce_id", "")
        together[record.topic, record.partition, sent_by].append((record, headers))
    contexts: dict[str, Context] = {}
    with ExitStack() as stack:
        for group in together.values():
            record, headers = group[0]
            attributes = _process_attributes(service, record, headers)
            if len(group) > 1:
                attributes["messaging.batch.message_count"] = len(group)
            span = stack.enter_context(
                tracer.start_as_current_span(
                    f"process {record.topic}",
                    context=Context() if is_past(headers) else context_of_headers(headers),
                    kind=SpanKind.CONSUMER,
                    attributes=attributes,
                )
            )
            _link_past(span, headers)
            context = set_span_in_context(span)
            contexts.update((headers.get("ce_id", ""), context) for _, headers in group)
        token = _batch.set(contexts)
        try:
            yield
        finally:
            _batch.reset(token)


def context_of_cause(event_id: str) -> Context | None:
    """While a batch is handled: the context of the span of one of its events. None for any other event."""
    return _batch.get().get(event_id)


def context_of_headers(headers: Mapping[str, str]) -> Context:
    """The trace context that a record carries; the current one when it carries none."""
    return _propagator.extract(headers)


def headers_of_context(context: Context | None = None) -> dict[str, str]:
    """The headers that carry a trace context, by default the current one."""
    headers: dict[str, str] = {}
    _propagator.inject(headers, context)
    return headers


def is_past(headers: Mapping[str, str]) -> bool:
    """Whether the trace of a record is over, because its event is old: a replay, or what a long outage left.

    By then a collector has decided whether to keep it, and nobody who looks at it expects more.
    """
    try:
        at = datetime.fromisoformat(headers.get("ce_time", ""))
        return (datetime.now(UTC) - at).total_seconds() > _PAST_AFTER_S
    except (ValueError, TypeError):
        return False


def link_to(traceparent: str) -> None:
    """Link the current span to another trace."""
    _link(get_current_span(), {TRACEPARENT: traceparent})


def _link_past(span: Span, headers: Mapping[str, str]) -> None:
    if is_past(headers):
        _link(span, headers)


def _link(span: Span, headers: Mapping[str, str]) -> None:
    linked = get_current_span(_propagator.extract(headers, Context())).get_span_context()
    if linked.is_valid:
        span.add_link(linked)


def _link_others(span: Span) -> None:
    """Link the span to the traces of the other records of the group."""
    group = current_group()
    records = group.records if group else ()
    for record in records[1:]:
        _link(span, text_headers(record))
    if len(records) > 1:
        span.set_attribute("messaging.batch.message_count", len(records))


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
