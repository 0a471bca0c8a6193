"""What is streamed, in one form for server-sent events and for WebSocket: named, with an id to go on from."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from random import uniform
from typing import Final

from chassis.problems import Problem
from contracts.reply_stream import Frame
from services.gateway.ports import ConversationReading
from services.gateway.usecases import FollowedTurn

SILENCE: Final[Sequence["Envelope"]] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event. `data` is JSON on a single line; `id` is where a client goes on after a break."""

    event: str
    data: str
    id: str | None = None

    def as_server_sent_event(self) -> str:
        """https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream"""
        if self.id is None:
            return f"event: {self.event}\ndata: {self.data}\n\n"
        return f"event: {self.event}\nid: {self.id}\ndata: {self.data}\n\n"

    def as_json(self, key: str | None = None) -> str:
        """The envelope as one JSON text; `key` is that of the message it belongs to."""
        of_message = "" if key is None else f'"key":{json.dumps(key)},'
        position = "" if self.id is None else f'"id":"{self.id}",'
        return f'{{"event":"{self.event}",{of_message}{position}"data":{self.data}}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a reply is waited for, and how long a stream stays silent or open."""

    answer_timeout_s: float = 30.0
    stream_timeout_s: float = 120.0
    ping_interval_s: float = 10.0
    events_max_age_s: float = 1800.0


async def reply_envelopes(
    followed: FollowedTurn, accepted: str, end: Callable[[], str], patience: Patience
) -> AsyncGenerator[Sequence[Envelope]]:
    """A reply as it is written, until it ends, the client is gone, or it took too long.

    Nothing in a batch means that there was nothing to say for a while.
    """
    yield (Envelope("accepted", accepted),)
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + patience.stream_timeout_s
    while loop.time() < deadline_s:
        frames = await followed.next_frames(patience.ping_interval_s)
        if followed.is_abandoned:
            return
        if followed.outcome is not None:
            *earlier, final = frames
            yield (*map(_envelope, earlier), Envelope(final.kind, end(), final.id))
            return
        yield tuple(map(_envelope, frames))
    yield (Envelope("error", _took_too_long(patience.stream_timeout_s).text()),)


async def update_envelopes(
    reading: ConversationReading, patience: Patience
) -> AsyncGenerator[Sequence[Envelope]]:
    """What happens in a conversation, until it is over or the stream has grown old."""
    # At once, so that a proxy passes on the headers of a stream that is silent at first.
    yield SILENCE
    loop = asyncio.get_running_loop()
    # Not all at once, where many began together after a restart.
    deadline_s = loop.time() + patience.events_max_age_s * uniform(0.8, 1.0)  # noqa: S311
    while loop.time() < deadline_s:
        updates = await reading.next(patience.ping_interval_s)
        if updates:
            yield tuple(
                Envelope(update.kind, update.data, None if update.sequence is None else str(update.sequence))
                for update in updates
            )
        if reading.is_over:
            return
        if not updates:
            yield SILENCE


def _envelope(frame: Frame) -> Envelope:
    return Envelope(frame.kind, frame.data, frame.id)


def _took_too_long(timeout_s: float) -> Problem:
    return Problem(
        status=504,
        code="reply-pending",
        title="Reply pending",
        detail=f"The message is safe, but its reply did not end within {timeout_s:.0f} s. Read it later.",
    )
