"""Settling records: try, wait, try again; in the end each is done or parked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from chassis import metrics
from chassis.kafka.dead_letter import DeadLetters, OnParked, Parked
from chassis.kafka.group import Group
from chassis.kafka.record import Record
from chassis.kafka.retry import HandlerTimeout, RetryPolicy, interrupted_within, reason_for, told
from chassis.kafka.telemetry import in_context_of
from contracts.cloudevent import MalformedEvent

logger = structlog.get_logger()

Result = Literal["done", "skipped"]
# One try at a group of records; raises what went wrong.
Handle = Callable[[Group], Awaitable[Result]]


class Settler:
    """Brings records to their end, many side by side.

    A record holds one of the slots only while its handler runs: not while it waits to be tried again, and
    not while it is parked.
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
        self._retry = retry
        self._dead_letters = dead_letters
        self._on_parked = on_parked
        self._interrupted = interrupted
        self._in_flight = metrics.IN_FLIGHT.labels(group_id)

    async def settle(self, group: Group) -> bool:
        """Handle a group to its end; False when it was interrupted before.

        A failure that a record may be to blame for takes the group apart: the first is tried again alone, and
        its lane brings the others one by one.
        """
        record = group.records[0]
        with in_context_of(record):
            attempt = 0
            while True:
                attempt += 1
                async with self._slots:
                    if self._interrupted.is_set():
                        return False
                    group.gather()
                    outcome = await self._attempt(group)
                if not isinstance(outcome, Exception):
                    self._count(outcome, group)
                    return True
                if self._retry.blames_a_record(outcome) and group.take_apart():
                    attempt = 0
                    logger.warning("group_taken_apart", topic=record.topic, **told(outcome))
                    continue
                if self._retry.gives_up(outcome, attempt):
                    return await self._park(record, outcome, attempt)
                metrics.MESSAGES_RETRIED.labels(self._group, record.topic).inc()
                logger.warning("record_retried", topic=record.topic, attempt=attempt, **told(outcome))
                if await interrupted_within(self._retry.delay_s(attempt), self._interrupted):
                    return False

    async def _attempt(self, group: Group) -> Result | Exception:
        """One try; its failure is a value, because what follows from it is decided without the slot."""
        self._in_flight.inc()
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                return await self._handle(group)
        except Exception as failure:  # noqa: BLE001 - this is the place that turns failures into policy
            return HandlerTimeout(f"no result within {self._timeout_s} s") if limit.expired() else failure
        finally:
            self._in_flight.dec()

    def _count(self, result: Result, group: Group) -> None:
        for record in group.records:
            metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, result).inc()

    async def _park(self, record: Record, failure: Exception, attempts: int) -> bool:
        parked = Parked(record, reason_for(failure), attempts)
        if not await self._dead_letters.park(parked, failure, interrupted=self._interrupted):
            return False
        if not await self._tell(parked):
            return False
        metrics.MESSAGES_PROCESSED.labels(self._group, record.topic, "parked").inc()
        return True

    async def _tell(self, parked: Parked) -> bool:
        """Tell of a parked record until somebody has taken note; False when interrupted before."""
        if self._on_parked is None:
            return True
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._on_parked(parked)
            except MalformedEvent:
                # It was parked because it cannot be read; nobody can be told what it was.
                return True
            except Exception as error:  # noqa: BLE001 - whatever it is, the record waits for it or goes on without
                logger.warning("parking_not_told", origin=parked.origin, **told(error))
                if self._retry.gives_up(error, attempt):
                    return True
            else:
                return True
            if await interrupted_within(self._retry.delay_s(attempt), self._interrupted):
                return False
