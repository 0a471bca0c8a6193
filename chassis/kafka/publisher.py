"""Publishing events: always keyed by conversation, always acknowledged."""

import asyncio

from aiokafka.errors import KafkaError
from faststream.exceptions import IncorrectState
from faststream.kafka import KafkaBroker

from chassis.errors import TransientError
from contracts.cloudevent import CloudEvent, Event

# Topic, key, value and headers of one record.
SerialisedEvent = tuple[str, bytes, bytes, dict[str, str]]


class BrokerUnavailable(TransientError):
    """Kafka did not acknowledge in time; sending again is safe because ids are deterministic."""


class EventPublisher:
    """Sends events to the topic of their class.

    Args:
        broker: a started broker.
        timeout_s: how long an acknowledgement may take.
    """

    def __init__(self, broker: KafkaBroker, *, timeout_s: float = 10.0) -> None:
        self._broker = broker
        self._timeout_s = timeout_s

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Send events in their order and wait until the broker has them all.

        Raises:
            BrokerUnavailable: at least one was not acknowledged; all may be sent again.
        """
        await self.send(*((event.topic, event.key, event.value(), event.headers()) for event in events))

    async def send(self, *records: SerialisedEvent) -> None:
        """Send events that were serialised before, as an outbox holds them. Like `publish` otherwise."""
        try:
            async with asyncio.timeout(self._timeout_s):
                # Sends of one key keep their order: each reaches the producer's queue before the next starts.
                await asyncio.gather(*(self._send_one(*record) for record in records))
        except (KafkaError, TimeoutError, IncorrectState) as error:
            raise BrokerUnavailable(f"no acknowledgement for {len(records)} events") from error

    async def _send_one(self, topic: str, key: bytes, value: bytes, headers: dict[str, str]) -> None:
        await self._broker.publish(value, topic, key=key, headers=headers)
