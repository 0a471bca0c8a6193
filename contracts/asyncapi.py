"""The AsyncAPI 3.0 document, made from the registry: who sends what to whom, and how it looks."""

from typing import TypeAlias

from pydantic import JsonValue

from contracts.cloudevent import CONTENT_TYPE, TRACEPARENT, Event
from contracts.json_schemas import file_name, plain_schema_of
from contracts.registry import DEAD_LETTER_SUFFIX, STREAMS, TOPICS, Topic, publisher_of
from contracts.sealed import DATA_KEY, SealedData

Node: TypeAlias = dict[str, JsonValue]

_BINDING_VERSION = "0.5.0"
_UUID: Node = {"type": "string", "format": "uuid"}
_ENVELOPE = "CloudEventHeaders"
_SEALED = "SealedData"
_PARKED = "ParkedRecord"
_PARKED_HEADERS = {
    "x-dlq-reason": "The name of the failure.",
    "x-dlq-error": "What the failure said; never the words of a visitor.",
    "x-dlq-attempts": "How often the record was tried, as a decimal number.",
    "x-dlq-origin": "Where the record was read: topic/partition/offset.",
    "x-dlq-group": "The consumer group that gave it up.",
}
_OMITTED = {
    "x-dlq-omitted": "Only where a record was too large to be parked whole: what to read at its origin."
}
_SETTLEMENT = "Settlement"
_SETTLEMENT_HEADERS = {
    "x-dlq-settled": "The parked record that is settled: topic/partition/offset in its dead-letter topic.",
    "x-dlq-outcome": "What was done about it: replayed or dropped.",
    "x-dlq-settled-by": "The operator, as far as the machine knows: user@host.",
}
_REPLAYED_TO = {"x-dlq-replayed-to": "Only where it was replayed: topic/partition/offset of the new record."}
# Settings of a topic that the Kafka binding of AsyncAPI wants as numbers or lists instead of text.
_NUMBERS = frozenset(
    {
        *("retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes"),
        *("segment.ms", "max.compaction.lag.ms"),
    }
)
_LISTS = frozenset({"cleanup.policy"})


def document() -> Node:
    """The whole document; every reference stays inside it or leads to `contracts/schemas/`."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {
            "messages": {
                **{_name(event): _message(event) for topic in STREAMS for event in topic.events},
                _PARKED: _parked_message(),
                _SETTLEMENT: _settlement_message(),
            },
            "schemas": {_ENVELOPE: _envelope_headers(), _SEALED: plain_schema_of(SealedData)},
        },
    }


def _info() -> Node:
    return {
        "title": "salesbot",
        "version": "1.0.0",
        "description": (
            "The events of a sales discovery, from hello to a booked demo. CloudEvents 1.0 in binary mode:"
            " context attributes in `ce_*` headers, the data as a JSON value. Every record is keyed by its"
            " conversation, so that one conversation is one ordered stream. Delivery is at least once: an id"
            " that repeats is a repetition. `lead.events.v1` is public and in clear; the others are between"
            " the services. Their values are encrypted with a key of the conversation, which is destroyed"
            " when the conversation is erased."
        ),
    }


def _server() -> Node:
    return {
        "host": "{bootstrap_servers}",
        "protocol": "kafka",
        "description": "The Kafka cluster of the deployment.",
        "variables": {
            "bootstrap_servers": {
                "default": "localhost:9092",
                "description": "What `KAFKA_BOOTSTRAP_SERVERS` says.",
            }
        },
    }


def _channel(topic: Topic) -> Node:
    names = [_name(event) for event in topic.events] or [_PARKED, _SETTLEMENT]
    return {
        "address": topic.name,
        "title": topic.name,
        "description": _channel_description(topic),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {key: _typed(key, value) for key, value in topic.config.items()},
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _channel_description(topic: Topic) -> str:
    if not topic.events:
        origin = topic.name.removesuffix(DEAD_LETTER_SUFFIX)
        return f"Records of {origin} that can never be handled, kept for an operator."
    readers = ", ".join(topic.consumers) or "any system that wants to"
    sealed = " Values are encrypted with a key of the conversation." if topic.is_sealed else ""
    return f"Published by {' and '.join(topic.publishers)}; read by {readers}.{sealed}"


def _typed(key: str, value: str) -> JsonValue:
    if key in _NUMBERS:
        return int(value)
    return [*value.split(",")] if key in _LISTS else value


def _operations() -> Node:
    operations: Node = {}
    for topic in TOPICS:
        for service in topic.publishers:
            operations[f"{service}.send.{topic.name}"] = _send(service, topic)
        for service in topic.consumers:
            operations[f"{service}.receive.{topic.name}"] = _receive(service, topic)
    return operations


def _send(service: str, topic: Topic) -> Node:
    sent = [_name(event) for event in topic.events if publisher_of(event) == service] or [_PARKED]
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{service} publishes {', '.join(sent)}.",
        "messages": _messages_of(topic, sent),
    }


def _receive(service: str, topic: Topic) -> Node:
    received = [_name(event) for event in topic.events]
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{service} reads {', '.join(received)}.",
        "bindings": {
            "kafka": {
                "groupId": {"type": "string", "enum": [service]},
                "bindingVersion": _BINDING_VERSION,
            }
        },
        "messages": _messages_of(topic, received),
    }


def _messages_of(topic: Topic, names: list[str]) -> list[JsonValue]:
    return [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in names]


def _name(event: type[Event]) -> str:
    return f"{event.__name__}.v{event.version}"


def _message(event: type[Event]) -> Node:
    return {
        "name": event.type_name(),
        "title": _name(event),
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "allOf": [{"$ref": f"#/components/schemas/{_ENVELOPE}"}],
            "properties": {
                "ce_type": {"const": event.type_name()},
                "ce_dataschema": {"const": event.dataschema()},
            },
        },
        "payload": _payload(event),
        "bindings": _key_binding(),
    }


def _payload(event: type[Event]) -> Node:
    """What the value is: the data, or for a sealed event the data in encrypted form."""
    data: Node = {"$ref": f"./schemas/{file_name(event)}"}
    return {"anyOf": [data, {"$ref": f"#/components/schemas/{_SEALED}"}]} if event.is_sealed else data


def _parked_message() -> Node:
    return {
        "name": _PARKED,
        "title": _PARKED,
        "summary": "A record that can never be handled: its own key, value and headers, and why it is here.",
        "headers": {
            "type": "object",
            "required": [*_PARKED_HEADERS],
            "properties": {
                name: {"type": "string", "description": says}
                for name, says in (_PARKED_HEADERS | _OMITTED).items()
            },
        },
        "payload": {"description": "The value as it was found, to the byte. It may not be JSON."},
        "bindings": _key_binding(),
    }


def _settlement_message() -> Node:
    return {
        "name": _SETTLEMENT,
        "title": _SETTLEMENT,
        "summary": "What an operator did about a parked record; it stands in the same partition, behind it.",
        "headers": {
            "type": "object",
            "required": [*_SETTLEMENT_HEADERS],
            "properties": {
                name: {"type": "string", "description": says}
                for name, says in (_SETTLEMENT_HEADERS | _REPLAYED_TO).items()
            },
        },
        "payload": {"description": "Empty."},
        "bindings": _key_binding(),
    }


def _key_binding() -> Node:
    key: Node = {**_UUID, "description": "The conversation the record belongs to."}
    return {"kafka": {"key": key, "bindingVersion": _BINDING_VERSION}}


def _envelope_headers() -> Node:
    properties: dict[str, Node] = {
        "content-type": {"type": "string", "const": CONTENT_TYPE},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {**_UUID, "description": "The event. A repetition carries the same id."},
        "ce_type": {"type": "string", "description": "What became true, and its version."},
        "ce_source": {"type": "string", "description": "The service that says so."},
        "ce_subject": {**_UUID, "description": "The conversation; the same as the key."},
        "ce_time": {
            "type": "string",
            "format": "date-time",
            "description": "When it became true, with zone.",
        },
        "ce_dataschema": {"type": "string", "description": "The URN of the schema of the value."},
    }
    optional: dict[str, Node] = {
        "ce_causationid": {**_UUID, "description": "The event this one follows from, where there is one."},
        "ce_sequence": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "Grows within a conversation; on everything that dialogue publishes.",
        },
        DATA_KEY: {
            **_UUID,
            "description": (
                "The key of the conversation that the value is encrypted with, which is then `SealedData`."
                " Absent where the value is in clear."
            ),
        },
        TRACEPARENT: {"type": "string", "description": "The W3C trace context of the turn."},
    }
    return {
        "type": "object",
        "description": "The context attributes of CloudEvents 1.0 in binary mode on Kafka.",
        "required": [*properties],
        "properties": {**properties, **optional},
    }
