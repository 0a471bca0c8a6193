"""Turns a Pydantic model into the strict JSON schema for structured output.

Strict mode knows a subset of JSON Schema: every object is closed, every property required, and keywords
outside the subset are refused with a 400. What is left out here (lengths, defaults) Pydantic still checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_args

import orjson
from pydantic import BaseModel

from chassis.language_model.errors import UnusableSchema

JsonSchema = dict[str, Any]

KEPT = (
    "type",
    "description",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
)
KEPT_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)
UNUSABLE = ("allOf", "not", "if", "prefixItems", "patternProperties")
DEEPEST = 10
# Classes may be made while the process runs, one for each set of choices that an answer has.
MOST_CLASSES = 512
_once_for_each_class = lru_cache(MOST_CLASSES)


@_once_for_each_class
def response_format(model: type[BaseModel], streamed_field: str) -> orjson.Fragment:
    """The rendered `response_format` of a request that streams this field.

    Raises:
        UnusableSchema: the field is no string of the class, or the class goes beyond strict mode.
    """
    field = model.model_fields.get(streamed_field)
    if field is None or field.annotation is not str:
        raise UnusableSchema(f"{model.__name__} needs the string {streamed_field!r} to stream it")
    json_schema = {"name": _name(model), "strict": True, "schema": strict_schema(model)}
    return orjson.Fragment(orjson.dumps({"type": "json_schema", "json_schema": json_schema}))


@_once_for_each_class
def function_call(model: type[BaseModel]) -> dict[str, orjson.Fragment]:
    """The parameters that request the answer as the arguments of one function call.

    Raises:
        UnusableSchema: the class goes beyond strict mode.
    """
    function = {"name": _name(model), "strict": True, "parameters": strict_schema(model)}
    choice = {"type": "function", "function": {"name": _name(model)}}
    return {
        "tools": orjson.Fragment(orjson.dumps([{"type": "function", "function": function}])),
        "tool_choice": orjson.Fragment(orjson.dumps(choice)),
    }


@_once_for_each_class
def schema_instructions(model: type[BaseModel]) -> str:
    """The schema as instructions, for a model that cannot be constrained to it.

    Raises:
        UnusableSchema: the class goes beyond strict mode.
    """
    schema = orjson.dumps(strict_schema(model)).decode()
    return f"Answer with one JSON object and nothing else. It must match this JSON schema:\n{schema}"


@_once_for_each_class
def nullable_fields(model: type[BaseModel]) -> Mapping[str, None]:
    """The nullable fields as nulls, because an unconstrained model may leave them out."""
    fields = model.model_fields.items()
    return dict.fromkeys(name for name, field in fields if type(None) in get_args(field.annotation))


@_once_for_each_class
def fields_before(model: type[BaseModel], streamed_field: str) -> frozenset[str]:
    """The fields that are complete when the streamed one begins: all others.

    Raises:
        UnusableSchema: the streamed field is not the last one.
    """
    *before, last = model.model_fields
    if last != streamed_field:
        raise UnusableSchema(
            f"{model.__name__} must end with {streamed_field!r} to hand over what precedes it"
        )
    return frozenset(before)


def _name(model: type[BaseModel]) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", model.__name__)[:64]


def strict_schema(model: type[BaseModel]) -> JsonSchema:
    """The class as a schema in which every object is closed and every property required.

    Raises:
        UnusableSchema: the class has a part that strict mode cannot express.
    """
    root = model.model_json_schema()
    definitions: JsonSchema = root.get("$defs", {})
    schema = _strict(root, definitions, model.__name__)
    if definitions:
        schema["$defs"] = {
            name: _strict(node, definitions, f"{model.__name__}.$defs.{name}")
            for name, node in definitions.items()
        }
    return schema


def _strict(node: JsonSchema, definitions: JsonSchema, path: str) -> JsonSchema:
    if "$ref" in node:
        return _reference(node, definitions, path)
    _refuse_unusable(node, path)
    strict: JsonSchema = {keyword: node[keyword] for keyword in KEPT if keyword in node}
    if node.get("format") in KEPT_FORMATS:
        strict["format"] = node["format"]
    if "const" in node:
        strict["enum"] = [node["const"]]
    if variants := node.get("anyOf") or node.get("oneOf"):
        strict["anyOf"] = [_strict(variant, definitions, path) for variant in variants]
    if "items" in node:
        strict["items"] = _strict(node["items"], definitions, f"{path}[]")
    if node.get("type") == "object":
        properties = node["properties"]
        strict["properties"] = {
            name: _strict(child, definitions, f"{path}.{name}") for name, child in properties.items()
        }
        strict["required"] = list(properties)
        strict["additionalProperties"] = False
    return strict


def _reference(node: JsonSchema, definitions: JsonSchema, path: str) -> JsonSchema:
    """A `$ref` stands alone in strict mode, so one with a description of its own is written out."""
    if "description" not in node:
        return {"$ref": node["$ref"]}
    if path.count(".") > DEEPEST:
        raise UnusableSchema(f"{path} is nested deeper than {DEEPEST} levels")
    target: JsonSchema = definitions[node["$ref"].removeprefix("#/$defs/")]
    return _strict({**target, "description": node["description"]}, definitions, path)


def _refuse_unusable(node: JsonSchema, path: str) -> None:
    for keyword in UNUSABLE:
        if keyword in node:
            raise UnusableSchema(f"{path} uses {keyword!r}, which strict mode does not know")
    if node.get("type") == "object" and ("properties" not in node or node.get("additionalProperties")):
        raise UnusableSchema(f"{path} is an object with free keys; name its fields")
    if node.get("type") == "array" and "items" not in node:
        raise UnusableSchema(f"{path} is a list of anything; say of what")
    if not node.keys() & {"type", "enum", "const", "anyOf", "oneOf"}:
        raise UnusableSchema(f"{path} may be anything; give it a type")
