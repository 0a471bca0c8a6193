"""Kafka records as a consumer hands them out, without a broker."""

from collections.abc import Sequence

from aiokafka import TopicPartition

from chassis.kafka.record import Record
from contracts.cloudevent import CloudEvent, Event


def record(
    key: bytes | None = b"one",
    *,
    offset: int = 0,
    topic: str = "turns",
    partition: int = 0,
    value: bytes | None = b"{}",
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> Record:
    """A record; only what matters to a test needs to be said."""
    return Record(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=tuple(headers),
    )


def headers_of(event: CloudEvent[Event]) -> list[tuple[str, bytes]]:
    return [(name, text.encode()) for name, text in event.headers().items()]


def record_of(event: CloudEvent[Event], *, offset: int = 0, partition: int = 0) -> Record:
    place = {"offset": offset, "partition": partition}
    return record(event.key, topic=event.topic, value=event.value(), headers=headers_of(event), **place)


def home_of(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
