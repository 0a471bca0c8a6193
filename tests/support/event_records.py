"""Events and the JSON values of events, for tests of the language itself."""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from contracts import events, json_schemas
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.text import clean_text

CONVERSATION = UUID("1171da91-ee73-45b2-ba24-fc1820001af3")
TURN = UUID("0da3a942-6be7-48f1-abad-7bbb0b80d7bc")
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_TEXT = st.text(max_size=30)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_FORMATS = {
    "uuid": st.uuids().map(str),
    "date-time": st.datetimes(datetime(1970, 1, 2), timezones=st.just(UTC)).map(datetime.isoformat),
}


def turn_received(message: str = "We run a small dental practice.") -> CloudEvent[events.TurnReceived]:
    """A visitor's first turn."""
    data = events.TurnReceived(conversation_id=CONVERSATION, turn_id=TURN, message=message, source="widget")
    return originate(
        data, event_id=UUID("5d7d15fa-b6a6-4bce-bd0b-8f3d11965350"), source="gateway", time=MORNING
    )


@cache
def values_of(event_class: type[Event]) -> st.SearchStrategy[dict[str, Any]]:
    """Every value that the event's JSON Schema allows, with and without its optional fields."""
    document: Any = json_schemas.schema_of(event_class)
    return _drawn_from(document, document.get("$defs", {}))


def _drawn_from(schema: Any, definitions: Any) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _drawn_from(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        return st.one_of(*(_drawn_from(choice, definitions) for choice in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _TYPES[schema.get("type")](schema, definitions)


def _objects(schema: Any, definitions: Any) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" not in schema:
        extra = schema.get("additionalProperties")
        return st.dictionaries(_TEXT, _drawn_from(extra, definitions), max_size=3) if extra else st.just({})
    optional = {name: _drawn_from(field, definitions) for name, field in schema["properties"].items()}
    required = {name: optional.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional=optional)


def _strings(schema: Any, _definitions: Any) -> st.SearchStrategy[str]:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        # No address has two dots in a row, which its pattern does not say.
        matching = st.from_regex(schema["pattern"].rstrip("$"), fullmatch=True)
        return matching.filter(lambda text: ".." not in text)
    shortest = schema.get("minLength", 0)
    texts = st.text(min_size=shortest, max_size=min(schema.get("maxLength", 30), shortest + 30))
    # A text is cleaned before it is measured, and a schema cannot say what cleaning removes.
    return texts.filter(lambda text: len(clean_text(text)) >= shortest) if shortest else texts


def _numbers(schema: Any, _definitions: Any) -> st.SearchStrategy[float]:
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    return st.floats(lowest, highest, allow_nan=False, allow_infinity=False)


_TYPES: dict[str | None, Any] = {
    None: lambda _schema, _definitions: _JSON,
    "object": _objects,
    "array": lambda schema, definitions: st.lists(_drawn_from(schema["items"], definitions), max_size=3),
    "string": _strings,
    "integer": lambda schema, _definitions: st.integers(
        schema.get("minimum", -1_000), schema.get("maximum", 1_000_000)
    ),
    "number": _numbers,
    "boolean": lambda _schema, _definitions: st.booleans(),
    "null": lambda _schema, _definitions: st.none(),
}
