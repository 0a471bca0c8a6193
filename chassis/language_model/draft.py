"""An answer while it is streamed: the chunks received so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Generic

import jiter
from pydantic import ValidationError

from chassis.language_model.chunks import Chunk, TokenCounts, plain_content, read_chunk
from chassis.language_model.embedded_json import objects_in
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.events import ErrorEvent, Event, StreamEnd
from chassis.language_model.exchange import AnswerT, StructuredRequest, Usage
from chassis.language_model.schema import fields_before, nullable_fields
from chassis.language_model.streamed_text import StreamedText
from contracts.text import clean_strings, clean_text

CHARS_PER_TOKEN: Final = 4
MOST_CHARS_PER_TOKEN: Final = 8
_REFUSED: Final = frozenset({"content_filter", "safety", "refusal", "recitation", "prohibited_content"})
_CUT_OFF: Final = frozenset({"length", "max_tokens"})
_CODES: Final = {
    "insufficient_quota": FailureReason.OUT_OF_QUOTA,
    "rate_limit_exceeded": FailureReason.RATE_LIMITED,
    "429": FailureReason.RATE_LIMITED,
}


class Draft(Generic[AnswerT]):
    """Collects the events of one attempt, and validates the whole answer."""

    def __init__(self, request: StructuredRequest[AnswerT], max_output_tokens: int) -> None:
        self.model = ""
        self.has_begun = False
        self.finish_reason = ""
        self._is_ended = False
        self._is_refused = False
        self._request = request
        self._max_output_tokens = max_output_tokens
        self._counts = TokenCounts()
        self._length = 0
        self._content = _Part(request.streamed_field)
        self._arguments = _Part(request.streamed_field)
        self._answering = self._content
        self._beginning: AnswerT | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the server has sent token counts."""
        return self._counts.output_tokens is not None

    @property
    def is_being_written(self) -> bool:
        """Whether any field of the answer has begun."""
        return self._length > 0

    @property
    def has_reached_text(self) -> bool:
        """Whether the streamed field has begun."""
        return self._answering.streamed.preceding is not None

    def beginning(self) -> AnswerT | None:
        """The fields before the streamed one, validated, with that one empty; None if any is missing.

        A server may send the fields in another order.
        """
        preceding, schema = self._answering.streamed.preceding or {}, self._request.schema
        if fields_before(schema, self._request.streamed_field) <= preceding.keys():
            with suppress(ValidationError):
                self._beginning = self._validated({**preceding, self._request.streamed_field: ""})
        return self._beginning

    def take(self, event: Event) -> str:
        """Add an event; return the text that became readable with it.

        Raises:
            ModelUnavailable: the server reports an error inside the stream, or writes without end.
        """
        self.has_begun = True
        if isinstance(event, dict) and self.model and (content := plain_content(event)) is not None:
            return self._add(content)
        if isinstance(event, StreamEnd):
            self._is_ended = True
            return ""
        if isinstance(event, ErrorEvent):
            raise _failure({})
        chunk = read_chunk(event)
        if chunk.error is not None:
            raise _failure(chunk.error)
        self.model = chunk.model or self.model
        self.finish_reason = chunk.finish_reason or self.finish_reason
        self._is_refused = self._is_refused or chunk.is_refusal
        self._count(chunk)
        return self._add(chunk.content, chunk.arguments)

    def _count(self, chunk: Chunk) -> None:
        if chunk.counts is None:
            return
        self._counts = TokenCounts(
            chunk.counts.input_tokens or self._counts.input_tokens,
            chunk.counts.output_tokens or self._counts.output_tokens,
            chunk.counts.cached_input_tokens or self._counts.cached_input_tokens,
        )

    def _add(self, content: str, arguments: str = "") -> str:
        if not content and not arguments:
            return ""
        self._length += len(content) + len(arguments)
        # A server that overlooks the limit would be paid for what was never set aside.
        if self._length > MOST_CHARS_PER_TOKEN * self._max_output_tokens:
            raise ModelUnavailable(FailureReason.TRUNCATED, "the server went on past the token limit")
        text = self._content.add(content)
        if arguments or self._answering is self._arguments:
            # What a model writes beside a function call is no answer.
            self._answering = self._arguments
            text = self._arguments.add(arguments)
        return text

    def finish(self) -> AnswerT:
        """The whole answer, validated. It counts as whole whatever finish reason the server gives.

        Raises:
            ModelUnavailable: the model refused, or its answer is cut off or of another shape.
        """
        if self._is_refused or self.finish_reason in _REFUSED:
            raise ModelUnavailable(FailureReason.REFUSED, "the model refused to answer")
        if self.finish_reason == "error":
            raise _failure({})
        if not self.finish_reason and not self._is_ended:
            raise ModelUnavailable(FailureReason.CONNECTION, "the stream ended early")
        problem = "nothing was written"
        for part in filter(None, (self._arguments, self._content)):
            for value in part.values():
                try:
                    return self._continued(value) or self._validated(value)
                except ValidationError as error:
                    # The error quotes the answer, which is private: only its shape may be told.
                    problem = f"{error.error_count()} fields wrong"
        if self.finish_reason in _CUT_OFF:
            raise ModelUnavailable(FailureReason.TRUNCATED, "the token limit was reached")
        problem = f"not a {self._request.schema.__name__}: {problem}"
        raise ModelUnavailable(FailureReason.INVALID_ANSWER, problem)

    def _continued(self, value: object) -> AnswerT | None:
        """The validated beginning with the text added, so that it is not validated twice."""
        schema, field = self._request.schema, self._request.streamed_field
        if self._beginning is None or not isinstance(value, dict) or schema.model_config.get("frozen"):
            return None
        text = value.get(field)
        if not isinstance(text, str) or value != {**(self._answering.streamed.preceding or {}), field: text}:
            return None
        whole = self._beginning.model_copy()
        schema.__pydantic_validator__.validate_assignment(whole, field, clean_text(text))
        return whole

    def _validated(self, value: object) -> AnswerT:
        schema = self._request.schema
        if isinstance(value, dict):
            value = {**nullable_fields(schema), **value}
        return schema.model_validate(clean_strings(value))

    def counted_usage(self) -> Usage:
        """The server's token counts, or estimates from lengths."""
        asked = sum(len(message.content) for message in self._request.messages)
        return Usage(
            self._counts.input_tokens or asked // CHARS_PER_TOKEN + 1,
            self._counts.output_tokens or self._length // CHARS_PER_TOKEN + 1,
            self._counts.cached_input_tokens,
        )


class _Part:
    """The pieces of a text, and the streamed field found in them."""

    def __init__(self, streamed_field: str) -> None:
        self._pieces: list[str] = []
        self._half = ""
        self.streamed = StreamedText(streamed_field)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def values(self) -> Iterator[object]:
        """The candidates for the answer: the whole text, or an object inside it."""
        text = "".join(self._pieces)
        with suppress(ValueError):
            yield jiter.from_json(text.encode())
        yield from objects_in(text)

    def add(self, piece: str) -> str:
        if not piece:
            return ""
        if self._half or not piece.isascii():
            piece, self._half = self._half + piece, ""
            if "\ud800" <= piece[-1] <= "\udbff":
                # Half a character; the other half comes with the next chunk.
                piece, self._half = piece[:-1], piece[-1]
            piece = piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self._pieces.append(piece)
        return self.streamed.feed(piece)


def _failure(error: dict[str, object]) -> ModelUnavailable:
    codes = (str(error.get(name) or "") for name in ("code", "type"))
    reason = next((_CODES[code] for code in codes if code in _CODES), FailureReason.SERVER_ERROR)
    return ModelUnavailable(reason, "the server broke off with an error")
