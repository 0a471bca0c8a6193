"""The AsyncAPI document is well formed, says all of the registry, and says nothing else."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from contracts.cloudevent import originate
from contracts.registry import EVENTS, STREAMS, TOPICS, publisher_of
from tests.support.event_records import turn_received

CONTRACTS = Path(__file__).parents[2] / "contracts"


def _closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with these keys and no others: a key nobody defined is a typo."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": [*required],
        "additionalProperties": False,
    }


def _map_of(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "minProperties": 1, "additionalProperties": values}


TEXT = {"type": "string", "minLength": 1}
REFERENCE = _closed({"$ref": TEXT})
BINDING_VERSION = {"const": "0.5.0"}
KEY_BINDING = _closed({"kafka": _closed({"key": {"type": "object"}, "bindingVersion": BINDING_VERSION})})
CHANNEL_BINDING = _closed(
    {
        "kafka": _closed(
            {
                "topic": TEXT,
                "partitions": {"type": "integer", "minimum": 1},
                "topicConfiguration": _closed(
                    {},
                    {
                        "cleanup.policy": {"type": "array", "items": {"enum": ["compact", "delete"]}},
                        "retention.ms": {"type": "integer", "minimum": -1},
                        "retention.bytes": {"type": "integer", "minimum": -1},
                        "delete.retention.ms": {"type": "integer", "minimum": 0},
                        "max.message.bytes": {"type": "integer", "minimum": 0},
                    },
                ),
                "bindingVersion": BINDING_VERSION,
            }
        )
    }
)
GROUP_BINDING = _closed(
    {"kafka": _closed({"groupId": {"type": "object"}, "bindingVersion": BINDING_VERSION})}
)
# The part of AsyncAPI 3.0 that the document uses, closed at every level.
ASYNCAPI = _closed(
    {
        "asyncapi": {"const": "3.0.0"},
        "info": _closed({"title": TEXT, "version": TEXT, "description": TEXT}),
        "defaultContentType": TEXT,
        "servers": _map_of(
            _closed(
                {"host": TEXT, "protocol": {"const": "kafka"}, "description": TEXT},
                {"variables": _map_of(_closed({"default": TEXT, "description": TEXT}))},
            )
        ),
        "channels": _map_of(
            _closed(
                {
                    "address": TEXT,
                    "title": TEXT,
                    "description": TEXT,
                    "messages": _map_of(REFERENCE),
                    "bindings": CHANNEL_BINDING,
                }
            )
        ),
        "operations": _map_of(
            _closed(
                {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REFERENCE,
                    "summary": TEXT,
                    "messages": {"type": "array", "minItems": 1, "items": REFERENCE},
                },
                {"bindings": GROUP_BINDING},
            )
        ),
        "components": _closed(
            {
                "messages": _map_of(
                    _closed(
                        {
                            "name": TEXT,
                            "title": TEXT,
                            "summary": TEXT,
                            "headers": {"type": "object"},
                            "payload": {"type": "object"},
                            "bindings": KEY_BINDING,
                        },
                        {"contentType": TEXT},
                    )
                ),
                "schemas": _map_of({"type": "object"}),
            }
        ),
    }
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text())
    return loaded


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    if isinstance(node, list):
        for item in node:
            yield from _references(item)


def _leads_somewhere(reference: str, document: dict[str, Any]) -> bool:
    if not reference.startswith("#/"):
        return (CONTRACTS / reference).is_file()
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def _names(messages: list[dict[str, str]]) -> set[str]:
    return {message["$ref"].rpartition("/")[2] for message in messages}


def _versioned(events: Any) -> set[str]:
    return {f"{event.__name__}.v{event.version}" for event in events}


def test_the_document_has_the_shape_of_asyncapi_3(document: dict[str, Any]) -> None:
    Draft202012Validator(ASYNCAPI).validate(document)


def test_a_misspelt_key_is_not_the_shape_of_asyncapi_3(document: dict[str, Any]) -> None:
    spoiled = deepcopy(document)
    binding = spoiled["channels"]["conversation.turns.v1"]["bindings"]["kafka"]
    binding["partition"] = binding.pop("partitions")

    with pytest.raises(ValidationError):
        Draft202012Validator(ASYNCAPI).validate(spoiled)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(_references(document))

    assert references
    assert [reference for reference in references if not _leads_somewhere(reference, document)] == []


def test_the_channels_are_the_topics_of_the_registry(document: dict[str, Any]) -> None:
    channels = document["channels"]

    assert list(channels) == [topic.name for topic in TOPICS]
    for topic in TOPICS:
        binding = channels[topic.name]["bindings"]["kafka"]
        assert (binding["topic"], binding["partitions"]) == (topic.name, topic.partitions)
        assert binding["topicConfiguration"].keys() == topic.config.keys()


def test_a_channel_carries_the_events_of_its_stream(document: dict[str, Any]) -> None:
    for topic in STREAMS:
        assert set(document["channels"][topic.name]["messages"]) == _versioned(topic.events)


def test_the_messages_are_the_events_of_the_registry_and_those_of_dead_letters(
    document: dict[str, Any],
) -> None:
    messages = document["components"]["messages"]

    assert set(messages) == _versioned(EVENTS) | {"ParkedRecord", "Settlement"}
    for event in EVENTS:
        message = messages[f"{event.__name__}.v{event.version}"]
        assert message["name"] == event.type_name()
        assert message["headers"]["properties"]["ce_type"] == {"const": event.type_name()}
        assert message["bindings"]["kafka"]["key"]["format"] == "uuid"


def test_every_service_sends_and_receives_what_the_registry_says(document: dict[str, Any]) -> None:
    operations = document["operations"]

    expected = {
        *(f"{service}.send.{topic.name}" for topic in TOPICS for service in topic.publishers),
        *(f"{service}.receive.{topic.name}" for topic in TOPICS for service in topic.consumers),
    }

    assert set(operations) == expected
    for topic in STREAMS:
        for service in topic.publishers:
            own = [event for event in topic.events if publisher_of(event) == service]
            assert _names(operations[f"{service}.send.{topic.name}"]["messages"]) == _versioned(own)
        for service in topic.consumers:
            received = operations[f"{service}.receive.{topic.name}"]
            assert _names(received["messages"]) == _versioned(topic.events)
            assert received["bindings"]["kafka"]["groupId"]["enum"] == [service]


def test_the_headers_of_a_record_satisfy_the_described_ones(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["CloudEventHeaders"]
    event = turn_received()

    Draft202012Validator(described).validate(event.headers())

    assert event.headers().keys() <= described["properties"].keys()
    assert {"ce_causationid", "ce_sequence", "traceparent"} <= described["properties"].keys()


def test_a_header_that_every_record_must_have_is_described_as_such(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["CloudEventHeaders"]
    bare = originate(
        turn_received().data, event_id=turn_received().id, source="gateway", time=turn_received().time
    )

    assert set(described["required"]) == bare.headers().keys()
