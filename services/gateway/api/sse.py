"""A stream of server-sent events, framed by hand: a frame of the reply stream already is almost an event."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.api.disconnects import Abandonable, abandon_on_disconnect
from services.gateway.api.envelopes import Envelope

_PING = ": ping\n\n"
_RETRY = "retry: 1500\n"
_HEADERS = {
    "cache-control": "no-cache, no-transform",
    # nginx would hold the stream back otherwise.
    "x-accel-buffering": "no",
}


class Source(Abandonable, Protocol):
    """Whatever the envelopes are made of."""

    def close(self) -> None:
        """Stop reading. Safe to call twice."""
        ...


class EventStream(Response):
    """Relays envelopes as they come, with a ping where there are none, until they end or the client goes."""

    media_type = "text/event-stream"

    def __init__(self, source: Source, envelopes: AsyncGenerator[Sequence[Envelope]]) -> None:
        super().__init__(headers=_HEADERS)
        # The length is not known before the end.
        del self.headers["content-length"]
        self._source = source
        self._envelopes = envelopes

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            begin = _RETRY
            async with abandon_on_disconnect(receive, self._source), aclosing(self._envelopes):
                async for batch in self._envelopes:
                    if not batch:
                        await _send(send, _PING, more=True)
                        continue
                    # Never alone: some clients take it for an event without data.
                    events = begin + "".join(envelope.as_server_sent_event() for envelope in batch)
                    await _send(send, events, more=True)
                    begin = ""
            await _send(send, "", more=False)
        finally:
            self._source.close()


async def _send(send: Send, text: str, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})
