"""Reads why a server refused a request: an unsupported parameter, or a missing model.

Servers word this in many ways: OpenAI names the parameter in `param`, FastAPI servers in `loc`, others only
in a message. What a server says may quote the prompt, so it is never logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import openai
import orjson

from contracts.language_models import ModelParameters

BAD_REQUEST, FORBIDDEN, NOT_FOUND, GONE, UNPROCESSABLE, NOT_IMPLEMENTED = 400, 403, 404, 410, 422, 501
REFUSING: Final = frozenset({BAD_REQUEST, FORBIDDEN, NOT_FOUND, GONE, UNPROCESSABLE, NOT_IMPLEMENTED})
LONGEST_MESSAGE = 2_000

# The names servers give to what a field of `ModelParameters` stands for.
_BY_NAME: Final = {
    "temperature": "temperature",
    "max_tokens": "output_limit_field",
    "max_completion_tokens": "output_limit_field",
    "reasoning_effort": "reasoning_effort",
    "reasoning": "reasoning_effort",
    "thinking": "reasoning_effort",
    "think": "reasoning_effort",
    "response_format": "answer_format",
    "text": "answer_format",
    "format": "answer_format",
    "tools": "answer_format",
    "tool_choice": "answer_format",
    "parallel_tool_calls": "answer_format",
    "functions": "answer_format",
    "stream_options": "stream_options",
    "stream": "stream",
    "store": "store",
}
_BY_WORDING: Final = {
    "answer_format": re.compile(
        r"response.?format|json.?schema|json.?object|json.?mode|structured.?output|\bschema\b|\bgrammar\b"
        r"|\btools?\b|tool.?(?:choice|call|use)|function.?call"
    ),
    "output_limit_field": re.compile(r"max_completion_tokens|max_tokens"),
    "reasoning_effort": re.compile(r"reasoning|thinking|\beffort\b"),
    "temperature": re.compile(r"temperature"),
    "stream_options": re.compile(r"stream.?options|include_usage"),
    "stream": re.compile(r"\bstream(?:ing)?\b"),
    "store": re.compile(r"[\W_]store[\W_]|\bstore$"),
    "system_role": re.compile(
        r"\bsystem\b.{0,20}\brole\b|\brole\b.{0,40}\bsystem\b|system message|roles must"
    ),
}
_REFUSES = re.compile(
    r"support|unrecogni[sz]ed|unknown|unexpected|extra|not permitted|not allowed|forbid|invalid|must "
    r"|cannot|unavailable|not available|only|require|deprecated|not enabled|failed to|not implemented"
)
# Faults of what is asked, which other parameters do not cure.
_OF_THE_CONTENT = re.compile(
    r"context.?(?:length|window|size)|too (?:long|many tokens)|content.?(?:filter|policy|management)"
    r"|moderation|safety|quota|billing|credit|api.?key|json_validate_failed|failed to generate"
)
_WITHOUT_THIS_MODEL = re.compile(
    r"\bmodels?\b.{0,120}?(?:not found|not exist|n't exist|decommissioned|deprecated|retired|shut ?down"
    r"|no longer|been removed|not available|not a valid|not served)"
    r"|(?:unknown|invalid|no such|not a valid) model|deployment.{0,80}(?:not exist|not found)"
)
_CODES_OF_A_MISSING_MODEL: Final = frozenset(
    {"model_not_found", "model_decommissioned", "model_deprecated", "model_not_exist", "unknown_model"}
    | {"invalid_model", "model_not_available", "deploymentnotfound"}
)
_CODES_OF_ANYTHING_MISSING: Final = frozenset({"not_found_error", "notfounderror"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """The text with which a server refused a request, in lower case."""

    status: int
    param: str
    code: str
    text: str

    @classmethod
    def of(cls, error: openai.APIStatusError, model: str) -> Refusal | None:
        """The refusal in an error of the client; None when the status is no refusal."""
        if error.status_code not in REFUSING:
            return None
        found = _error_object(error.body)
        message = found.get("message")
        text = message if isinstance(message, str) and "{" not in message else _rendered(error.body)
        return cls(
            error.status_code,
            _param(found).lower(),
            str(found.get("code") or found.get("type") or "").lower(),
            # A model may be named after what it does.
            _without_name(text[:LONGEST_MESSAGE].lower(), model.lower()),
        )

    def refused_parameter(self, sent: ModelParameters) -> str | None:
        """The field of `sent` that the server names as unsupported, if any."""
        if self.code == "context_length_exceeded" or _OF_THE_CONTENT.search(self.text):
            return None
        name = re.split(r"[.\[]", self.param.removeprefix("body."))[0]
        if (field := _BY_NAME.get(name)) and _is_sent(sent, field):
            return field
        if name not in ("", *_BY_NAME, "messages") or not _REFUSES.search(self.text):
            return None
        places = {
            field: match.start()
            for field, wording in _BY_WORDING.items()
            if _is_sent(sent, field) and (match := wording.search(self.text))
        }
        return min(places, key=places.__getitem__, default=None)

    @property
    def is_unexplained(self) -> bool:
        """Whether the request is refused without naming a part of it."""
        if self.status not in (BAD_REQUEST, UNPROCESSABLE) and "parameter" not in self.text:
            return False
        return not self.param and not _OF_THE_CONTENT.search(self.text) and not self.is_of_a_missing_model

    @property
    def is_of_a_missing_model(self) -> bool:
        """Whether the server does not have the model, or no longer."""
        if self.code in _CODES_OF_A_MISSING_MODEL:
            return True
        if self.code in _CODES_OF_ANYTHING_MISSING and "model" in self.text:
            return True
        is_possible = self.status in (BAD_REQUEST, NOT_FOUND, GONE) and self.param in ("", "model")
        return is_possible and bool(_WITHOUT_THIS_MODEL.search(self.text))


def _without_name(text: str, model: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(model)}(?!\w)", "", text) if model else text


def _is_sent(parameters: ModelParameters, field: str) -> bool:
    value = getattr(parameters, field)
    return bool(value) and value not in ("none" if field == "output_limit_field" else "", "text")


def _error_object(body: object) -> dict[str, Any]:
    """The object with the message, however deep it is nested."""
    if isinstance(body, list) and body:
        return _error_object(body[0])
    if isinstance(body, str):
        return {"message": body}
    if not isinstance(body, dict):
        return {}
    inner = body.get("error")
    return _error_object(inner) if isinstance(inner, dict | str) and inner else body


def _param(found: dict[str, Any]) -> str:
    if isinstance(found.get("param"), str):
        return str(found["param"])
    message = found.get("message")
    details = found.get("detail") or (message.get("detail") if isinstance(message, dict) else None)
    first = details[0] if isinstance(details, list) and details else None
    place = first.get("loc") if isinstance(first, dict) else None
    return ".".join(map(str, place)) if isinstance(place, list) else ""


def _rendered(body: object) -> str:
    if isinstance(body, str):
        return body
    try:
        return orjson.dumps(body).decode()
    except TypeError:
        return ""
