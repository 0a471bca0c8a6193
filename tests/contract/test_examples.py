"""Every example ever committed is read by today's classes, and says what today's schemas say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.cloudevent import parse_record
from contracts.registry import EVENT_BY_TYPE, EVENTS

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = sorted((CONTRACTS / "examples").glob("*/*.json"))


def _says_all_of(said: Any, expected: Any) -> bool:
    """Whether nothing of `expected` was lost; what an older publisher left out may be there as well."""
    if not isinstance(expected, dict) or not isinstance(said, dict):
        return bool(said == expected)
    return all(name in said and _says_all_of(said[name], value) for name, value in expected.items())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_of_its_event_valid_of_nobody_real_and_survives_a_round_trip(example: Path) -> None:
    record = json.loads(example.read_text())
    event_class = EVENT_BY_TYPE[record["headers"]["ce_type"]]
    schema = json.loads((CONTRACTS / "schemas" / f"{example.parent.name}.json").read_text())

    event = parse_record(event_class, record["headers"], json.dumps(record["value"]).encode())

    assert example.parent.name == f"{event_class.__name__}.v{event_class.version}"
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(record["value"])
    assert parse_record(event_class, event.headers(), event.value()) == event
    assert event.headers() | record["headers"] == record["headers"]
    assert _says_all_of(json.loads(event.value()), record["value"])
    hosts = re.findall(r"[\w.+-]+@([\w.-]+)", example.read_text())
    assert all(host.endswith(".example") for host in hosts)


def test_every_event_has_a_fuller_example_and_one_without_every_field_that_may_be_absent() -> None:
    for event in EVENTS:
        folder = CONTRACTS / "examples" / f"{event.__name__}.v1"
        minimal = json.loads((folder / "minimal.json").read_text())["value"]
        optional = {name for name, field in event.model_fields.items() if not field.is_required()}
        assert not optional & minimal.keys(), event
        assert len(list(folder.glob("*.json"))) >= 2, event
