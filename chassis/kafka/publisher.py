"""Publishing events: always keyed by conversation, always acknowledged."""

import asyncio

from aiokafka.errors import InvalidMessageError, KafkaError, MessageSizeTooLargeError
from faststream.exceptions import IncorrectState
from faststream.kafka import KafkaBroker

from chassis.errors import PermanentError, TransientError, describe
from contracts.cloudevent import CloudEvent, Event

# Topic, key, value and headers of one record.
SerialisedEvent = tuple[str, bytes, bytes, dict[str, str]]


class BrokerUnavailable(TransientError):
    """Kafka did not acknowledge in time; sending again is safe because ids are deterministic."""


class EventRefused(PermanentError):
    """Kafka will never take this event; it is too large."""


class EventPublisher:
    """Sends events to the topic of their class.

    Args:
        broker: a started broker.
        timeout_s: how long the acknowledgements may take.
    """

    def __init__(self, broker: KafkaBroker, *, timeout_s: float = 10.0) -> None:
        self._broker = broker
        self._timeout_s = timeout_s

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Send events in their order and wait until the broker has them all.

        Raises:
            BrokerUnavailable: at least one was not acknowledged; all may be sent again.
            EventRefused: at least one is too large.
        """
        await self.send(*((event.topic, event.key, event.value(), event.headers()) for event in events))

    async def send(self, *records: SerialisedEvent) -> None:
        """Send events that were serialised before, as an outbox holds them. Like `publish` otherwise."""
        try:
            async with asyncio.timeout(self._timeout_s):
                # One after the other into the producer's buffer, so that a key keeps its order even when the
                # buffer is full; then all acknowledgements together.
                sent = [
                    await self._broker.publish(value, topic, key=key, headers=headers, no_confirm=True)
                    for topic, key, value, headers in records
                ]
                await asyncio.gather(*sent)
        except (MessageSizeTooLargeError, InvalidMessageError) as error:
            raise EventRefused(f"one of {len(records)} events: {describe(error)}") from error
        except (KafkaError, TimeoutError, IncorrectState) as error:
            raise BrokerUnavailable(f"no acknowledgement for {len(records)} events") from error
