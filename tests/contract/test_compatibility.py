"""Within a version an optional field may be added; each other kind of change is refused by name."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from contracts import compatibility, json_schemas
from contracts.cloudevent import Event


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Wheel(BaseModel):
    spokes: int = Field(ge=8, le=40)
    maker: str | None = None


class BicycleSold(Event):
    """A bicycle changed hands."""

    topic: ClassVar[str] = "bicycles.v1"

    frame_id: UUID
    colour: Colour
    price_usd: int = Field(ge=0)
    wheels: tuple[Wheel, ...]
    note: str | None = None
    shop: Literal["north", "south"] = "north"


def _with(base: type[BaseModel], fields: dict[str, Any]) -> type[Any]:
    """The class with these fields redefined; None removes one."""
    definitions: dict[str, Any] = {
        name: (field.rebuild_annotation(), field.get_default() if not field.is_required() else ...)
        for name, field in base.model_fields.items()
    }
    kept = {name: defined for name, defined in (definitions | fields).items() if defined is not None}
    root = Event if issubclass(base, Event) else BaseModel
    return create_model(base.__name__, __base__=root, __doc__=base.__doc__, **kept)


def _wheels(**fields: Any) -> dict[str, Any]:
    return {"wheels": (tuple[_with(Wheel, fields), ...], ...)}


def _breaches(new: type[Event]) -> list[str]:
    old = json_schemas.schema_of(BicycleSold)
    return [str(breach) for breach in compatibility.breaches(old, json_schemas.schema_of(new))]


PRICE = Annotated[int, Field(ge=0, title="Price", description="What was paid.", examples=[250])]
GREENER = StrEnum("Colour", {"RED": "red", "BLUE": "blue", "GREEN": "green"})


def test_optional_fields_may_be_added_however_deep_and_words_for_people_changed() -> None:
    one_more = {"voucher": (str | None, None)}
    for fields in ({}, one_more, _wheels(tyre=(str | None, None)), {"price_usd": (PRICE, ...)}):
        assert _breaches(_with(BicycleSold, fields)) == [], fields


@pytest.mark.parametrize(
    ("fields", "breach"),
    [
        ({"note": None}, "note was removed or renamed"),
        ({"buyer": (str, ...)}, "buyer is newly required"),
        ({"frame_id": (UUID | None, None)}, "frame_id is no longer required"),
        ({"price_usd": (str, ...)}, "price_usd has another type"),
        ({"frame_id": (str, ...)}, "frame_id has another format"),
        ({"price_usd": (Annotated[int, Field(ge=1)], ...)}, "price_usd has another minimum"),
        ({"price_usd": (int, ...)}, "price_usd has another minimum"),
        ({"price_usd": (Annotated[int, Field(ge=0, le=9)], ...)}, "price_usd has another maximum"),
        ({"note": (Annotated[str, Field(max_length=9)] | None, None)}, "note has another maxLength"),
        ({"note": (str, "")}, "note has another anyOf"),
        ({"note": (str | int | None, None)}, "note has another anyOf"),
        ({"colour": (GREENER, ...)}, "colour has another enum"),
        ({"shop": (Literal["north"], "north")}, "shop has another const"),
        ({"shop": (Literal["north", "south"], "south")}, "shop has another default"),
        ({"wheels": (Wheel, ...)}, "wheels has another items"),
        ({"wheels": (Annotated[tuple[Wheel, ...], Field(min_length=2)], ...)}, "wheels has another minItems"),
        (_wheels(maker=None), "wheels[].maker was removed or renamed"),
        (_wheels(rim=(str, ...)), "wheels[].rim is newly required"),
        (_wheels(spokes=(Annotated[int, Field(ge=8, le=36)], ...)), "wheels[].spokes has another maximum"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_any_other_change_of_a_field_is_refused(fields: dict[str, Any], breach: str) -> None:
    said = _breaches(_with(BicycleSold, fields))
    assert any(each.startswith(breach) for each in said), said


def test_refusing_unknown_fields_and_another_version_are_refused() -> None:
    own = {"__module__": __name__, "__doc__": BicycleSold.__doc__}
    other = {"version": 2, "model_config": ConfigDict(extra="forbid")}
    said = str(_breaches(type(BicycleSold)("BicycleSold", (BicycleSold,), own | other)))
    assert "another additionalProperties" in said
    assert "another $id" in said


def test_a_type_that_holds_itself_is_compared_to_its_end() -> None:
    old, new = (
        {"$defs": {"Part": {"properties": {"parts": {"items": items}}}}, "$ref": "#/$defs/Part"}
        for items in ({"$ref": "#/$defs/Part"}, {"type": "string"})
    )
    assert compatibility.breaches(old, old) == []
    assert compatibility.breaches(old, new) != []
