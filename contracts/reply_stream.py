"""The reply stream: how a reply travels from dialogue to the gateway while it is being written.

One Redis Stream per turn, `reply:{turn_id}`, with explicit ids `<attempt>-<n>`, and the same frames published
on a channel of the same name. The stream is what a late or reconnecting reader reads; the channel is what a
waiting reader hears. Both may vanish: the durable reply is the `TurnAnswered` event.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.text import CleanText
from contracts.values import Stage

EXPIRES_AFTER_S = 600
# Redis Streams want field names; one letter keeps a frame small.
KIND_FIELD = "k"
DATA_FIELD = "d"


class FrameKind(StrEnum):
    """What a frame does to the text the reader has so far."""

    DELTA = "delta"
    REPLACE = "replace"
    RESET = "reset"
    DONE = "done"
    ERROR = "error"


FINAL_FRAMES = frozenset({FrameKind.DONE, FrameKind.ERROR})


class _FrameBody(BaseModel):
    # An error message goes to a log; what is said in a conversation never does.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Text(_FrameBody):
    """Data of `delta` (append this text) and `replace` (the whole text is now this)."""

    text: CleanText


class Reset(_FrameBody):
    """Data of `reset`: forget the text so far, the reply starts again."""

    attempt: int


class Done(_FrameBody):
    """Data of `done`: the reply is complete and this is all of it."""

    conversation_id: UUID
    turn_id: UUID
    response: CleanText
    stage: Stage
    calendly_shown: bool
    degraded: bool
    sequence: int
    proposal_shown: bool = False


class Failed(_FrameBody):
    """Data of `error`: the turn was parked; `response` is what the visitor is told."""

    conversation_id: UUID
    turn_id: UUID
    response: CleanText


FrameData = Text | Reset | Done | Failed


def reply_key(turn_id: UUID) -> str:
    """The Redis key and channel of a turn's reply; the braces keep both in one cluster slot."""
    return f"reply:{{{turn_id}}}"


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a reply. `id` is `<attempt>-<n>`, growing within a turn; `data` is JSON."""

    id: str
    kind: FrameKind
    data: str

    @property
    def position(self) -> tuple[int, int]:
        """The id as numbers, for comparing."""
        attempt, _, ordinal = self.id.partition("-")
        return int(attempt), int(ordinal)

    def to_channel(self) -> str:
        """How the frame travels on the channel."""
        return f"{self.id} {self.kind} {self.data}"

    @staticmethod
    def from_channel(text: str) -> "Frame":
        """Read what `to_channel` wrote."""
        frame_id, kind, data = text.split(" ", 2)
        return Frame(frame_id, FrameKind(kind), data)
