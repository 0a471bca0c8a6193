"""What the fake model says: a sensible turn of a conversation, or a strict schema with plausible values."""

from collections.abc import Callable
from typing import Any

from evals import sensible

Json = dict[str, Any]
Responder = Callable[[Json], Json]
"""Turns the request's body into the object to answer with."""

WORDS = "Thank you for telling me this. What would you like to see working first, and who would use it?"


def plausible_answer(body: Json) -> Json:
    """Talk sensibly where a turn is asked for, else fill the schema; without one, answer `{"text": ...}`."""
    schema = requested_schema(body)
    if schema is None:
        return {"text": WORDS}
    if {"reply", "verdicts", "lines"} & schema.get("properties", {}).keys():
        return sensible.answer(body)
    return _fill(schema, schema)


def requested_schema(body: Json) -> Json | None:
    """The JSON schema the request demands, if any."""
    response_format = body.get("response_format") or {}
    schema: Json | None = response_format.get("json_schema", {}).get("schema")
    for tool in body.get("tools") or ():
        schema = tool["function"]["parameters"]
    return schema


def _fill(schema: Json, root: Json) -> Any:
    value: Any
    match schema:
        case {"$ref": ref}:
            value = _fill(root["$defs"][ref.removeprefix("#/$defs/")], root)
        case {"enum": choices}:
            # A model that has nothing to tell says so where it may.
            value = "none" if "none" in choices else choices[0]
        case {"anyOf": variants}:
            value = None if {"type": "null"} in variants else _fill(variants[0], root)
        case {"type": "object"}:
            value = {name: _fill(part, root) for name, part in schema["properties"].items()}
        case {"type": "array"}:
            value = [_fill(schema["items"], root) for _ in range(schema.get("minItems", 0))]
        case {"type": "string"}:
            value = WORDS[: schema.get("maxLength")]
        case {"type": "integer" | "number"}:
            value = schema.get("minimum", min(1, schema.get("maximum", 1)))
        case _:
            value = False
    return value
