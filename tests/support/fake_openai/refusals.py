"""How servers word that they do not take a parameter."""

from __future__ import annotations

from typing import Final

from tests.support.fake_openai.faults import Fault

EXTRA: Final = "Extra inputs are not permitted"


def _openai(message: str, param: str | None = None, code: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def _plain(message: str, code: object = None) -> dict[str, object]:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": code}


def _extra(*place: str) -> list[dict[str, object]]:
    return [{"type": "extra_forbidden", "loc": ["body", *place], "msg": EXTRA, "input": {"a": 1}}]


PARAMETERS: Final = {
    "OpenAI: unsupported value": (
        "temperature",
        Fault.refused_as(
            _openai(
                "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) "
                "value is supported.",
                "temperature",
                "unsupported_value",
            )
        ),
    ),
    "OpenAI: unsupported parameter": ("temperature", Fault.unsupported("temperature")),
    "OpenAI: use the other limit": (
        "max_completion_tokens",
        Fault.refused_as(
            _openai("Unsupported parameter: 'max_completion_tokens'. Use 'max_tokens' instead.", "max_tokens")
        ),
    ),
    "OpenAI: an effort": ("reasoning_effort", Fault.unsupported("reasoning_effort")),
    "OpenAI: reasoning": ("reasoning_effort", Fault.unsupported("reasoning.effort")),
    "OpenAI: response_format": ("response_format", Fault.unsupported("response_format")),
    "OpenAI: a schema it cannot do": (
        "response_format",
        Fault.refused_as(
            _openai("Invalid schema for response_format 'Drink'.", "response_format", "invalid_json_schema")
        ),
    ),
    "OpenAI: unverified organisation": (
        "stream",
        Fault.refused_as(
            _openai("Your organization must be verified to stream this model.", "stream", "unsupported_value")
        ),
    ),
    "Azure: argument": ("store", Fault.refused_as(_openai("Unrecognized request argument supplied: store"))),
    "Azure: options": (
        "stream_options",
        Fault.refused_as(_openai("Unrecognized request argument supplied: stream_options")),
    ),
    "Azure: old version": (
        "response_format",
        Fault.refused_as(
            _openai(
                "response_format value as json_schema is enabled only for api versions 2024-08-01-preview "
                "and later",
                code="BadRequest",
            )
        ),
    ),
    "vLLM: extra": (
        "store",
        Fault.refused_as(
            _plain(f"[{{'type': 'extra_forbidden', 'loc': ('body', 'store'), 'msg': '{EXTRA}'}}]", 400)
        ),
    ),
    "vLLM: options": (
        "stream_options",
        Fault.refused_as(_plain("Stream options can only be defined when `stream=True`.", 400)),
    ),
    "vLLM: grammar": (
        "response_format",
        Fault.refused_as(
            _plain("The provided JSON schema contains features not supported by xgrammar.", 400)
        ),
    ),
    "FastAPI": ("stream_options", Fault.refused_as({"detail": _extra("stream_options")}, 422)),
    "FastAPI: deep": (
        "response_format",
        Fault.refused_as({"detail": _extra("response_format", "type")}, 422),
    ),
    "Mistral": (
        "store",
        Fault.refused_as({"object": "error", "message": {"detail": _extra("store")}, "type": "x"}, 422),
    ),
    "llama.cpp: schema": (
        "response_format",
        Fault.refused_as({"error": {"code": 400, "message": "Failed to parse grammar", "type": "x"}}),
    ),
    "llama.cpp: param": (
        "reasoning_effort",
        Fault.refused_as({"error": {"code": 400, "message": "Unsupported param: reasoning_effort"}}),
    ),
    "Ollama: thinking": ("reasoning_effort", Fault.refused_as({"error": '"m" does not support thinking'})),
    "Ollama: field": ("store", Fault.refused_as({"error": 'json: unknown field "store"'})),
    "LM Studio": (
        "response_format",
        Fault.refused_as({"error": "'response_format.type' must be 'text'"}),
    ),
    "DeepSeek": (
        "response_format",
        Fault.refused_as(_openai("This response_format type is unavailable now")),
    ),
    "Groq: property": ("store", Fault.refused_as(_openai("'store' : property 'store' is unsupported"))),
    "Groq: format": (
        "response_format",
        Fault.refused_as(
            _openai("This model does not support response format `json_schema`.", "response_format")
        ),
    ),
    "Gemini": (
        "store",
        Fault.refused_as(
            [
                {
                    "error": {
                        "code": 400,
                        "message": 'Invalid JSON payload received. Unknown name "store": Cannot find field.',
                        "status": "INVALID_ARGUMENT",
                    }
                }
            ]
        ),
    ),
    "Anthropic": (
        "temperature",
        Fault.refused_as(
            {
                "type": "error",
                "error": {
                    "type": "invalid_request_error",
                    "message": "`temperature` is deprecated for this model.",
                },
            }
        ),
    ),
    "a text": ("temperature", Fault.refused_as("temperature is not supported")),
    "OpenRouter": (
        "response_format",
        Fault.refused_as(
            {"error": {"message": "No endpoints found that support response_format", "code": 404}}, 404
        ),
    ),
    "not implemented": (
        "response_format",
        Fault.refused_as(_openai("response_format is not implemented"), 501),
    ),
    "nothing said": ("store", Fault.refused_as(_openai("Bad request"))),
    "no body": ("stream_options", Fault.refused_as("")),
    "nothing said of the schema": ("response_format", Fault.refused_as(_openai("Invalid request"))),
}
"""The parameter whose presence a server refuses, and how it words that."""

MISSING_MODELS: Final = {
    "OpenAI": Fault.unknown_model(),
    "OpenAI: no access": Fault.refused(
        403, "Project does not have access to model `m`", code="model_not_found"
    ),
    "Azure": Fault.refused(
        404, "The API deployment for this resource does not exist.", code="DeploymentNotFound"
    ),
    "vLLM": Fault.refused_as(_plain("The model `m` does not exist.", 404), 404),
    "Ollama": Fault.refused_as({"error": {"message": 'model "m" not found, try pulling it first'}}, 404),
    "Groq": Fault.refused(
        400, "The model `m` has been decommissioned and is no longer supported.", code="model_decommissioned"
    ),
    "Mistral": Fault.refused_as(_plain("Invalid model: m", "1500")),
    "DeepSeek": Fault.refused_as(_openai("Model Not Exist")),
    "OpenRouter": Fault.refused_as({"error": {"message": "m is not a valid model ID", "code": 400}}),
    "Gemini": Fault.refused_as(
        [{"error": {"code": 404, "message": "models/m is not found for API version v1main"}}], 404
    ),
    "Anthropic": Fault.refused_as(
        {"type": "error", "error": {"type": "not_found_error", "message": "model: m"}}, 404
    ),
    "gone": Fault.refused(410, "The model `m` has been shut down."),
}
"""How servers word that they do not have a model, or no longer."""

OF_THE_CONTENT: Final = {
    "too long": Fault.refused(
        400,
        "'max_tokens' is too large: 1000. This model's maximum context length is 512 tokens.",
        code="context_length_exceeded",
    ),
    "too long for vLLM": Fault.refused_as(
        _plain("This model's maximum context length is 512 tokens. You requested 900 tokens.", 400)
    ),
    "a content filter": Fault.refused(
        400, "The prompt triggered the content management policy.", code="content_filter"
    ),
    "a key": Fault.refused(400, "API key not valid. Please pass a valid API key."),
    "another part": Fault.refused_as(
        _openai("Invalid type for 'messages[0].content'.", "messages[0].content")
    ),
    "no permission": Fault.refused(
        403, "Country not supported.", code="unsupported_country_region_territory"
    ),
}
"""Refusals that no parameter cures."""
