"""What the fake model says: a sensible turn of a conversation, or any JSON schema with plausible values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evals import sensible

Json = dict[str, Any]
Responder = Callable[[Json], Json]
"""Turns the request's body into the object to answer with."""

WORDS = "Thank you for telling me this. What would you like to see working first, and who would use it?"

SAMPLE_BY_FORMAT = {
    "date-time": "2026-01-02T03:04:05Z",
    "date": "2026-01-02",
    "time": "03:04:05Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def plausible_answer(body: Json) -> Json:
    """Talk sensibly where a turn is asked for, else fill the schema; without one, answer `{"text": ...}`."""
    schema = requested_schema(body)
    if schema is None:
        return {"text": WORDS}
    if {"reply", "verdicts", "lines"} & schema.get("properties", {}).keys():
        return sensible.answer(body)
    answer: Json = _fill(schema, schema)
    return answer


def requested_schema(body: Json) -> Json | None:
    """The JSON schema the request demands, if any."""
    response_format = body.get("response_format") or {}
    schema: Json | None = response_format.get("json_schema", {}).get("schema")
    for tool in body.get("tools") or ():
        schema = tool["function"]["parameters"]
    return schema


def _fill(schema: Json, root: Json) -> Any:
    if "$ref" in schema:
        return _fill(_resolve(schema["$ref"], root), root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        # A model that has nothing to tell says so where it may.
        return "none" if "none" in schema["enum"] else schema["enum"][0]
    if variants := schema.get("anyOf") or schema.get("oneOf"):
        return None if {"type": "null"} in variants else _fill(variants[0], root)
    return _fill_type(schema, root)


def _fill_type(schema: Json, root: Json) -> Any:
    kind = schema.get("type", "null")
    if isinstance(kind, list):
        kind = "null" if "null" in kind else kind[0]
    match kind:
        case "object":
            return {name: _fill(value, root) for name, value in schema.get("properties", {}).items()}
        case "array":
            return [_fill(schema["items"], root) for _ in range(schema.get("minItems", 0))]
        case "string":
            return SAMPLE_BY_FORMAT.get(schema.get("format", ""), WORDS)[: schema.get("maxLength")]
        case "integer" | "number":
            return schema.get("minimum", min(1, schema.get("maximum", 1)))
        case "boolean":
            return False
    return None


def _resolve(ref: str, root: Json) -> Json:
    found = root
    for key in ref.removeprefix("#/").split("/"):
        found = found[key]
    return found
