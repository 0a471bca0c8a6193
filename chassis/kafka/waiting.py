"""The failed records of one subscriber that wait for a retry."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from chassis import metrics
from chassis.errors import reason_for
from chassis.kafka.record import Record, origin_of
from chassis.kafka.retry import RetryPolicy


@dataclass(slots=True, eq=False)
class Wait:
    """The retries of records that are tried together."""

    origin: str
    records: int
    attempts: int = 0
    reason: str = ""
    began_s: float = 0.0
    retry_now: asyncio.Event = field(default_factory=asyncio.Event)

    def age_s(self) -> float:
        """How long ago the first try failed."""
        return time.monotonic() - self.began_s


class WaitingRecords:
    """Schedules the retries, and knows why each record waits.

    As soon as one succeeds, those that failed for its reason are tried at once: what they waited for is back.
    """

    def __init__(self, group_id: str, policy: RetryPolicy) -> None:
        self._group = group_id
        self._policy = policy
        self._waits: set[Wait] = set()
        self._reported: set[str] = set()

    @contextmanager
    def tracking(self, record: Record, *, records: int = 1) -> Iterator[Wait]:
        """Follow the tries at `record`, which may be the first of several."""
        wait = Wait(origin_of(record), records)
        try:
            yield wait
        finally:
            self._waits.discard(wait)

    def note_failure(self, wait: Wait, failure: BaseException) -> None:
        """A try failed."""
        if wait not in self._waits:
            self._waits.add(wait)
            wait.began_s = time.monotonic()
        wait.attempts += 1
        wait.reason = reason_for(failure)

    def note_success(self, wait: Wait) -> None:
        """A try succeeded."""
        if wait not in self._waits:
            return
        self._waits.discard(wait)
        wait.attempts = 0
        for other in self._waits:
            if other.reason == wait.reason:
                other.retry_now.set()

    async def interrupted_before_retry(self, wait: Wait, interrupted: asyncio.Event) -> bool:
        """Wait until the next try is due; True as soon as `interrupted` is set."""
        delay_s = self._policy.delay_s(wait.attempts, waiting=len(self._waits))
        signals = [asyncio.ensure_future(signal.wait()) for signal in (interrupted, wait.retry_now)]
        try:
            await asyncio.wait(signals, timeout=delay_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for signal in signals:
                signal.cancel()
        wait.retry_now.clear()
        return interrupted.is_set()

    def fault(self) -> str | None:
        """Why the record that has waited longest waits; None while none has waited long."""
        oldest = min(self._waits, key=lambda wait: wait.began_s, default=None)
        if oldest is None or oldest.age_s() < self._policy.unready_after_s:
            return None
        count = sum(wait.records for wait in self._waits if wait.reason == oldest.reason)
        return (
            f"waits for {oldest.age_s():.0f} s: {oldest.reason} ({count} records, the oldest {oldest.origin})"
        )

    def update_gauges(self) -> None:
        """Set the gauges to the present state."""
        by_reason: dict[str, list[Wait]] = defaultdict(list)
        for wait in self._waits:
            by_reason[wait.reason].append(wait)
        for reason in self._reported | by_reason.keys():
            waits = by_reason.get(reason, [])
            age_s = max((wait.age_s() for wait in waits), default=0.0)
            metrics.WAITING_RECORDS.labels(self._group, reason).set(sum(wait.records for wait in waits))
            metrics.WAITING_AGE.labels(self._group, reason).set(age_s)
        self._reported |= by_reason.keys()
