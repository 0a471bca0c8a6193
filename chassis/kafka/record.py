"""The record that aiokafka hands out, and how an event is read from it.

Anybody may write anything into a record. Nothing here raises, except MalformedEvent where it is promised.
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
        "sequence",
    )
)


def partition_of(record: Record) -> TopicPartition:
    """Where the record was read."""
    return TopicPartition(record.topic, record.partition)


def origin_of(record: Record) -> str:
    """Where the record was read, as operators write it: topic/partition/offset."""
    return f"{record.topic}/{record.partition}/{record.offset}"


def text_of(partition: TopicPartition) -> str:
    """A partition as operators write it: topic/partition."""
    return f"{partition.topic}/{partition.partition}"


def text_headers(record: Record) -> dict[str, str]:
    """The headers with a value, for logs and traces; of several with one name the last."""
    return {name: value.decode("utf-8", "replace") for name, value in record.headers if value is not None}


def event_type_of(record: Record) -> str | None:
    """The CloudEvents type of a record, None when it has none that can be read."""
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
        MalformedEvent: it is none.
    """
    return parse_event(event_class, _event_headers(record), record.value or b"")


def parse_event(event_class: type[EventT], headers: Mapping[str, str], value: bytes) -> CloudEvent[EventT]:
    """Read an event from its headers and its value.

    Raises:
        MalformedEvent: it is none, whatever the reason.
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
            # A header that somebody added on the way is no reason to refuse the event.
            if name in _ATTRIBUTES:
                raise MalformedEvent(f"header {name} is not text") from None
    return headers
