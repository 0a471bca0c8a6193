"""The request to a model, and its answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel

OnText = Callable[[str], Awaitable[None]]
"""Receives the next piece of text; the stream waits for it, within the deadline."""

AnswerT = TypeVar("AnswerT", bound=BaseModel)

OnFields = Callable[[AnswerT], Awaitable[bool]]
"""Receives the answer as soon as its streamed field begins: that field is empty, the others complete.

It is called once for each attempt, before any text. False ends the call.
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation shown to the model."""

    role: Literal["system", "user", "assistant"]
    content: str


def instructions_and_data(instructions: str, data: Mapping[str, object]) -> tuple[Message, Message]:
    """What a model is to do, and what with, as JSON: words in it can end no quotation and open no tag."""
    material = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return Message("system", instructions), Message("user", material)


@dataclass(frozen=True, slots=True)
class StructuredRequest(Generic[AnswerT]):
    """Messages, and the schema of the answer.

    `streamed_field` names a string of `schema`: its text is delivered while it is written. It comes last
    where the fields before it are wanted as soon as they are complete. `max_output_tokens` overrides the
    setting. `conversation_id` says whose caps the answer counts against; a call without one counts for the
    day only.
    """

    messages: tuple[Message, ...]
    schema: type[AnswerT]
    streamed_field: str
    max_output_tokens: int | None = None
    conversation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens charged; the cached ones are part of the input."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
        )


@dataclass(frozen=True, slots=True)
class Answer(Generic[AnswerT]):
    """A whole, validated answer; its streamed field is empty where the caller ended the call.

    `usage` and `cost_usd` include failed attempts that were charged; `model` is the name the server answered
    with; `time_to_first_chunk_s` runs from the call to the first piece of text, or to the end of the call.
    """

    value: AnswerT
    usage: Usage
    model: str
    time_to_first_chunk_s: float
    cost_usd: float = 0.0
