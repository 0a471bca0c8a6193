"""The record type that aiokafka hands out."""

from typing import TypeAlias

from aiokafka import ConsumerRecord

# topic, partition, offset, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...]
Record: TypeAlias = ConsumerRecord
