"""The record that aiokafka hands out, and how an event is read from it."""

from typing import TypeAlias, cast

from aiokafka import ConsumerRecord

from contracts.cloudevent import CloudEvent, EventT, parse_record

# topic, partition, offset, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...]
Record: TypeAlias = ConsumerRecord


def event_type_of(record: Record) -> str | None:
    """The CloudEvents type of a record, None when it is not one."""
    for name, value in record.headers:
        if name == "ce_type":
            return cast(bytes, value).decode("utf-8", "replace")
    return None


def parse_as(event_class: type[EventT], record: Record) -> CloudEvent[EventT]:
    """Read the event of a record.

    Raises:
        MalformedEvent, UnicodeDecodeError: it is none.
    """
    headers = {name: value.decode() for name, value in record.headers}
    return parse_record(event_class, headers, record.value or b"")
