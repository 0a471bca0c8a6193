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
_EMAIL = re.compile(r"[\w.+-]+@([\w.-]+)")


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _says_all_of(said: Any, expected: Any) -> bool:
    """Whether nothing of `expected` was lost; what an older publisher left out may be there as well."""
    if isinstance(expected, dict):
        return isinstance(said, dict) and all(
            name in said and _says_all_of(said[name], value) for name, value in expected.items()
        )
    return bool(said == expected)


@pytest.fixture(params=EXAMPLES, ids=_id)
def example(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_an_example_is_of_the_event_whose_folder_holds_it(example: Path) -> None:
    headers = json.loads(example.read_text())["headers"]

    event_class = EVENT_BY_TYPE[headers["ce_type"]]

    assert example.parent.name == f"{event_class.__name__}.v{event_class.version}"


def test_an_example_survives_being_read_and_written_again(example: Path) -> None:
    record = json.loads(example.read_text())
    event_class = EVENT_BY_TYPE[record["headers"]["ce_type"]]

    event = parse_record(event_class, record["headers"], json.dumps(record["value"]).encode())
    again = parse_record(event_class, event.headers(), event.value())

    assert again == event
    assert event.headers() | record["headers"] == record["headers"]
    assert _says_all_of(json.loads(event.value()), record["value"])


def test_an_example_satisfies_the_committed_schema(example: Path) -> None:
    schema = json.loads((CONTRACTS / "schemas" / f"{example.parent.name}.json").read_text())
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    validator.validate(json.loads(example.read_text())["value"])


@pytest.mark.parametrize("event_class", EVENTS, ids=lambda event_class: event_class.__name__)
def test_every_event_has_a_minimal_and_a_fuller_example(event_class: type) -> None:
    folder = CONTRACTS / "examples" / f"{event_class.__name__}.v1"

    names = {path.stem for path in folder.glob("*.json")}

    assert "minimal" in names
    assert len(names) >= 2


def test_a_minimal_example_lacks_every_field_that_may_be_absent() -> None:
    for event_class in EVENTS:
        path = CONTRACTS / "examples" / f"{event_class.__name__}.v1" / "minimal.json"
        optional = {name for name, field in event_class.model_fields.items() if not field.is_required()}

        assert not optional & json.loads(path.read_text())["value"].keys(), path


def test_examples_hold_invented_people_only(example: Path) -> None:
    hosts = _EMAIL.findall(example.read_text())

    assert all(host.endswith(".example") for host in hosts)
