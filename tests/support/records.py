"""Kafka records as a consumer hands them out, without a broker."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from chassis.kafka.record import Record
from contracts.cloudevent import CloudEvent, Event


def record(
    key: bytes | None = b"one",
    *,
    value: bytes | None = b"{}",
    headers: Sequence[tuple[str, bytes | None]] = (),
    **place: Any,
) -> Record:
    """A record; only what matters to a test needs to be said."""
    usual = {"topic": "turns", "partition": 0, "offset": 0, "timestamp": 0, "timestamp_type": 0}
    sizes = {"serialized_key_size": len(key or b""), "serialized_value_size": len(value or b"")}
    return Record(key=key, value=value, checksum=None, headers=tuple(headers), **usual | sizes | place)


def encoded(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    return [(name, text.encode()) for name, text in headers.items()]


def headers_of(event: CloudEvent[Event]) -> list[tuple[str, bytes]]:
    return encoded(event.headers())


def record_of(event: CloudEvent[Event], *, offset: int = 0, partition: int = 0) -> Record:
    told = {"value": event.value(), "headers": headers_of(event), "topic": event.topic}
    return record(event.key, offset=offset, partition=partition, **told)


def home_of(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
