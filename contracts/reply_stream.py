"""The reply stream: how a reply travels from dialogue to the gateway while it is being written.

One Redis Stream per turn, `reply:{turn_id}`, with explicit ids `<attempt>-<n>`, and the same frames published
on a channel of the same name. The stream is what a late or reconnecting reader reads; the channel is what a
waiting reader hears. Both may vanish: the durable reply is the `TurnAnswered` event.

Readers skip what they cannot read: a publisher may be a version ahead.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.text import CleanText
from contracts.values import Origin, Stage

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
    """Data of `done`: the reply is complete and this is all of it, with the labels of its quick replies.

    It is empty where a person will answer: what they write comes as a message of its own.

    A publisher of an earlier version does not tell who wrote it; it is then taken for a model's.
    """

    conversation_id: UUID
    turn_id: UUID
    response: CleanText
    stage: Stage
    calendly_shown: bool
    degraded: bool
    sequence: int
    proposal_shown: bool = False
    suggestions: tuple[CleanText, ...] = ()
    written_by: Origin = "model"

    @property
    def is_left_to_person(self) -> bool:
        """Whether there is no reply yet, because a person speaks."""
        return self.written_by == "person" and not self.response


class Failed(_FrameBody):
    """Data of `error`: the turn was parked; `response` is what the visitor is told.

    `is_erased`: the turn came after its conversation was erased, and nothing of it was kept.
    """

    conversation_id: UUID
    turn_id: UUID
    response: CleanText
    is_erased: bool = False


FrameData = Text | Reset | Done | Failed


# Redis counts to 2^64; no id of ours comes near.
_FRAME_ID = re.compile(r"[0-9]{1,18}-[0-9]{1,18}\Z", re.ASCII)
_DATA_CLASSES: dict[FrameKind, type[FrameData]] = {
    FrameKind.DELTA: Text,
    FrameKind.REPLACE: Text,
    FrameKind.RESET: Reset,
    FrameKind.DONE: Done,
    FrameKind.ERROR: Failed,
}


class UnreadableFrame(ValueError):
    """Not a frame, or one of a kind or shape that this reader does not know; to be skipped."""


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
        """Read what `to_channel` wrote. Raises UnreadableFrame."""
        frame_id, _, rest = text.partition(" ")
        kind, _, data = rest.partition(" ")
        return Frame.read(frame_id, kind, data)

    @staticmethod
    def from_entry(frame_id: str, fields: Mapping[str, str]) -> "Frame":
        """Read an entry of the stream. Raises UnreadableFrame."""
        return Frame.read(frame_id, fields.get(KIND_FIELD, ""), fields.get(DATA_FIELD, ""))

    @staticmethod
    def read(frame_id: str, kind: str, data: str) -> "Frame":
        """A frame whose id, kind and data are what they should be. Raises UnreadableFrame."""
        try:
            known = FrameKind(kind)
            if _FRAME_ID.match(frame_id):
                # Relayed as it stands, so it has to be JSON on one line.
                return Frame(frame_id, known, _one_line(_DATA_CLASSES[known], data))
        except ValidationError as error:
            # The values are a visitor's words.
            raise UnreadableFrame(f"its data is not that of {kind!r}") from error
        except ValueError as error:
            raise UnreadableFrame("its kind is not known") from error
        raise UnreadableFrame("its id is not of the form <attempt>-<n>")


def text_of(frames: Iterable[Frame]) -> str:
    """The text that a reader of these frames has."""
    text = ""
    for frame in frames:
        if frame.kind is FrameKind.DELTA:
            text += Text.model_validate_json(frame.data).text
        elif frame.kind is FrameKind.REPLACE:
            text = Text.model_validate_json(frame.data).text
        elif frame.kind is FrameKind.RESET:
            text = ""
    return text


def _one_line(data_class: type[FrameData], data: str) -> str:
    value = data_class.model_validate_json(data)
    is_one_line = "\n" not in data and "\r" not in data
    return data if is_one_line else value.model_dump_json()
