"""A model class becomes a JSON schema that strict mode accepts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

import orjson
import pytest
from pydantic import AnyUrl, BaseModel, Field, create_model

from chassis.language_model import UnusableSchema
from chassis.language_model.schema import fields_before, response_format, strict_schema

T = TypeVar("T")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    name: str = Field(max_length=20)
    colour: Colour = Colour.RED


class Node(BaseModel):
    label: str
    children: list[Node] = []


class Kitchen(BaseModel):
    """Everything strict mode allows."""

    text: str = Field(min_length=1, description="Said aloud.")
    count: int = Field(ge=0, le=9)
    note: str | None = None
    kind: Literal["sink"]
    size: Literal["small", "large"] = "small"
    parts: list[Part] = Field(default_factory=list, max_length=3)
    main: Part = Field(description="The most important part.")
    spare: Part | None = Field(default=None, description="May be missing.")
    either: Part | Node
    made_at: datetime
    address: AnyUrl


class EndlesslyDescribed(BaseModel):
    inner: EndlesslyDescribed = Field(description="Itself again.")


class Box(BaseModel, Generic[T]):
    content: T
    text: str


BEYOND: list[Any] = [dict[str, int], object, list[Any], tuple[int, str]]
TextInTheMiddle = create_model("TextInTheMiddle", count=(int, ...), text=(str, ...), note=(str, ...))


def subschemas(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    for child in schema if isinstance(schema, list) else ():
        yield from subschemas(child)


def test_every_object_is_closed_requires_all_it_has_and_uses_keywords_of_strict_mode_only() -> None:
    known = {
        *("type", "description", "enum", "format", "properties", "required", "additionalProperties"),
        *("items", "anyOf", "$ref", "$defs", "minimum", "maximum", "maxItems"),
    }
    schema = strict_schema(Kitchen)
    nodes = list(subschemas(schema))
    objects = [node for node in nodes if node.get("type") == "object"]
    names = {*schema["$defs"], *(name for node in nodes for name in node.get("properties", {}))}

    assert len(objects) >= 4
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    assert {keyword for node in nodes for keyword in node} - names <= known
    assert schema["properties"]["made_at"]["format"] == "date-time"
    assert schema["properties"]["address"] == {"type": "string"}, "a format that the server refuses"
    # A reference stands alone, so what is described is written out.
    assert all(node.keys() == {"$ref"} for node in nodes if "$ref" in node)
    assert schema["properties"]["main"]["description"] == "The most important part."
    assert schema["properties"]["main"]["required"] == ["name", "colour"]


@pytest.mark.parametrize(
    ("model", "why"),
    [
        *((create_model("Beyond", value=(kind, ...)), "Beyond.value") for kind in BEYOND),
        (create_model("OpenToMore", __config__={"extra": "allow"}, text=(str, ...)), "OpenToMore"),
        (EndlesslyDescribed, "nested deeper"),
    ],
)
def test_a_class_beyond_strict_mode_is_refused_before_it_is_sent(model: type[BaseModel], why: str) -> None:
    with pytest.raises(UnusableSchema, match=why):
        strict_schema(model)


def test_the_format_is_strict_bears_a_name_the_server_accepts_keeps_the_order_and_is_rendered_once() -> None:
    found = response_format(Box[int], "text")
    rendered = orjson.loads(orjson.dumps(found))

    schema = rendered["json_schema"]
    assert (rendered["type"], schema["strict"], schema["name"]) == ("json_schema", True, "Box_int_")
    assert list(schema["schema"]["properties"]) == ["content", "text"]
    assert response_format(Box[int], "text") is found


def test_the_streamed_field_is_a_string_anywhere_and_last_where_others_are_handed_over_before_it() -> None:
    assert response_format(TextInTheMiddle, "text")
    assert fields_before(Box[int], "text") == {"content"}
    with pytest.raises(UnusableSchema, match="must end with 'text'"):
        fields_before(TextInTheMiddle, "text")
    for field in ("count", "words"):
        with pytest.raises(UnusableSchema, match=f"needs the string '{field}'"):
            response_format(TextInTheMiddle, field)
