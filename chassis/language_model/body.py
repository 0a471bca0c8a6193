"""The body of a request to a chat-completions server."""

from __future__ import annotations

from typing import Any

import orjson

from chassis.language_model.exchange import AnswerT, StructuredRequest
from chassis.language_model.schema import response_format
from chassis.language_model.settings import LanguageModelSettings


def render_body(
    request: StructuredRequest[AnswerT],
    model: str,
    settings: LanguageModelSettings,
    *,
    most_output_tokens: int,
) -> bytes:
    """The request as JSON.

    Raises:
        UnusableSchema: the schema cannot be demanded.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": request.messages,
        "response_format": response_format(request.schema, request.streamed_field),
        "max_completion_tokens": most_output_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    # Some models refuse any temperature but their own.
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    return orjson.dumps(body)
