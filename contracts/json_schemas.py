"""The JSON Schema of an event version, as committed in `contracts/schemas/`."""

import json
import re
from typing import Any, TypeAlias

from pydantic import BaseModel, JsonValue
from pydantic.json_schema import GenerateJsonSchema

from contracts.cloudevent import Event

Schema: TypeAlias = dict[str, JsonValue]


class _EventSchema(GenerateJsonSchema):
    """Leaves out titles that only repeat a field's name, and gives generic values plain names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic calls it
        return False

    def normalize_name(self, name: str) -> str:
        return re.sub(r"\W+", "_", name).strip("_")


def file_name(event_class: type[Event]) -> str:
    """The name of the schema's file, e.g. `TurnReceived.v1.json`."""
    return f"{event_class.__name__}.v{event_class.version}.json"


def schema_of(event_class: type[Event]) -> Schema:
    """The draft 2020-12 schema that a reader of this event version may rely on."""
    generated = event_class.model_json_schema(schema_generator=_EventSchema, mode="validation")
    leading = {
        "$schema": _EventSchema.schema_dialect,
        "$id": event_class.dataschema(),
        "title": generated.pop("title"),
        "description": generated.pop("description"),
    }
    return leading | generated


def plain_schema_of(model: type[BaseModel]) -> Schema:
    """The schema of a model that is no event."""
    return model.model_json_schema(schema_generator=_EventSchema)


def as_text(schema: Schema) -> str:
    """The text of the committed file: the same schema is always the same text."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
