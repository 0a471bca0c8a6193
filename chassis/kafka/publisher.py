"""Publishing events: always keyed by conversation, always acknowledged."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from aiokafka.errors import (
    InvalidMessageError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from faststream.exceptions import IncorrectState
from faststream.kafka import KafkaBroker

from chassis.errors import PermanentError, TransientError, describe
from chassis.kafka.sealing import OutgoingEvent, SerialisedEvent, sealing_of
from chassis.kafka.send_spans import SendSpans
from contracts.cloudevent import CloudEvent, Event

logger = structlog.get_logger()

_DENIED_KEY = "salesbot_denied_topics"
PublishFailure = TransientError | PermanentError

# What no second attempt changes, as long as neither the record nor the topic's configuration does.
_REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidMessageError, PolicyViolationError)


class BrokerUnavailable(TransientError):
    """Kafka did not acknowledge in time; sending again is safe because ids are deterministic."""


class EventRefused(PermanentError):
    """Kafka refuses this event: it is too large, or the topic's policy forbids it."""


def denied_topics(broker: KafkaBroker) -> set[str]:
    """The topics whose last record was refused because we may not write there."""
    found: set[str] | None = broker.context.get(_DENIED_KEY)
    if found is None:
        broker.context.set_global(_DENIED_KEY, found := set())
    return found


class EventPublisher:
    """Sends events to the topic of their class.

    Args:
        broker: a started broker.
        timeout_s: how long the acknowledgements may take.
    """

    def __init__(self, broker: KafkaBroker, *, timeout_s: float = 10.0) -> None:
        self._broker = broker
        self._sealing = sealing_of(broker)
        self._denied = denied_topics(broker)
        self._timeout_s = timeout_s

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Send events in their order and wait until the broker has them all.

        Raises:
            BrokerUnavailable: at least one was not acknowledged; all may be sent again.
            EventRefused: at least one is too large.
            DataKeyDestroyed: the conversation was erased.
            DatabaseUnavailable: there is no key to seal an event with; try again.
        """
        await self.send(*(event.record for event in await self.serialise(events)))

    async def serialise(self, events: Sequence[CloudEvent[Event]]) -> list[OutgoingEvent]:
        """The records of events, sealed where their class says so; raises as `publish` does."""
        return await self._sealing.serialise(events)

    async def send(self, *records: SerialisedEvent) -> None:
        """Like `publish`, for events that are already serialised, as in an outbox."""
        try:
            async with asyncio.timeout(self._timeout_s):
                # One after the other into the producer's buffer, so that a key keeps its order even when the
                # buffer is full; then all acknowledgements together.
                with SendSpans() as spans:
                    sent = [await self._enqueue(record, spans) for record in records]
                await asyncio.gather(*sent)
        except _REFUSALS as error:
            raise EventRefused(f"one of {len(records)} events: {describe(error)}") from error
        except (KafkaError, TimeoutError, IncorrectState) as error:
            raise BrokerUnavailable(
                f"no acknowledgement for {len(records)} events: {type(error).__name__}"
            ) from error

    async def send_each(
        self,
        records: Sequence[SerialisedEvent],
        on_ack: Callable[[int], None],
        *,
        timeout_s: float | None = None,
    ) -> list[PublishFailure | None]:
        """Send events in parallel, those of one topic and key in order; returns the failure of each, or None.

        Args:
            on_ack: called with the index of each acknowledged record, even long after this has returned:
                a record that timed out may still be on its way.
            timeout_s: how long to wait, where it differs from the publisher's.
        """
        failures: list[PublishFailure | None] = [BrokerUnavailable("not sent")] * len(records)
        pending: dict[int, asyncio.Future[None]] = {}
        by_ordering_key: dict[tuple[str, bytes], list[int]] = defaultdict(list)
        for index, (topic, key, _, _) in enumerate(records):
            by_ordering_key[topic, key].append(index)

        async def enqueue(indexes: Sequence[int]) -> None:
            for index in indexes:
                try:
                    sent = await self._enqueue(records[index], spans)
                except (KafkaError, IncorrectState) as error:
                    # Whatever follows in this ordering key must not overtake it.
                    failures[index] = _failure_from(error)
                    return
                failures[index] = BrokerUnavailable("not acknowledged yet")
                pending[index] = sent
                sent.add_done_callback(partial(_acknowledge, on_ack, index))

        spans = SendSpans()
        try:
            async with asyncio.timeout(timeout_s or self._timeout_s):
                with spans:
                    runs = [enqueue(indexes) for indexes in by_ordering_key.values()]
                    # One task fewer in the usual case, a turn's events.
                    await (runs[0] if len(runs) == 1 else asyncio.gather(*runs))
                if pending:
                    # Unlike `gather`, this leaves the futures alone when the time is up.
                    await asyncio.wait(pending.values())
        except TimeoutError:
            pass
        for index, sent in pending.items():
            if sent.done():
                error = asyncio.CancelledError() if sent.cancelled() else sent.exception()
                failures[index] = None if error is None else _failure_from(error)
        return failures

    async def _enqueue(self, record: SerialisedEvent, spans: SendSpans) -> asyncio.Future[None]:
        """Put a record into the producer's buffer; the future ends with its acknowledgement."""
        topic, key, value, headers = record
        span = spans.add(topic, headers)
        try:
            sent: asyncio.Future[None] = await self._broker.publish(
                # Without a value the record is a tombstone.
                value or None,
                topic,
                key=key,
                headers=headers | span.headers,
                # FastStream would make one up.
                correlation_id=headers.get("ce_id"),
                no_confirm=True,
            )
        except BaseException as failure:
            span.note_failure(failure)
            self._note_rights(topic, failure)
            raise
        sent.add_done_callback(span.note_sent)
        sent.add_done_callback(partial(self._note_outcome, topic))
        return sent

    def _note_outcome(self, topic: str, sent: asyncio.Future[None]) -> None:
        if not sent.cancelled():
            self._note_rights(topic, sent.exception())

    def _note_rights(self, topic: str, failure: BaseException | None) -> None:
        """Remember a topic that is not ours to write, until a record is taken there."""
        if isinstance(failure, TopicAuthorizationFailedError):
            if topic not in self._denied:
                logger.error("topic_denied", topic=topic, hint="python -m chassis.kafka.acls")
            self._denied.add(topic)
        elif failure is None:
            self._denied.discard(topic)


def _acknowledge(on_ack: Callable[[int], None], index: int, sent: asyncio.Future[None]) -> None:
    if not sent.cancelled() and sent.exception() is None:
        on_ack(index)


def _failure_from(error: BaseException) -> PublishFailure:
    reason = type(error).__name__
    return EventRefused(reason) if isinstance(error, _REFUSALS) else BrokerUnavailable(reason)
