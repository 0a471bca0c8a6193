"""The record of aiokafka, and how an event is parsed from it.

A record may hold any bytes. Nothing here raises, except MalformedEvent where it is documented.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from aiokafka import ConsumerRecord, TopicPartition

from contracts.cloudevent import CloudEvent, EventT, MalformedEvent, parse_record

# topic, partition, offset, key: bytes | None, value: bytes | None; headers: (str, bytes | None), names repeat
Record: TypeAlias = ConsumerRecord

_ATTRIBUTES: Final = frozenset(
    f"ce_{name}"
    for name in (
        "specversion",
        "id",
        "type",
        "source",
        "subject",
        "time",
        "dataschema",
        "causationid",
        "datakey",
        "sequence",
    )
)


def partition_of(record: Record) -> TopicPartition:
    """The partition of a record."""
    return TopicPartition(record.topic, record.partition)


def origin_of(record: Record) -> str:
    """The address of a record for operators: topic/partition/offset."""
    return f"{record.topic}/{record.partition}/{record.offset}"


def partition_label(partition: TopicPartition) -> str:
    """The label of a partition for operators: topic/partition."""
    return f"{partition.topic}/{partition.partition}"


def text_headers(record: Record) -> dict[str, str]:
    """The headers with a value, for logs and traces; the last of several with one name."""
    return {name: value.decode("utf-8", "replace") for name, value in record.headers if value is not None}


def event_type_of(record: Record) -> str | None:
    """The CloudEvents type of a record, None when it is missing or not text."""
    for name, value in reversed(record.headers):
        if name == "ce_type":
            try:
                return str(value.decode())
            except (AttributeError, UnicodeDecodeError):
                return None
    return None


def parse_as(event_class: type[EventT], record: Record) -> CloudEvent[EventT]:
    """Read the event of a record.

    Raises:
        MalformedEvent: the record is no valid event of this type.
    """
    return parse_event(event_class, _event_headers(record), record.value or b"")


def parse_event(event_class: type[EventT], headers: Mapping[str, str], value: bytes) -> CloudEvent[EventT]:
    """Read an event from its headers and its value.

    Raises:
        MalformedEvent: they are no valid event of this type, whatever the reason.
    """
    try:
        return parse_record(event_class, headers, value)
    except MalformedEvent:
        raise
    except Exception as error:
        # Parsers have limits of their own, such as the depth of nested JSON.
        raise MalformedEvent(f"{event_class.__name__} cannot be read: {type(error).__name__}") from error


def with_text_headers(record: Record) -> Record:
    """The record with the headers that FastStream's parser can read, each name once.

    Raises:
        MalformedEvent: an attribute of the event is not text.
    """
    headers = _event_headers(record)
    if len(headers) == len(record.headers):
        return record
    return replace(record, headers=tuple((name, text.encode()) for name, text in headers.items()))


def _event_headers(record: Record) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in record.headers:
        try:
            headers[name] = value.decode()
        except (AttributeError, UnicodeDecodeError):
            # Headers that others added are no reason to refuse the event.
            if name in _ATTRIBUTES:
                raise MalformedEvent(f"header {name} is not text") from None
    return headers
