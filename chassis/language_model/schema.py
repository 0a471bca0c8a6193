"""Turns a Pydantic model into the strict JSON schema a server can hold a model to.

Strict mode knows a subset of JSON Schema: every object is closed, every property required, and keywords
outside the subset are refused with a 400. What is left out here (lengths, defaults) Pydantic still checks.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

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


@cache
def response_format(model: type[BaseModel], streamed_field: str) -> orjson.Fragment:
    """The rendered `response_format` of a request; `streamed_field` must come first and be a string.

    Raises:
        UnusableSchema: the field is not first, not a string, or the class goes beyond strict mode.
    """
    first = next(iter(model.model_fields), None)
    if first != streamed_field or model.model_fields[streamed_field].annotation is not str:
        raise UnusableSchema(f"{model.__name__} must begin with the string {streamed_field!r} to stream it")
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", model.__name__)[:64]
    json_schema = {"name": name, "strict": True, "schema": strict_schema(model)}
    return orjson.Fragment(orjson.dumps({"type": "json_schema", "json_schema": json_schema}))


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
