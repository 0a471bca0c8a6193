"""Settling a batch: once for all of it, again when that may help, halved to find the record to blame."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from chassis import metrics
from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.kafka.record import Record, event_type_of, parse_as
from chassis.kafka.retry import HandlerTimeout, RetryPolicy, interrupted_within, reason_for, told
from chassis.kafka.telemetry import batch_spans
from contracts.cloudevent import CloudEvent, Event, MalformedEvent
from contracts.registry import EVENT_BY_TYPE

logger = structlog.get_logger()

BatchHandler = Callable[[Sequence[CloudEvent[Event]]], Awaitable[None]]
_Entry = tuple[Record, CloudEvent[Event]]


class BatchSettler:
    """Brings whole polls to their end, one at a time."""

    def __init__(
        self,
        handler: BatchHandler,
        *,
        group_id: str,
        handler_timeout_s: float,
        retry: RetryPolicy,
        dead_letters: DeadLetters,
        interrupted: asyncio.Event,
    ) -> None:
        self._handler = handler
        self._group = group_id
        self._timeout_s = handler_timeout_s
        self._retry = retry
        self._dead_letters = dead_letters
        self._interrupted = interrupted

    async def settle(self, records: Sequence[Record]) -> bool:
        """Handle or park each of these records; False when interrupted before."""
        entries: list[_Entry] = []
        for record in records:
            try:
                event = _parse(record)
            except (MalformedEvent, UnicodeDecodeError) as failure:
                if not await self._park(record, failure, attempts=1):
                    return False
            else:
                if event is not None:
                    entries.append((record, event))
        return not entries or await self._handle(entries)

    async def _handle(self, entries: list[_Entry], attempts: int = 0) -> bool:
        while not self._interrupted.is_set():
            attempts += 1
            failure = await self._attempt(entries)
            if failure is None:
                return True
            if self._retry.gives_up(failure, attempts):
                return await self._narrow_down(entries, failure, attempts)
            metrics.MESSAGES_RETRIED.labels(self._group, "batch").inc(len(entries))
            logger.warning("batch_retried", events=len(entries), attempt=attempts, **told(failure))
            await interrupted_within(self._retry.delay_s(attempts), self._interrupted)
        return False

    async def _attempt(self, entries: list[_Entry]) -> Exception | None:
        """One try; its failure is a value, because what follows depends on which record is to blame."""
        records = [record for record, _ in entries]
        try:
            with (
                metrics.PROCESS_DURATION.labels(self._group, "batch").time(),
                batch_spans(self._group, records),
            ):
                async with asyncio.timeout(self._timeout_s) as limit:
                    await self._handler([event for _, event in entries])
        except Exception as failure:  # noqa: BLE001 - this is the place that turns failures into policy
            return HandlerTimeout(f"no result within {self._timeout_s} s") if limit.expired() else failure
        for record in records:
            metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "done").inc()
        return None

    async def _narrow_down(self, entries: list[_Entry], failure: Exception, attempts: int) -> bool:
        """Halve the batch until the record that cannot be handled stands alone, and park that one only."""
        if len(entries) == 1:
            return await self._park(entries[0][0], failure, attempts=attempts)
        middle = len(entries) // 2
        return await self._handle(entries[:middle], attempts) and await self._handle(
            entries[middle:], attempts
        )

    async def _park(self, record: Record, failure: Exception, *, attempts: int) -> bool:
        parked = Parked(record, reason_for(failure), attempts)
        if not await self._dead_letters.park(parked, failure, interrupted=self._interrupted):
            return False
        metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "parked").inc()
        return True


def _parse(record: Record) -> CloudEvent[Event] | None:
    """The event of a record; None for a type that this version does not know."""
    event_type = event_type_of(record)
    if event_type is None:
        raise MalformedEvent(f"record {record.offset} of {record.topic!r} has no ce_type")
    event_class = EVENT_BY_TYPE.get(event_type)
    return None if event_class is None else parse_as(event_class, record)
