"""HTTP connections that do not let slow, silent or talkative clients use up the process."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis import metrics
from chassis.problems import MEDIA_TYPE, Problem

# Every request of a chunk is parsed before the first is answered, and takes about 3 KB. Browsers send one.
_MOST_PIPELINED = 10
# The system doubles it, and would otherwise keep up to 4 MB for a client that reads nothing.
_SEND_BUFFER_BYTES = 64 * 1024
_TCP = frozenset({socket.AF_INET, socket.AF_INET6})


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long a client may take, and how much of it is listened to.

    Attributes:
        request_timeout_s: from the first byte of a request, or from the connection, to the last byte.
        write_timeout_s: how long an answer may wait for a client that reads nothing of it.
        max_header_bytes: of the request line and all headers.
        max_connections: of the process, with whoever is connected and asks nothing.
    """

    request_timeout_s: float
    write_timeout_s: float
    max_header_bytes: int
    max_connections: int


class LimitedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits. It has none of its own for headers, and waits for ever for a request.

    What a slow reader has not read yet is at most a write buffer of 64 KB and one of the system, of 128 KB:
    the application waits until there is room.
    """

    limits: ClassVar[ConnectionLimits]
    _request_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _has_begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, if there is room for one more connection."""
        super().connection_made(transport)
        if (connection := transport.get_extra_info("socket")) is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
            self._end_with_unread_rest(connection)
        if len(self.connections) > self.limits.max_connections:
            self._refuse(503, "too-many-connections", headers={"retry-after": "5"})
        else:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request has begun, perhaps one of several on this connection."""
        if len(self.pipeline) >= _MOST_PIPELINED:
            # The parser stops, and the protocol ends the connection.
            raise ValueError("too many requests at once")
        super().on_message_begin()
        self._has_begun, self._header_bytes = True, 0
        if self._request_timer is None:
            self._await_request()

    def on_url(self, url: bytes) -> None:
        """A part of the request line has come."""
        self._count_header(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header has come."""
        self._count_header(len(name) + len(value) + len(": \r\n"))
        super().on_header(name, value)

    def on_message_complete(self) -> None:
        """The request has come, with its body."""
        self._stop_waiting()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the protocol of WebSockets, which has limits of its own."""
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, or has too long headers."""
        if self._header_bytes > self.limits.max_header_bytes:
            self._refuse(
                431, "headers-too-large", f"All headers may have {self.limits.max_header_bytes} bytes."
            )
        else:
            self._refuse(400, "malformed-request", msg)

    def pause_writing(self) -> None:
        """The client does not read: wait for it, for a while."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self.limits.write_timeout_s, self._drop_reader)

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        if self.flow is not None:
            super().resume_writing()

    def _end_with_unread_rest(self, connection: socket.socket) -> None:
        """Let the system end the connection when a rest is not read after it was closed.

        `close` waits for the buffer to be read, however little it is, and no pause in writing tells of it.
        """
        if (option := getattr(socket, "TCP_USER_TIMEOUT", None)) is not None and connection.family in _TCP:
            connection.setsockopt(socket.IPPROTO_TCP, option, round(self.limits.write_timeout_s * 1000))

    def _await_request(self) -> None:
        self._request_timer = self.loop.call_later(self.limits.request_timeout_s, self._end_request)

    def _stop_waiting(self) -> None:
        self._has_begun = False
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > self.limits.max_header_bytes:
            # The parser stops, and the protocol answers with `send_400_response`.
            raise ValueError("headers too large")

    def _end_request(self) -> None:
        self._request_timer = None
        if self.transport.is_closing():
            return
        if not self._has_begun:
            metrics.CONNECTIONS_DROPPED.labels("silent").inc()
            self.transport.close()
        else:
            self._refuse(408, "request-timeout", "The request did not come to its end in time.")

    def _drop_reader(self) -> None:
        metrics.CONNECTIONS_DROPPED.labels("slow-reader").inc()
        # `close` would wait for the buffer to be read.
        self.transport.abort()

    def _refuse(
        self, status: int, code: str, detail: str | None = None, *, headers: dict[str, str] | None = None
    ) -> None:
        metrics.CONNECTIONS_DROPPED.labels(code).inc()
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.response_started:
            # Nothing can be said in the middle of another answer.
            self.transport.close()
            return
        phrase = HTTPStatus(status).phrase
        body = Problem(status=status, code=code, title=phrase, detail=detail).text().encode()
        fields = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), "connection": "close"}
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{n}: {v}" for n, v in (fields | (headers or {})).items())]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        self.transport.close()


def limited_protocol(limits: ConnectionLimits) -> type[LimitedHttpProtocol]:
    """The protocol with these limits, for `uvicorn.Config(http=...)`."""
    return type("LimitedHttpProtocol", (LimitedHttpProtocol,), {"limits": limits})
