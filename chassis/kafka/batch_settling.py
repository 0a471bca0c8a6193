"""Settling a batch: handled as a whole, retried when that may help, halved to find a record that fails.

A record that fails alone for a reason that is not provably its own is held back with those of its partition
that follow; the other partitions go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from chassis import metrics
from chassis.data_keys import DataKeyDestroyed
from chassis.errors import reason_for
from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.kafka.held_partitions import Entry, HeldPartition, HeldPartitions, OnPartition, OnSettled
from chassis.kafka.parking import ParkedByOperator
from chassis.kafka.record import Record, event_type_of, origin_of, parse_as
from chassis.kafka.retry import (
    HandlerTimeout,
    RetryPolicy,
    is_record_fault,
    is_worth_logging,
    log_fields,
    may_be_record_fault,
)
from chassis.kafka.sealing import Sealing
from chassis.kafka.telemetry import batch_spans
from chassis.kafka.waiting import Wait, WaitingRecords
from contracts.cloudevent import CloudEvent, Event, MalformedEvent
from contracts.registry import EVENT_BY_TYPE

logger = structlog.get_logger()

BatchHandler = Callable[[Sequence[CloudEvent[Event]]], Awaitable[None]]


class BatchSettler:
    """Settles batches, one at a time.

    Args:
        pause, resume: stop and go on fetching a partition, while records of it are held back.

    Attributes:
        on_broken: called with the error of a retry task that ended unexpectedly.
        sealing: decrypts records.
    """

    def __init__(
        self,
        handler: BatchHandler,
        *,
        group_id: str,
        handler_timeout_s: float,
        retry: RetryPolicy,
        dead_letters: DeadLetters,
        interrupted: asyncio.Event,
        pause: OnPartition,
        resume: OnPartition,
    ) -> None:
        self.on_broken: Callable[[BaseException], None] = lambda _fault: None
        self.sealing = Sealing()
        self._handler = handler
        self._group = group_id
        self._timeout_s = handler_timeout_s
        self._dead_letters = dead_letters
        self._interrupted = interrupted
        self._bulkhead = dead_letters.bulkhead
        self._waiting = WaitingRecords(group_id, retry)
        self._held = HeldPartitions(
            self._retry_held,
            interrupted=interrupted,
            pause=pause,
            resume=resume,
            on_broken=self._note_broken,
        )
        self._one_at_a_time = asyncio.Lock()

    async def settle(self, records: Sequence[Record], on_settled: OnSettled) -> None:
        """Handle, park or hold back each of these records; `on_settled` gets those that need no more work.

        Returns early when interrupted. What is held back is tried again later, until `forget`.
        """
        async with self._one_at_a_time:
            if await self._load_keys(records):
                entries = [entry for record in records if (entry := self._read(record, on_settled))]
                await self._settle_all(entries)

    @property
    def retries(self) -> set[asyncio.Task[None]]:
        """The tasks that retry held records; they end by themselves when interrupted."""
        return self._held.tasks

    def forget(self) -> None:
        """Drop the held records; the partitions' next owner reads them again."""
        self._held.clear()

    def fault(self) -> str | None:
        """Why records have waited too long; None while none has."""
        return self._waiting.fault()

    def update_gauges(self) -> None:
        """Set the gauges to the present state."""
        self._waiting.update_gauges()

    def _note_broken(self, fault: BaseException) -> None:
        self.on_broken(fault)

    def _read(self, record: Record, on_settled: OnSettled) -> Entry | None:
        """The entry of a record; None for an unknown event type, and for an erased conversation."""
        if self._bulkhead.is_named(record):
            return Entry(record, on_settled, failure=ParkedByOperator("not tried"))
        try:
            event = self._parse(record)
        except DataKeyDestroyed:
            metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "erased").inc()
            logger.info("erased_record_skipped", origin=origin_of(record))
            on_settled([record])
            return None
        except Exception as failure:  # noqa: BLE001 - whatever is raised while a record is read is its own fault
            return Entry(record, on_settled, failure=failure)
        if event is None:
            on_settled([record])
            return None
        return Entry(record, on_settled, event=event)

    def _parse(self, record: Record) -> CloudEvent[Event] | None:
        """The event of a record; None for a type that this version does not know."""
        event_type = event_type_of(record)
        if event_type is None:
            raise MalformedEvent(f"record {record.offset} of {record.topic!r} has no ce_type")
        event_class = EVENT_BY_TYPE.get(event_type)
        return None if event_class is None else parse_as(event_class, self.sealing.opened(record))

    async def _load_keys(self, records: Sequence[Record]) -> bool:
        """Read the keys of sealed records, with retries; False when interrupted before."""
        with self._waiting.tracking(records[0], records=len(records)) as wait:
            while not self._interrupted.is_set():
                try:
                    await self.sealing.load(records)
                except Exception as failure:  # noqa: BLE001 - whatever it is, it says nothing about the records
                    if await self._wait(wait, failure):
                        return False
                else:
                    self._waiting.note_success(wait)
                    return True
        return False

    async def _settle_all(self, entries: Sequence[Entry]) -> None:
        if not await self._handle([entry for entry in entries if entry.event is not None]):
            return
        # In order: a record that is handled in between shows the bulkhead that the others are at fault
        # themselves.
        for entry in entries:
            if entry.is_handled:
                self._bulkhead.note_handled(entry.record.topic)
            elif entry.failure is None or self._held.append_if_held(entry):
                continue
            elif not await self._park_or_hold(entry, entry.failure):
                return

    async def _handle(self, entries: list[Entry]) -> bool:
        """Settle or hold entries; False when interrupted before."""
        entries = [entry for entry in entries if not self._held.append_if_held(entry)]
        if not entries:
            return True
        with self._waiting.tracking(entries[0].record, records=len(entries)) as wait:
            while not self._interrupted.is_set():
                failure = await self._attempt(entries)
                if failure is None:
                    self._waiting.note_success(wait)
                    return True
                if may_be_record_fault(failure):
                    return await self._narrow_down(entries, failure)
                if await self._wait(wait, failure):
                    return False
        return False

    async def _attempt(self, entries: Sequence[Entry]) -> Exception | None:
        """One try; returns its failure, because what follows depends on which record caused it."""
        records = [entry.record for entry in entries]
        try:
            with (
                metrics.PROCESS_DURATION.labels(self._group, "batch").time(),
                batch_spans(self._group, records),
            ):
                async with asyncio.timeout(self._timeout_s) as limit:
                    await self._handler([entry.event for entry in entries if entry.event is not None])
        except Exception as failure:  # noqa: BLE001 - this is the place that turns failures into policy
            return HandlerTimeout(f"no result within {self._timeout_s} s") if limit.expired() else failure
        for entry in entries:
            metrics.MESSAGES_PROCESSED.labels(self._group, entry.record.topic, "done").inc()
            self._bulkhead.note_handled(entry.record.topic)
            entry.is_handled = True
            entry.settle()
        return None

    async def _narrow_down(self, entries: list[Entry], failure: Exception) -> bool:
        """Halve the batch until the failing record is alone; False when interrupted."""
        if len(entries) == 1:
            return await self._park_or_hold(entries[0], failure)
        middle = len(entries) // 2
        return await self._handle(entries[:middle]) and await self._handle(entries[middle:])

    async def _park_or_hold(self, entry: Entry, failure: Exception) -> bool:
        """Park a record that is provably at fault, hold any other; False when interrupted."""
        if self._may_park(entry, failure):
            attempts = 0 if isinstance(failure, ParkedByOperator) else 1
            return await self._park(entry, failure, attempts=attempts)
        logger.warning("record_held_back", origin=origin_of(entry.record), **log_fields(failure))
        self._held.hold(entry, failure)
        return True

    def _may_park(self, entry: Entry, failure: Exception) -> bool:
        if isinstance(failure, ParkedByOperator):
            return True
        # An entry that could not be parsed carries its failure.
        is_proven = is_record_fault(failure) or failure is entry.failure
        return is_proven and self._bulkhead.admits(entry.record.topic, reason_for(failure))

    async def _retry_held(self, partition: HeldPartition) -> None:
        """Retry the first held record of a partition until it is settled, then the others."""
        failure, first = partition.failure, partition.entries[0]
        with self._waiting.tracking(first.record) as wait:
            while True:
                wait.records = len(partition.entries)
                if await self._wait(wait, failure):
                    return
                async with self._one_at_a_time:
                    if (outcome := await self._try_again(first, wait)) is None:
                        self._waiting.note_success(wait)
                        await self._settle_all(self._held.release(partition)[1:])
                        return
                failure = outcome

    async def _try_again(self, entry: Entry, wait: Wait) -> Exception | None:
        """One more try at a held record; None when it is settled."""
        failure = entry.failure or await self._attempt([entry])
        if failure is None or not self._may_park(entry, failure):
            return failure
        is_parked = await self._park(entry, failure, attempts=wait.attempts + 1)
        return None if is_parked else failure

    async def _wait(self, wait: Wait, failure: Exception) -> bool:
        """Wait until the next try; True when interrupted."""
        self._waiting.note_failure(wait, failure)
        metrics.MESSAGES_RETRIED.labels(self._group, "batch").inc(wait.records)
        if is_worth_logging(wait.attempts):
            logger.warning("batch_retried", events=wait.records, attempt=wait.attempts, **log_fields(failure))
        return await self._waiting.interrupted_before_retry(wait, self._interrupted)

    async def _park(self, entry: Entry, failure: Exception, *, attempts: int) -> bool:
        parked = Parked(entry.record, reason_for(failure), attempts)
        if not await self._dead_letters.park(parked, failure, interrupted=self._interrupted):
            return False
        metrics.MESSAGES_PROCESSED.labels(self._group, entry.record.topic, "parked").inc()
        entry.settle()
        return True
