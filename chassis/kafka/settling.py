"""Settling records: each is retried until it is done or parked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from chassis import metrics
from chassis.errors import reason_for
from chassis.kafka.dead_letter import DeadLetters, OnParked, Parked
from chassis.kafka.group import Group
from chassis.kafka.parking import ParkedByOperator
from chassis.kafka.record import Record
from chassis.kafka.retry import (
    HandlerTimeout,
    RetryPolicy,
    is_record_fault,
    is_worth_logging,
    log_fields,
    may_be_record_fault,
)
from chassis.kafka.telemetry import in_context_of
from chassis.kafka.waiting import Wait, WaitingRecords

logger = structlog.get_logger()

Result = Literal["done", "skipped", "erased"]
# One try at a group of records; raises its failure.
Handle = Callable[[Group], Awaitable[Result]]


class Settler:
    """Settles records, many in parallel.

    A record uses one of the slots only while its handler runs, not while it waits for a retry or is parked.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        group_id: str,
        max_in_flight: int,
        handler_timeout_s: float,
        retry: RetryPolicy,
        dead_letters: DeadLetters,
        on_parked: OnParked | None,
        interrupted: asyncio.Event,
    ) -> None:
        self._handle = handle
        self._group = group_id
        self._slots = asyncio.Semaphore(max_in_flight)
        self._timeout_s = handler_timeout_s
        self._dead_letters = dead_letters
        self._on_parked = on_parked
        self._interrupted = interrupted
        self._bulkhead = dead_letters.bulkhead
        self._waiting = WaitingRecords(group_id, retry)
        self._in_flight = metrics.IN_FLIGHT.labels(group_id)

    async def settle(self, group: Group) -> bool:
        """Settle a group; False when interrupted before.

        A failure that one record may have caused splits the group: the first is retried alone, and its lane
        brings the others one by one.
        """
        record = group.records[0]
        with in_context_of(record), self._waiting.tracking(record) as wait:
            if self._bulkhead.is_named(record):
                return await self._park(record, ParkedByOperator("not tried"), wait, attempts=0)
            while True:
                async with self._slots:
                    if self._interrupted.is_set():
                        return False
                    self._gather(group)
                    outcome = await self._attempt(group)
                if not isinstance(outcome, Exception):
                    self._note_handled(outcome, group, wait)
                    return True
                if may_be_record_fault(outcome) and group.split():
                    logger.warning("group_split", topic=record.topic, **log_fields(outcome))
                    continue
                wait.records = len(group.records)
                if self._may_park(record, outcome):
                    return await self._park(record, outcome, wait, attempts=wait.attempts + 1)
                if await self._wait(record, outcome, wait):
                    return False

    async def park(self, record: Record, failure: Exception) -> bool:
        """Park a record that failed outside its handler, and notify; False when interrupted before."""
        with self._waiting.tracking(record) as wait:
            return await self._park(record, failure, wait, attempts=1)

    def fault(self) -> str | None:
        """Why records have waited too long; None while none has."""
        return self._waiting.fault()

    def update_gauges(self) -> None:
        """Set the gauges to the present state."""
        self._waiting.update_gauges()

    def _gather(self, group: Group) -> None:
        group.gather()
        if any(self._bulkhead.is_named(record) for record in group.records[1:]):
            group.split()

    async def _attempt(self, group: Group) -> Result | Exception:
        """One try; returns its failure, because what follows is decided without the slot."""
        self._in_flight.inc()
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                return await self._handle(group)
        except Exception as failure:  # noqa: BLE001 - this is the place that turns failures into policy
            return HandlerTimeout(f"no result within {self._timeout_s} s") if limit.expired() else failure
        finally:
            self._in_flight.dec()

    def _note_handled(self, result: Result, group: Group, wait: Wait) -> None:
        self._waiting.note_success(wait)
        for record in group.records:
            metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, result).inc()
            if result == "done":
                self._bulkhead.note_handled(record.topic)

    def _may_park(self, record: Record, failure: Exception) -> bool:
        return is_record_fault(failure) and self._bulkhead.admits(record.topic, reason_for(failure))

    async def _wait(self, record: Record, failure: Exception, wait: Wait) -> bool:
        """Wait until the next try; True when interrupted."""
        self._waiting.note_failure(wait, failure)
        metrics.MESSAGES_RETRIED.labels(self._group, record.topic).inc()
        if is_worth_logging(wait.attempts):
            logger.warning("record_retried", origin=wait.origin, attempt=wait.attempts, **log_fields(failure))
        return await self._waiting.interrupted_before_retry(wait, self._interrupted)

    async def _park(self, record: Record, failure: Exception, wait: Wait, *, attempts: int) -> bool:
        parked = Parked(record, reason_for(failure), attempts)
        if not await self._dead_letters.park(parked, failure, interrupted=self._interrupted):
            return False
        if not await self._notify_parked(parked, wait):
            return False
        metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "parked").inc()
        return True

    async def _notify_parked(self, parked: Parked, wait: Wait) -> bool:
        """Call `on_parked`, with retries; False when interrupted before."""
        if self._on_parked is None:
            return True
        while True:
            try:
                await self._on_parked(parked)
            except Exception as error:  # noqa: BLE001 - any failure is retried or given up
                if is_record_fault(error) or self._bulkhead.is_named(parked.record):
                    # The record itself makes the notification fail, for example because it cannot be parsed.
                    logger.warning("parking_not_notified", origin=parked.origin, **log_fields(error))
                    return True
                if await self._wait(parked.record, error, wait):
                    return False
            else:
                self._waiting.note_success(wait)
                return True
