"""Replies as server-sent events, framed by hand: a frame of the reply stream already is almost an event.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.problems import Problem
from contracts.reply_stream import FINAL_FRAMES, Frame
from services.gateway.api.disconnects import abandon_on_disconnect
from services.gateway.usecases import FollowedTurn

PING = ": ping\n\n"
RETRY = "retry: 1500\n"
HEADERS = {
    "cache-control": "no-cache, no-transform",
    # nginx would hold the stream back otherwise.
    "x-accel-buffering": "no",
}


class StreamedReply(Response):
    """Relays a reply while it is streamed, with a ping while there are no frames."""

    media_type = "text/event-stream"

    def __init__(
        self,
        followed: FollowedTurn,
        *,
        accepted: str,
        end_of: Callable[[FollowedTurn], str],
        ping_interval_s: float,
        timeout_s: float,
    ) -> None:
        super().__init__(headers=HEADERS)
        # The length is not known before the end.
        del self.headers["content-length"]
        self._followed = followed
        self._accepted = accepted
        self._end_of = end_of
        self._ping_interval_s = ping_interval_s
        self._timeout_s = timeout_s

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream until the reply ends, the client goes, or it took too long."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _send(send, RETRY + event("accepted", self._accepted), more=True)
            async with abandon_on_disconnect(receive, self._followed):
                await self._relay(send)
        finally:
            self._followed.close()

    async def _relay(self, send: Send) -> None:
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + self._timeout_s
        while loop.time() < deadline_s:
            frames = await self._followed.next_frames(self._ping_interval_s)
            if self._followed.is_abandoned:
                return
            if self._followed.outcome is not None:
                await _send(send, self._last(frames), more=False)
                return
            await _send(send, "".join(map(frame_event, frames)) or PING, more=True)
        await _send(send, event("error", _took_too_long(self._timeout_s).text()), more=False)

    def _last(self, frames: Sequence[Frame]) -> str:
        *earlier, final = frames
        end = event(final.kind, self._end_of(self._followed), final.id)
        return "".join(map(frame_event, earlier)) + end


def frame_event(frame: Frame) -> str:
    """A frame that is not final, as an event."""
    assert frame.kind not in FINAL_FRAMES
    return event(frame.kind, frame.data, frame.id)


def event(name: str, data: str, event_id: str | None = None) -> str:
    """One event. `data` is JSON and therefore a single line."""
    if event_id is None:
        return f"event: {name}\ndata: {data}\n\n"
    return f"event: {name}\nid: {event_id}\ndata: {data}\n\n"


async def _send(send: Send, text: str, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


def _took_too_long(timeout_s: float) -> Problem:
    return Problem(
        status=504,
        code="reply-pending",
        title="Reply pending",
        detail=f"The message is safe, but its reply did not end within {timeout_s:.0f} s. Read it later.",
    )
