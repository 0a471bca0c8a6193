"""A model class becomes a JSON schema that strict mode accepts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

import jsonschema
import orjson
import pytest
from pydantic import AnyUrl, BaseModel, Field

from chassis.language_model import UnusableSchema
from chassis.language_model.schema import fields_before, response_format, strict_schema


class Colour(StrEnum):
    """A colour to choose."""

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


def subschemas(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for child in schema.values():
            yield from subschemas(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from subschemas(child)


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in subschemas(schema) if node.get("type") == "object"]


def test_every_object_is_closed_and_requires_all_it_has() -> None:
    found = objects(strict_schema(Kitchen))

    assert len(found) >= 4
    for node in found:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


def test_only_keywords_of_strict_mode_are_left() -> None:
    known = {
        *("type", "description", "enum", "format", "properties", "required", "additionalProperties"),
        *("items", "anyOf", "$ref", "$defs", "minimum", "maximum", "maxItems"),
    }
    schema = strict_schema(Kitchen)
    names = {name for node in subschemas(schema) for name in node.get("properties", {})}
    names |= set(schema["$defs"])

    used = {keyword for node in subschemas(schema) for keyword in node}

    assert used - names <= known


def test_a_reference_stands_alone_and_its_description_is_kept() -> None:
    schema = strict_schema(Kitchen)

    assert all(node.keys() == {"$ref"} for node in subschemas(schema) if "$ref" in node)
    assert schema["properties"]["main"]["description"] == "The most important part."
    assert schema["properties"]["main"]["required"] == ["name", "colour"]


def test_formats_the_server_refuses_are_left_out() -> None:
    properties = strict_schema(Kitchen)["properties"]

    assert properties["made_at"]["format"] == "date-time"
    assert properties["address"] == {"type": "string"}


def test_a_class_may_contain_itself() -> None:
    schema = strict_schema(Node)

    jsonschema.validate({"label": "a", "children": [{"label": "b", "children": []}]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"label": "a", "children": [{"label": "b"}]}, schema)


def test_an_answer_the_class_accepts_in_full_passes_the_schema() -> None:
    part = {"name": "tap", "colour": "blue"}
    answer = {
        "text": "hello",
        "count": 3,
        "note": None,
        "kind": "sink",
        "size": "large",
        "parts": [part],
        "main": part,
        "spare": None,
        "either": {"label": "a", "children": []},
        "made_at": "2026-01-02T03:04:05Z",
        "address": "https://example.com/",
    }

    jsonschema.validate(answer, strict_schema(Kitchen))
    Kitchen.model_validate(answer)


class FreeKeys(BaseModel):
    text: str
    counts: dict[str, int]


class Anything(BaseModel):
    text: str
    value: object


class AnyList(BaseModel):
    text: str
    values: list[Any]


class Pair(BaseModel):
    text: str
    pair: tuple[int, str]


class OpenToMore(BaseModel, extra="allow"):
    text: str


@pytest.mark.parametrize("model", [FreeKeys, Anything, AnyList, Pair, OpenToMore])
def test_a_class_beyond_strict_mode_is_refused_before_it_is_sent(model: type[BaseModel]) -> None:
    with pytest.raises(UnusableSchema, match=model.__name__):
        strict_schema(model)


class EndlesslyDescribed(BaseModel):
    text: str
    inner: EndlesslyDescribed = Field(description="Itself again.")


def test_a_description_that_would_be_written_out_for_ever_is_refused() -> None:
    with pytest.raises(UnusableSchema, match="nested deeper"):
        strict_schema(EndlesslyDescribed)


class LateText(BaseModel):
    count: int
    text: str


class NumberFirst(BaseModel):
    text: int


class TextInTheMiddle(BaseModel):
    count: int
    text: str
    note: str


def test_the_streamed_field_may_stand_anywhere() -> None:
    assert list(
        orjson.loads(orjson.dumps(response_format(LateText, "text")))["json_schema"]["schema"]["properties"]
    ) == [
        "count",
        "text",
    ]


@pytest.mark.parametrize(("model", "field"), [(NumberFirst, "text"), (LateText, "words")])
def test_the_streamed_field_must_be_a_string_of_the_class(model: type[BaseModel], field: str) -> None:
    with pytest.raises(UnusableSchema, match=f"needs the string '{field}'"):
        response_format(model, field)


def test_fields_are_handed_over_before_the_last_one_only() -> None:
    assert fields_before(LateText, "text") == {"count"}
    with pytest.raises(UnusableSchema, match="must end with 'text'"):
        fields_before(TextInTheMiddle, "text")


T = TypeVar("T")


class Box(BaseModel, Generic[T]):
    text: str
    content: T


def test_the_format_is_strict_and_bears_a_name_the_server_accepts() -> None:
    rendered = orjson.loads(orjson.dumps(response_format(Box[int], "text")))

    assert rendered["type"] == "json_schema"
    assert rendered["json_schema"]["strict"] is True
    assert rendered["json_schema"]["name"] == "Box_int_"


def test_a_class_is_rendered_once() -> None:
    assert response_format(Kitchen, "text") is response_format(Kitchen, "text")
