"""WebSockets that do not let slow or talkative clients use up the process."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from chassis import metrics
from chassis.http_protocol import ConnectionLimits

# Every message of a chunk is parsed before the application takes the first, and takes about 400 bytes.
_MOST_WAITING = 64
_MOST_PARTS = 1_024
# RFC 6455, section 7.4.1: the client does what no client should.
_POLICY_VIOLATION = 1008


class LimitedWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with limits. It has none for a client that reads nothing, and answers its pings.

    The limits of the connection itself, such as its send buffer, are those it had as an HTTP connection.
    """

    limits: ClassVar[ConnectionLimits]
    _write_timer: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: wait for it, for a while."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self.limits.write_timeout_s, self._drop_reader)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._stop_waiting()
        super().resume_writing()

    def handle_ping(self) -> None:
        """Answer a ping, unless the client does not read: the answers would be kept in memory."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            # The answer that the parser has made.
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        """A part of a message has come; their size is limited, so it is empty ones that are too many."""
        super().handle_cont(event)
        if len(self.frames) > _MOST_PARTS:
            self._refuse("a message in too many parts")

    def send_receive_event_to_app(self) -> None:
        """A message has come."""
        super().send_receive_event_to_app()
        if self.queue.qsize() > _MOST_WAITING:
            self._refuse("too many messages at once")

    def _refuse(self, reason: str) -> None:
        if self.close_sent:
            return
        metrics.CONNECTIONS_DROPPED.labels("too-many-messages").inc()
        self.conn.fail(_POLICY_VIOLATION, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        self.transport.close()
        # The application is to know at once, and to take none of what waits.
        self.frames.clear()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": _POLICY_VIOLATION})

    def _stop_waiting(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _drop_reader(self) -> None:
        metrics.CONNECTIONS_DROPPED.labels("slow-reader").inc()
        # `close` would wait for the buffer to be read.
        self.transport.abort()


def limited_websockets(limits: ConnectionLimits) -> type[LimitedWebSocketProtocol]:
    """The protocol with these limits, for `uvicorn.Config(ws=...)`."""
    return type("LimitedWebSocketProtocol", (LimitedWebSocketProtocol,), {"limits": limits})
