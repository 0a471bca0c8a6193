"""The body of a request to a chat-completions server."""

from __future__ import annotations

from typing import Any

import orjson

from chassis.language_model.exchange import AnswerT, Message, StructuredRequest
from chassis.language_model.schema import function_call, response_format, schema_instructions
from contracts.language_models import ModelParameters


def render_body(
    request: StructuredRequest[AnswerT],
    model: str,
    parameters: ModelParameters,
    *,
    temperature: float | None,
    max_output_tokens: int,
) -> bytes:
    """The request as JSON, with no parameter that the model does not take.

    Raises:
        UnusableSchema: the schema cannot be demanded.
    """
    body: dict[str, Any] = {"model": model, "messages": _messages(request, parameters)}
    body |= _answer_format(request, parameters)
    if parameters.output_limit_field != "none":
        body[parameters.output_limit_field] = max_output_tokens
    if parameters.stream:
        body["stream"] = True
        if parameters.stream_options:
            body["stream_options"] = {"include_usage": True}
    if parameters.store:
        # Words of strangers are not to be kept by whoever serves the model.
        body["store"] = False
    if parameters.reasoning_effort is not None:
        body["reasoning_effort"] = parameters.reasoning_effort
    if parameters.temperature and temperature is not None:
        body["temperature"] = temperature
    return orjson.dumps(body)


def _answer_format(request: StructuredRequest[AnswerT], parameters: ModelParameters) -> dict[str, Any]:
    # Always first, so that a class beyond strict mode is refused whatever the model takes.
    demanded = response_format(request.schema, request.streamed_field)
    match parameters.answer_format:
        case "json_schema":
            return {"response_format": demanded}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
        case "function":
            return function_call(request.schema)
        case "text":
            return {}


def _messages(request: StructuredRequest[AnswerT], parameters: ModelParameters) -> tuple[Message, ...]:
    messages = request.messages
    if parameters.answer_format in ("json_object", "text"):
        messages = _with_instructions(messages, schema_instructions(request.schema))
    return messages if parameters.system_role else _without_system_role(messages)


def _with_instructions(messages: tuple[Message, ...], instructions: str) -> tuple[Message, ...]:
    """The instructions at the end of the first message: some templates know one system message only.

    They are the same in every request, so a server may still cache the beginning of the prompt.
    """
    if not messages or messages[0].role != "system":
        return (Message("system", instructions), *messages)
    return (Message("system", f"{messages[0].content}\n\n{instructions}"), *messages[1:])


def _without_system_role(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Put the system's messages at the beginning of the first user message."""
    instructions = "\n\n".join(message.content for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    if not instructions:
        return messages
    if not others or others[0].role != "user":
        return (Message("user", instructions), *others)
    return (Message("user", f"{instructions}\n\n{others[0].content}"), *others[1:])
