"""Reads a chat-completions stream: lines, chunks, and the answer they add up to.

The typed stream of the `openai` client builds a dozen objects a chunk and is the dearest part of a call;
here a chunk is parsed once into the few fields that matter.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic

import httpx2
from pydantic import BaseModel, ValidationError

from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.exchange import AnswerT, StructuredRequest, Usage
from chassis.language_model.streamed_text import StreamedText

CHARS_PER_TOKEN = 4
MOST_CHARS_PER_TOKEN = 8
EVENT, END = b"data:", b"[DONE]"


class Delta(BaseModel):
    """What a chunk adds to the message."""

    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    """The only alternative asked for."""

    delta: Delta | None = None
    finish_reason: str | None = None


class ChunkUsage(BaseModel):
    """The bill, in the last chunk."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Chunk(BaseModel):
    """The fields of a chunk that matter here."""

    model: str = ""
    choices: tuple[Choice, ...] = ()
    usage: ChunkUsage | None = None
    error: object = None


async def chunks_of(response: httpx2.Response) -> AsyncGenerator[Chunk, None]:
    """The chunks of a server-sent-events body.

    Read to its very end, past the end mark: a connection with unread bytes cannot be used again.
    """
    unread = b""
    async with aclosing(response.aiter_bytes()) as body:
        async for received in body:
            *lines, unread = (unread + received).split(b"\n")
            for line in lines:
                event = line.removeprefix(EVENT).strip()
                if line.startswith(EVENT) and event != END:
                    yield _parse_chunk(event)


def _parse_chunk(event: bytes) -> Chunk:
    try:
        return Chunk.model_validate_json(event)
    except ValidationError as error:
        # The error quotes the answer, which is private: only its shape may be told.
        problem = f"a chunk of another protocol, {error.error_count()} fields wrong"
        raise ModelUnavailable(FailureReason.INVALID_ANSWER, problem) from None


class Draft(Generic[AnswerT]):
    """An answer while it is being written."""

    def __init__(self, request: StructuredRequest[AnswerT], most_output_tokens: int) -> None:
        self.model = ""
        self.usage: Usage | None = None
        self.has_begun = False
        self._request = request
        self._most_output_tokens = most_output_tokens
        self._length = 0
        self._text = StreamedText(request.streamed_field)
        self._content: list[str] = []
        self._finish_reason = ""
        self._is_refused = False

    def take(self, chunk: Chunk) -> str:
        """Add a chunk; return the text that became readable with it.

        Raises:
            ModelUnavailable: the server reports an error inside the stream, or writes without end.
        """
        self.has_begun = True
        if chunk.error is not None:
            raise ModelUnavailable(FailureReason.SERVER_ERROR, "the server broke off with an error")
        self.model = chunk.model or self.model
        if chunk.usage is not None:
            self.usage = Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._finish_reason = choice.finish_reason or self._finish_reason
        return self._add(choice.delta) if choice.delta is not None else ""

    def _add(self, delta: Delta) -> str:
        self._is_refused = self._is_refused or bool(delta.refusal)
        if not delta.content:
            return ""
        self._content.append(delta.content)
        self._length += len(delta.content)
        # A server that overlooks the limit would be paid for what was never set aside.
        if self._length > MOST_CHARS_PER_TOKEN * self._most_output_tokens:
            raise ModelUnavailable(FailureReason.TRUNCATED, "the server went on past the token limit")
        return self._text.feed(delta.content)

    def finish(self) -> AnswerT:
        """The whole answer, validated.

        Raises:
            ModelUnavailable: the model refused, or its answer is cut off or of another shape.
        """
        if self._is_refused or self._finish_reason == "content_filter":
            raise ModelUnavailable(FailureReason.REFUSED, "the model refused to answer")
        if self._finish_reason == "length":
            raise ModelUnavailable(FailureReason.TRUNCATED, "the token limit was reached")
        if not self._finish_reason:
            raise ModelUnavailable(FailureReason.CONNECTION, "the stream ended early")
        try:
            return self._request.schema.model_validate_json("".join(self._content))
        except ValidationError as error:
            # The error quotes the answer, which is private: only its shape may be told.
            problem = f"not a {self._request.schema.__name__}: {error.error_count()} fields wrong"
            raise ModelUnavailable(FailureReason.INVALID_ANSWER, problem) from None

    def counted_usage(self) -> Usage:
        """The server's count, or one made from lengths: a spending cap must hold with any server."""
        if self.usage is not None:
            return self.usage
        asked = sum(len(message.content) for message in self._request.messages)
        return Usage(asked // CHARS_PER_TOKEN + 1, self._length // CHARS_PER_TOKEN + 1)
