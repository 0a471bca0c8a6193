"""What is generated is committed, what would break a reader is not, and every example is read and valid."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts import generate
from contracts.cloudevent import parse_record
from contracts.registry import EVENT_BY_TYPE, EVENTS

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = sorted((CONTRACTS / "examples").glob("*/*.json"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with everything that was generated, to be spoiled."""
    (tmp_path / "schemas").mkdir()
    for name, text in generate.generated_files().items():
        (tmp_path / name).write_text(text)
    return tmp_path


def _edit_message(schema: Path, **changes: object) -> None:
    document = json.loads(schema.read_text())
    document["properties"]["message"] |= changes
    schema.write_text(json.dumps(document))


def test_the_committed_files_are_valid_and_what_the_contracts_generate_and_promise() -> None:
    assert generate.stale_files(CONTRACTS, generate.generated_files()) == []
    assert generate.broken_promises(CONTRACTS / "schemas") == []
    for event in EVENTS:
        schema = json.loads((CONTRACTS / "schemas" / f"{event.__name__}.v1.json").read_text())
        Draft202012Validator.check_schema(schema)
        assert (schema["$id"], schema["description"]) == (event.dataschema(), inspect.getdoc(event))


def test_a_stale_file_is_named_or_written_anew(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stale = copy / "asyncapi.yaml"
    fresh = stale.read_text()
    assert generate.main(["--check"], root=copy) == 0
    stale.write_text("asyncapi: 3.0.0\n")

    assert generate.main(["--check"], root=copy) == 1
    assert "stale: contracts/asyncapi.yaml" in capsys.readouterr().err
    assert stale.read_text() == "asyncapi: 3.0.0\n"
    assert generate.main([], root=copy) == 0
    assert stale.read_text() == fresh


def test_a_broken_promise_is_refused_and_not_written(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promised = copy / "schemas" / "TurnReceived.v1.json"
    _edit_message(promised, maxLength=9_000)
    before = promised.read_text()

    assert generate.main([], root=copy) == 1
    assert "TurnReceived.v1.json: message has another maxLength: 9000" in capsys.readouterr().err
    assert promised.read_text() == before

    promised.rename(promised.with_name("TurnForgotten.v1.json"))
    faults = generate.broken_promises(copy / "schemas")
    assert [fault.partition(":")[0] for fault in faults] == ["TurnForgotten.v1.json"]


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


def _of_a_later_release(told: Any) -> Any:
    """With a field in every object that nobody knows yet."""
    if isinstance(told, list):
        return [_of_a_later_release(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {name: _of_a_later_release(each) for name, each in told.items()} | {"of_a_later_release": [1]}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_later_release_publishes_is_read_by_this_one(example: Path) -> None:
    record = json.loads(example.read_text())
    event_class, headers = EVENT_BY_TYPE[record["headers"]["ce_type"]], record["headers"]
    # What a mapping is keyed by is content, not a field.
    keyed = {"translations", "deleted", "notification"} & record["value"].keys()
    later = _of_a_later_release(record["value"]) | {name: record["value"][name] for name in keyed}

    read = parse_record(event_class, headers | {"ce_oflaterrelease": "1"}, json.dumps(later).encode())

    assert read == parse_record(event_class, headers, json.dumps(record["value"]).encode())


def test_every_event_has_a_fuller_example_and_one_without_every_field_that_may_be_absent() -> None:
    for event in EVENTS:
        folder = CONTRACTS / "examples" / f"{event.__name__}.v1"
        minimal = json.loads((folder / "minimal.json").read_text())["value"]
        optional = {name for name, field in event.model_fields.items() if not field.is_required()}
        assert not optional & minimal.keys(), event
        assert len(list(folder.glob("*.json"))) >= 2, event
