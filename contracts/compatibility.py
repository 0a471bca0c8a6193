"""What may change within a version of an event: an optional field may be added, nothing else.

Publishers and readers are deployed one after the other, so a record of either schema must satisfy readers of
the other. That leaves only what old readers ignore and new readers can do without. Loosening is refused like
tightening: a longer text or one more kind is something a reader that is already running cannot take.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from contracts.json_schemas import Schema

# Words for people; a validator does not look at them.
_ANNOTATIONS = frozenset({"$schema", "$defs", "title", "description", "examples"})
_OBJECT_KEYWORDS = frozenset({"properties", "required"})
_SCHEMA_KEYWORDS = frozenset({"items", "additionalProperties"})
_SCHEMA_LIST_KEYWORDS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})


@dataclass(frozen=True, slots=True)
class Breach:
    """One change that needs a new version of the event."""

    path: str
    change: str

    def __str__(self) -> str:
        return f"{self.path or '(event)'} {self.change}"


def breaches(released: Schema, proposed: Schema) -> list[Breach]:
    """Every change from `released` to `proposed` that needs a new version of the event."""
    return list(_Comparison(released, proposed).of(released, proposed, path=""))


class _Comparison:
    """Walks both schemas side by side, following references into their definitions."""

    def __init__(self, released: Schema, proposed: Schema) -> None:
        self._released = released
        self._proposed = proposed
        self._open: set[tuple[str, str]] = set()

    def of(self, old: JsonValue, new: JsonValue, path: str) -> Iterator[Breach]:
        if not (isinstance(old, dict) and isinstance(new, dict)):
            if old != new:
                yield Breach(path, f"changed from {old!r} to {new!r}")
            return
        references = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if any(references):
            if references in self._open:
                return
            self._open.add(references)
        yield from self._of_nodes(_resolve(old, self._released), _resolve(new, self._proposed), path)
        self._open.discard(references)

    def _of_nodes(self, old: Schema, new: Schema, path: str) -> Iterator[Breach]:
        yield from self._of_fields(old, new, path)
        for keyword in sorted((old.keys() | new.keys()) - _ANNOTATIONS - _OBJECT_KEYWORDS):
            yield from self._of_keyword(keyword, old.get(keyword), new.get(keyword), path)

    def _of_fields(self, old: Schema, new: Schema, path: str) -> Iterator[Breach]:
        old_fields, new_fields = _fields(old), _fields(new)
        for name, old_field in old_fields.items():
            if name not in new_fields:
                yield Breach(_below(path, name), "was removed or renamed")
            else:
                yield from self.of(old_field, new_fields[name], _below(path, name))
        old_required, new_required = _required(old), _required(new)
        for name in sorted(new_required - old_required):
            yield Breach(_below(path, name), "is newly required")
        # A field that is gone was named above.
        for name in sorted((old_required - new_required) & new_fields.keys()):
            yield Breach(_below(path, name), "is no longer required, which running readers rely on")

    def _of_keyword(self, keyword: str, old: JsonValue, new: JsonValue, path: str) -> Iterator[Breach]:
        if keyword in _SCHEMA_KEYWORDS and old is not None and new is not None:
            yield from self.of(old, new, f"{path}[]")
        elif keyword in _SCHEMA_LIST_KEYWORDS and _length(old) == _length(new):
            for old_item, new_item in zip(cast(list[Schema], old), cast(list[Schema], new), strict=True):
                yield from self.of(old_item, new_item, path)
        elif old != new:
            yield Breach(path, f"has another {keyword}: {old!r} became {new!r}")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}".lstrip(".")


def _resolve(node: Schema, document: Schema) -> Schema:
    if "$ref" not in node:
        return node
    name = str(node["$ref"]).removeprefix("#/$defs/")
    definitions = cast(dict[str, Schema], document["$defs"])
    beside = {keyword: value for keyword, value in node.items() if keyword != "$ref"}
    return _resolve(definitions[name] | beside, document)


def _fields(node: Schema) -> Schema:
    return cast(Schema, node.get("properties", {}))


def _required(node: Schema) -> frozenset[str]:
    return frozenset(cast(list[str], node.get("required", [])))


def _length(value: JsonValue) -> int:
    return len(value) if isinstance(value, list) else 0
