"""How servers word that they do not take a parameter."""

from typing import Final

from tests.support.fake_openai.faults import Fault

EXTRA: Final = "Extra inputs are not permitted"


def _openai(message: str, param: str | None = None, code: str | None = None, *, status: int = 400) -> Fault:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Fault.refused_as({"error": error}, status)


def _plain(message: str, code: object = 400, *, status: int = 400) -> Fault:
    body = {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": code}
    return Fault.refused_as(body, status)


def _bare(error: object, *, status: int = 400) -> Fault:
    return Fault.refused_as({"error": error}, status)


def _extra(*place: str) -> list[dict[str, object]]:
    return [{"type": "extra_forbidden", "loc": ["body", *place], "msg": EXTRA, "input": {"a": 1}}]


TEMPERATURE, STORE, EFFORT, OPTIONS = "temperature", "store", "reasoning_effort", "stream_options"
FORMAT, LIMIT = "response_format", "max_completion_tokens"

_OPENAI: Final = {
    "unsupported value": (
        TEMPERATURE,
        _openai(
            "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) "
            "value is supported.",
            TEMPERATURE,
            "unsupported_value",
        ),
    ),
    "unsupported parameter": (TEMPERATURE, Fault.unsupported(TEMPERATURE)),
    "use the other limit": (
        LIMIT,
        _openai("Unsupported parameter: 'max_completion_tokens'. Use 'max_tokens' instead.", "max_tokens"),
    ),
    "an effort": (EFFORT, Fault.unsupported(EFFORT)),
    "reasoning": (EFFORT, Fault.unsupported("reasoning.effort")),
    "response_format": (FORMAT, Fault.unsupported(FORMAT)),
    "a schema it cannot do": (
        FORMAT,
        _openai("Invalid schema for response_format 'Drink'.", FORMAT, "invalid_json_schema"),
    ),
    "unverified organisation": (
        "stream",
        _openai("Your organization must be verified to stream this model.", "stream", "unsupported_value"),
    ),
}
_AZURE_VERSION: Final = (
    "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later"
)
_GEMINI_STORE: Final = 'Invalid JSON payload received. Unknown name "store": Cannot find field.'
_ANTHROPIC: Final = {
    "type": "invalid_request_error",
    "message": "`temperature` is deprecated for this model.",
}

PARAMETERS: Final = {
    **{f"OpenAI: {name}": refusal for name, refusal in _OPENAI.items()},
    "Azure: argument": (STORE, _openai("Unrecognized request argument supplied: store")),
    "Azure: options": (OPTIONS, _openai("Unrecognized request argument supplied: stream_options")),
    "Azure: old version": (FORMAT, _openai(_AZURE_VERSION, code="BadRequest")),
    "vLLM: extra": (
        STORE,
        _plain(f"[{{'type': 'extra_forbidden', 'loc': ('body', 'store'), 'msg': '{EXTRA}'}}]"),
    ),
    "vLLM: options": (OPTIONS, _plain("Stream options can only be defined when `stream=True`.")),
    "vLLM: grammar": (
        FORMAT,
        _plain("The provided JSON schema contains features not supported by xgrammar."),
    ),
    "FastAPI": (OPTIONS, Fault.refused_as({"detail": _extra(OPTIONS)}, 422)),
    "FastAPI: deep": (FORMAT, Fault.refused_as({"detail": _extra(FORMAT, "type")}, 422)),
    "Mistral": (
        STORE,
        Fault.refused_as({"object": "error", "message": {"detail": _extra(STORE)}, "type": "x"}, 422),
    ),
    "llama.cpp: schema": (FORMAT, _bare({"code": 400, "message": "Failed to parse grammar", "type": "x"})),
    "llama.cpp: param": (EFFORT, _bare({"code": 400, "message": "Unsupported param: reasoning_effort"})),
    "Ollama: thinking": (EFFORT, _bare('"m" does not support thinking')),
    "Ollama: field": (STORE, _bare('json: unknown field "store"')),
    "LM Studio": (FORMAT, _bare("'response_format.type' must be 'text'")),
    "DeepSeek": (FORMAT, _openai("This response_format type is unavailable now")),
    "Groq: property": (STORE, _openai("'store' : property 'store' is unsupported")),
    "Groq: format": (FORMAT, _openai("This model does not support response format `json_schema`.", FORMAT)),
    "Gemini": (
        STORE,
        Fault.refused_as([{"error": {"code": 400, "message": _GEMINI_STORE, "status": "INVALID_ARGUMENT"}}]),
    ),
    "Anthropic": (TEMPERATURE, Fault.refused_as({"type": "error", "error": _ANTHROPIC})),
    "a text": (TEMPERATURE, Fault.refused_as("temperature is not supported")),
    "OpenRouter": (
        FORMAT,
        _bare({"message": "No endpoints found that support response_format", "code": 404}, status=404),
    ),
    "not implemented": (FORMAT, _openai("response_format is not implemented", status=501)),
    "nothing said": (STORE, _openai("Bad request")),
    "no body": (OPTIONS, Fault.refused_as("")),
    "nothing said of the schema": (FORMAT, _openai("Invalid request")),
}
"""The parameter whose presence a server refuses, and how it words that."""

MISSING_MODELS: Final = {
    "OpenAI": Fault.unknown_model(),
    "OpenAI: no access": _openai(
        "Project does not have access to model `m`", code="model_not_found", status=403
    ),
    "Azure": _openai(
        "The API deployment for this resource does not exist.", code="DeploymentNotFound", status=404
    ),
    "vLLM": _plain("The model `m` does not exist.", 404, status=404),
    "Ollama": _bare({"message": 'model "m" not found, try pulling it first'}, status=404),
    "Groq": _openai(
        "The model `m` has been decommissioned and is no longer supported.", code="model_decommissioned"
    ),
    "Mistral": _plain("Invalid model: m", "1500"),
    "DeepSeek": _openai("Model Not Exist"),
    "OpenRouter": _bare({"message": "m is not a valid model ID", "code": 400}),
    "Gemini": Fault.refused_as(
        [{"error": {"code": 404, "message": "models/m is not found for API version v1main"}}], 404
    ),
    "Anthropic": Fault.refused_as(
        {"type": "error", "error": {"type": "not_found_error", "message": "model: m"}}, 404
    ),
    "gone": _openai("The model `m` has been shut down.", status=410),
}
"""How servers word that they do not have a model, or no longer."""

OF_THE_CONTENT: Final = {
    "too long": _openai(
        "'max_tokens' is too large: 1000. This model's maximum context length is 512 tokens.",
        code="context_length_exceeded",
    ),
    "too long for vLLM": _plain(
        "This model's maximum context length is 512 tokens. You requested 900 tokens."
    ),
    "a content filter": _openai("The prompt triggered the content management policy.", code="content_filter"),
    "a key": _openai("API key not valid. Please pass a valid API key."),
    "another part": _openai("Invalid type for 'messages[0].content'.", "messages[0].content"),
    "no permission": _openai(
        "Country not supported.", code="unsupported_country_region_territory", status=403
    ),
}
"""Refusals that no parameter cures."""
