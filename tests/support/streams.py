"""Reads what a service publishes, as another service would."""

import time
from collections.abc import Callable
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from chassis.kafka.record import Record
from contracts.cloudevent import CloudEvent, EventT, parse_record


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
    bootstrap_servers: str, event_class: type[EventT], conversation_id: UUID, *, count: int = 1
) -> list[CloudEvent[EventT]]:
    """A conversation's first `count` events of one class; fewer only when the time is over."""

    def events_in(records: list[Record]) -> list[CloudEvent[EventT]]:
        mine = [record for record in records if record.key == str(conversation_id).encode()]
        told = [({name: value.decode() for name, value in one.headers}, one.value) for one in mine]
        wanted = event_class.type_name()
        return [parse_record(event_class, *each) for each in told if each[0].get("ce_type") == wanted]

    def is_enough(records: list[Record]) -> bool:
        return len(events_in(records)) >= count

    return events_in(await records_until(bootstrap_servers, event_class.topic, is_enough))
