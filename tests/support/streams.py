"""Reads what a service publishes, as another service would."""

import time
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from chassis.kafka.record import Record
from contracts.cloudevent import CloudEvent, EventT, parse_record


async def published(
    bootstrap_servers: str,
    event_class: type[EventT],
    conversation_id: UUID,
    *,
    count: int = 1,
    within_s: float = 20.0,
) -> list[CloudEvent[EventT]]:
    """A conversation's first `count` events of one class; fewer only when the time is over."""
    consumer = AIOKafkaConsumer(
        event_class.topic,
        bootstrap_servers=bootstrap_servers,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    await consumer.start()
    try:
        found: list[CloudEvent[EventT]] = []
        deadline = time.monotonic() + within_s
        while len(found) < count and time.monotonic() < deadline:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [
                    _event(event_class, record)
                    for record in records
                    if record.key == str(conversation_id).encode()
                    and dict(record.headers).get("ce_type") == event_class.type_name().encode()
                ]
        return found
    finally:
        await consumer.stop()


def _event(event_class: type[EventT], record: Record) -> CloudEvent[EventT]:
    return parse_record(event_class, {name: value.decode() for name, value in record.headers}, record.value)
