"""Parking records that can never succeed, so that the records behind them are handled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiokafka.errors import MessageSizeTooLargeError
from faststream.kafka import KafkaBroker

from chassis import metrics
from chassis.errors import describe, reason_for
from chassis.kafka.faststream_internals import producer_of
from chassis.kafka.parking import Bulkhead, ParkingRules
from chassis.kafka.record import Record, event_type_of, origin_of, parse_as
from chassis.kafka.retry import RetryPolicy, interrupted_within, log_fields
from contracts.cloudevent import CloudEvent, EventT
from contracts.registry import DEAD_LETTER_SUFFIX

logger = structlog.get_logger()

_ERROR_TEXT_LIMIT = 500
_SEND_TIMEOUT_S = 10.0
_HEADER_PREFIX = "x-dlq-"
_MAX_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that was sent to the dead-letter topic, and why."""

    record: Record
    reason: str
    attempts: int

    @property
    def origin(self) -> str:
        """Where the record was read: topic/partition/offset."""
        return origin_of(self.record)


OnParked = Callable[[Parked], Awaitable[None]]


def parse_parked(parked: Parked, event_class: type[EventT]) -> CloudEvent[EventT] | None:
    """The event of a parked record, None when it is of another type; raises MalformedEvent."""
    if event_type_of(parked.record) != event_class.type_name():
        return None
    return parse_as(event_class, parked.record)


class DeadLetters:
    """The dead-letter topics of one consumer group.

    A parked record keeps its key, value and headers byte for byte, except that header names which are not
    UTF-8 are escaped; `x-dlq-*` headers say why it was parked. A record that is too large with them is parked
    without value and headers, which are still at its origin.
    """

    def __init__(
        self, broker: KafkaBroker, group_id: str, retry: RetryPolicy, rules: ParkingRules | None = None
    ) -> None:
        self._broker = broker
        self._group_id = group_id
        self._retry = retry
        self._refused: set[str] = set()
        self.bulkhead = Bulkhead(group_id, rules or ParkingRules())

    def fault(self) -> str | None:
        """Why records that should be parked wait; None while none does."""
        for origin in self._refused:
            return f"its dead-letter topic does not take {origin}"
        return self.bulkhead.fault()

    async def park(self, parked: Parked, failure: Exception, *, interrupted: asyncio.Event) -> bool:
        """Send a record to its dead-letter topic, retrying without limit; False when interrupted before.

        After a crash a record may be parked twice, with the same origin.
        """
        attempt = 0
        try:
            while not await self._send(parked, failure):
                attempt += 1
                self._refused.add(parked.origin)
                if await interrupted_within(self._retry.delay_s(attempt), interrupted):
                    return False
            return True
        finally:
            self._refused.discard(parked.origin)

    async def _send(self, parked: Parked, failure: Exception) -> bool:
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                try:
                    await self._send_whole(parked, failure)
                except MessageSizeTooLargeError:
                    await self._send_what_fits(parked, failure)
        except Exception as error:  # noqa: BLE001 - whatever the cause, the record must not be lost
            logger.warning("dead_letter_refused", origin=parked.origin, error=reason_for(error))
            return False
        metrics.DEAD_LETTERS.labels(self._group_id, parked.record.topic, parked.reason).inc()
        logger.error("record_parked", origin=parked.origin, attempts=parked.attempts, **log_fields(failure))
        return True

    async def _send_whole(self, parked: Parked, failure: Exception) -> None:
        record = parked.record
        # Not through FastStream, which re-encodes headers: these may be the bytes that cannot be decoded.
        await producer_of(self._broker).send_and_wait(
            record.topic + DEAD_LETTER_SUFFIX,
            # A record without key and value is legal, but this client cannot send one.
            record.value if record.key is not None else record.value or b"",
            key=record.key,
            headers=self._headers(parked, failure),
        )

    async def _send_what_fits(self, parked: Parked, failure: Exception) -> None:
        record = parked.record
        is_key_short = record.key is not None and len(record.key) <= _MAX_KEY_BYTES
        omitted = (
            _HEADER_PREFIX + "omitted",
            b"value and headers: %d bytes of value" % len(record.value or b""),
        )
        await producer_of(self._broker).send_and_wait(
            record.topic + DEAD_LETTER_SUFFIX,
            b"",
            key=record.key if is_key_short else None,
            headers=[*self._why(parked, failure), omitted],
        )

    def _headers(self, parked: Parked, failure: Exception) -> list[tuple[str, bytes]]:
        # A replayed record that fails again keeps the headers of the last failure only.
        original = [
            (name, value) for name, value in parked.record.headers if not name.startswith(_HEADER_PREFIX)
        ]
        return original + self._why(parked, failure)

    def _why(self, parked: Parked, failure: Exception) -> list[tuple[str, bytes]]:
        why = {
            "reason": parked.reason,
            "error": describe(failure)[:_ERROR_TEXT_LIMIT],
            "attempts": str(parked.attempts),
            "origin": parked.origin,
            "group": self._group_id,
        }
        return [
            (_HEADER_PREFIX + name, text.encode("utf-8", "backslashreplace")) for name, text in why.items()
        ]
