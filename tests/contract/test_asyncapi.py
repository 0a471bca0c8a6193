"""The AsyncAPI document is well formed, says all of the registry, and says nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.kafka.letter import Address, Letter, settlement_headers
from chassis.kafka.retry import RetryPolicy
from contracts.cloudevent import MalformedEvent, originate
from contracts.registry import EVENTS, STREAMS, TOPICS, publisher_of
from tests.support.event_records import turn_received
from tests.support.records import record

CONTRACTS = Path(__file__).parents[2] / "contracts"
TEXT = (CONTRACTS / "asyncapi.yaml").read_text()
TYPES = {"text": str, "number": int, "list": list, "map": dict}
# The part of AsyncAPI 3.0 that the document uses, closed at every level: a key nobody defined is a typo.
# A key of `*` stands for any, and one that ends in `~` may be absent.
ASYNCAPI = yaml.safe_load("""
asyncapi: 3.0.0
info: {title: text, version: text, description: text}
defaultContentType: text
servers:
  "*": {host: text, protocol: kafka, description: text, variables~: {"*": {default: text, description: text}}}
channels:
  "*":
    {address: text, title: text, description: text, messages: {"*": {$ref: text}}, bindings: {kafka: {
      bindingVersion: 0.5.0, topic: text, partitions: number, topicConfiguration: {
        cleanup.policy~: list, retention.ms~: number, retention.bytes~: number,
        delete.retention.ms~: number, max.message.bytes~: number,
        segment.ms~: number, max.compaction.lag.ms~: number}}}}
operations:
  "*":
    {action: text, channel: {$ref: text}, summary: text, messages: list,
      bindings~: {kafka: {groupId: map, bindingVersion: 0.5.0}}}
components:
  schemas: {"*": map}
  messages:
    "*":
      {name: text, title: text, summary: text, headers: map, payload: map, contentType~: text,
        bindings: {kafka: {key: map, bindingVersion: 0.5.0}}}
""")


def _misshapen(value: Any, shape: Any, where: str = "") -> Iterator[str]:
    """Every place where the value has not the shape."""
    if isinstance(shape, str) and shape in TYPES:
        is_right = isinstance(value, TYPES[shape]) and value not in ("", [])
    else:
        is_right = isinstance(value, dict) if isinstance(shape, dict) else value == shape
    if not is_right:
        yield where
    elif isinstance(shape, dict):
        known = {name.rstrip("~"): inner for name, inner in shape.items()}
        lacking = {name for name in shape if not name.endswith("~")} - value.keys() - {"*"}
        yield from (f"{where}/{name}" for name in lacking)
        for name, inner in value.items():
            yield from _misshapen(inner, known.get(name, known.get("*")), f"{where}/{name}")


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load(TEXT)


def _names(operation: Any) -> set[str]:
    return {message["$ref"].rpartition("/")[2] for message in operation["messages"]}


def _versioned(events: Any) -> set[str]:
    return {f"{event.__name__}.v{event.version}" for event in events}


def test_the_document_has_the_shape_of_asyncapi_3(document: dict[str, Any]) -> None:
    assert list(_misshapen(document, ASYNCAPI)) == []
    binding = document["channels"]["conversation.turns.v1"]["bindings"]["kafka"]
    spoiled = {**document, "channels": {"turns": {"bindings": {"kafka": {**binding, "partition": 1}}}}}
    assert "/channels/turns/bindings/kafka/partition" in _misshapen(spoiled, ASYNCAPI)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"\$ref: '?([^'\s]+)", TEXT))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            assert reduce(getitem, reference.split("/")[1:], document), reference
        else:
            assert (CONTRACTS / reference).is_file(), reference


def test_channels_and_messages_are_the_topics_and_events_of_the_registry(document: dict[str, Any]) -> None:
    channels, messages = document["channels"], document["components"]["messages"]

    assert list(channels) == [topic.name for topic in TOPICS]
    assert set(messages) == _versioned(EVENTS) | {"ParkedRecord", "Settlement"}
    for topic in TOPICS:
        binding = channels[topic.name]["bindings"]["kafka"]
        assert (binding["topic"], binding["partitions"]) == (topic.name, topic.partitions)
        assert binding["topicConfiguration"].keys() == topic.config.keys()
    for topic in STREAMS:
        assert set(channels[topic.name]["messages"]) == _versioned(topic.events)
    for event in EVENTS:
        message = messages[f"{event.__name__}.v{event.version}"]
        assert message["name"] == event.type_name()
        assert message["headers"]["properties"]["ce_type"] == {"const": event.type_name()}
        assert message["bindings"]["kafka"]["key"]["format"] == "uuid"


def test_every_service_sends_and_receives_what_the_registry_says(document: dict[str, Any]) -> None:
    operations = document["operations"]

    assert set(operations) == {
        *(f"{service}.send.{topic.name}" for topic in TOPICS for service in topic.publishers),
        *(f"{service}.receive.{topic.name}" for topic in TOPICS for service in topic.consumers),
    }
    for topic in STREAMS:
        for service in topic.publishers:
            own = [event for event in topic.events if publisher_of(event) == service]
            assert _names(operations[f"{service}.send.{topic.name}"]) == _versioned(own)
        for service in topic.consumers:
            received = operations[f"{service}.receive.{topic.name}"]
            assert _names(received) == _versioned(topic.events)
            assert received["bindings"]["kafka"]["groupId"]["enum"] == [service]


def test_the_headers_of_a_record_are_the_described_ones(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["CloudEventHeaders"]
    event = turn_received()
    bare = originate(event.data, event_id=event.id, source="gateway", time=event.time)
    Draft202012Validator(described).validate(event.headers())
    assert event.headers().keys() <= described["properties"].keys()
    assert {"ce_causationid", "ce_sequence", "traceparent"} <= described["properties"].keys()
    assert set(described["required"]) == bare.headers().keys()


def test_the_headers_of_a_parked_record_are_its_own_and_the_described_ones(document: dict[str, Any]) -> None:
    described = document["components"]["messages"]["ParkedRecord"]["headers"]
    own = ("ce_id", b"not an id")
    no_broker: Any = None
    parked = Parked(record(topic="conversation.turns.v1", headers=[own]), "MalformedEvent", 1)

    written = DeadLetters(no_broker, "dialogue", RetryPolicy())._headers(parked, MalformedEvent("unreadable"))

    assert own in written
    assert {name for name, _ in written} == {*described["required"], "ce_id"}
    assert described["properties"].keys() - described["required"] == {"x-dlq-omitted"}


def test_the_headers_of_a_settlement_are_the_described_ones(document: dict[str, Any]) -> None:
    described = document["components"]["messages"]["Settlement"]["headers"]
    home, origin = Address("conversation.turns.v1.dlq", 3, 0), Address("conversation.turns.v1", 3, 7)
    letter = Letter(home, datetime.now(UTC), b"key", 0, (), {}, origin)
    dropped = dict(settlement_headers(letter, "dropped", "ann@host", None))
    replayed = dict(settlement_headers(letter, "replayed", "ann@host", origin))
    assert dropped.keys() == set(described["required"])
    assert replayed.keys() == described["properties"].keys()
