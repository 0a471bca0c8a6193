"""Spans around publications: one for the records of a topic that continue the same trace."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span, set_span_in_context

from chassis import metrics
from chassis.kafka.telemetry import context_of_cause, context_of_headers, headers_of_context
from chassis.telemetry import tracer
from contracts.cloudevent import TRACEPARENT


class SendSpan:
    """The span of some records of a publication.

    Attributes:
        headers: the trace context that these records carry.
    """

    def __init__(self, topic: str, parent: Context | None) -> None:
        self._topic = topic
        self._span = tracer.start_span(
            f"send {topic}",
            context=parent,
            kind=SpanKind.PRODUCER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.operation.name": "send",
                "messaging.destination.name": topic,
            },
        )
        self.headers = headers_of_context(set_span_in_context(self._span))
        self._records = 0
        self._waiting = 0
        self._is_complete = False

    def add_record(self) -> None:
        """Note one more record; `note_sent` or `note_failure` must follow."""
        self._records += 1
        self._waiting += 1

    def note_sent(self, sent: asyncio.Future[Any]) -> None:
        """Note how the delivery of a record has ended."""
        failure = asyncio.CancelledError() if sent.cancelled() else sent.exception()
        if failure is not None:
            self.note_failure(failure)
            return
        metrics.MESSAGES_PUBLISHED.labels(self._topic).inc()
        self._settle()

    def note_failure(self, failure: BaseException) -> None:
        """Note that a record was not delivered."""
        self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attribute("error.type", type(failure).__name__)
        self._settle()

    def complete(self) -> None:
        """Note that no more records follow."""
        self._is_complete = True
        if self._records > 1:
            self._span.set_attribute("messaging.batch.message_count", self._records)
        self._end_when_settled()

    def _settle(self) -> None:
        self._waiting -= 1
        self._end_when_settled()

    def _end_when_settled(self) -> None:
        if self._is_complete and not self._waiting:
            self._span.end()


class SendSpans:
    """The spans of one publication; as a context manager it covers the time in which records are added.

    A span ends with the delivery of its last record, which may come after the block.
    """

    def __init__(self) -> None:
        self._spans: dict[tuple[str, int], SendSpan] = {}

    def __enter__(self) -> "SendSpans":
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for span in self._spans.values():
            span.complete()

    def add(self, topic: str, headers: Mapping[str, str]) -> SendSpan:
        """Add a record to the span it belongs to, which is started with its first record."""
        parent = context_of_cause(headers.get("ce_causationid", ""))
        if parent is None and TRACEPARENT in headers:
            # An event that waited in an outbox brings the trace it was born in.
            parent = context_of_headers(headers)
        key = (topic, get_current_span(parent).get_span_context().span_id)
        if (span := self._spans.get(key)) is None:
            span = self._spans[key] = SendSpan(topic, parent)
        span.add_record()
        return span
