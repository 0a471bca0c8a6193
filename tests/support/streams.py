"""Reads what a service publishes, as another service would."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from chassis.data_keys import DataKeySettings
from chassis.kafka.record import Record, event_type_of, parse_as
from chassis.kafka.sealing import sealing_with
from contracts.cloudevent import CloudEvent, EventT


def data_keys_of(env: Mapping[str, str]) -> DataKeySettings:
    """Where the keys of a product are that was started with `env`."""
    return DataKeySettings.model_validate({name.lower(): value for name, value in env.items()})


async def records_until(
    bootstrap_servers: str, topic: str, is_enough: Callable[[list[Record]], bool], *, within_s: float = 20.0
) -> list[Record]:
    """All records of `topic` from its start, read until `is_enough` or the time is over."""
    reading = {"bootstrap_servers": bootstrap_servers, "auto_offset_reset": "earliest"}
    # Without a group a consumer is given every partition at once.
    async with AIOKafkaConsumer(topic, fetch_max_wait_ms=50, **reading) as consumer:
        records: list[Record] = []
        deadline = time.monotonic() + within_s
        while not is_enough(records) and time.monotonic() < deadline:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records.extend(batch)
        return records


async def published(
    settings: Any, event_class: type[EventT], conversation_id: UUID, *, count: int = 1
) -> list[CloudEvent[EventT]]:
    """A conversation's first `count` events of one class; fewer only when the time is over.

    `settings` are those of any service: they tell where the stream is, and the keys it is sealed with.
    """
    key, wanted = str(conversation_id).encode(), event_class.type_name()

    def of_interest(records: list[Record]) -> list[Record]:
        return [record for record in records if record.key == key and event_type_of(record) == wanted]

    def is_enough(records: list[Record]) -> bool:
        return len(of_interest(records)) >= count

    found = await records_until(settings.kafka_bootstrap_servers, event_class.topic, is_enough)
    async with sealing_with(settings) as sealing:
        return [parse_as(event_class, record) for record in await sealing.read(of_interest(found))]
