"""An OTLP/HTTP collector that keeps the spans it is sent."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from devstack.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """A span as a service exported it; ids are hex, the parent's is empty for a root.

    `links` are the ids of other traces.
    """

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str | int | float | bool]
    links: tuple[str, ...]


@dataclass(slots=True)
class OtlpSink:
    """What was collected so far."""

    url: str = ""
    spans: list[KeptSpan] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """What was sent, attributes and all; texts stand in it as they are."""

    def trace_of(self, span: KeptSpan) -> list[KeptSpan]:
        return [other for other in list(self.spans) if other.trace_id == span.trace_id]

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    ids = (each.hex() for each in (span.trace_id, span.span_id, span.parent_span_id))
                    told = {pair.key: _value_of(pair.value) for pair in span.attributes}
                    links = tuple(link.trace_id.hex() for link in span.links)
                    self.spans.append(KeptSpan(attributes["service.name"], span.name, *ids, told, links))


def _value_of(value: AnyValue) -> str | int | float | bool:
    return getattr(value, value.WhichOneof("value"))


@contextmanager
def otlp_sink() -> Iterator[OtlpSink]:
    sink = OtlpSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    sink.url = f"http://{LOOPBACK}:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield sink
    finally:
        server.shutdown()
