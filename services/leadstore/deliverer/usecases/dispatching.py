"""Send what is due: every subscription by a task of its own, so that none waits for another's receiver."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import structlog

from chassis import metrics
from chassis.clock import utc_now
from chassis.errors import TransientError, describe
from services.leadstore.deliverer.domain import Delivery, Outcome, RetryPlan, Subscription, hold_s
from services.leadstore.deliverer.ports import Deliveries, Receiver, Receivers, Subscriptions

logger = structlog.get_logger()

_POLL_S = 1.0
_REFRESH_S = 2.0
_LEASE_BEYOND_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class DispatchPolicy:
    """How much is sent at once for one subscription, for how long, and when again. Times in seconds."""

    timeout_s: float
    concurrency: int
    retries: RetryPlan


@dataclass(slots=True)
class _Patience:
    """What a receiver asked for, or showed that it needs."""

    failures: int = 0
    held_until_s: float = 0.0

    def note(self, outcome: Outcome) -> None:
        # One that refuses a message is there for the next ones.
        self.failures = self.failures + 1 if outcome.is_away else 0
        pause_s = max(hold_s(self.failures), outcome.retry_after_s or 0.0)
        if pause_s:
            self.held_until_s = max(self.held_until_s, monotonic() + pause_s)

    def room(self, slots: int, running: int) -> int:
        """How many may be begun now: while it fails, one at a time finds out whether it is back."""
        if monotonic() < self.held_until_s:
            return 0
        return (1 if hold_s(self.failures) else slots) - running


@dataclass(slots=True)
class _Line:
    """One subscription that is being served."""

    subscription: Subscription
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    patience: _Patience = field(default_factory=_Patience)
    is_ending: bool = False


class Dispatcher:
    """Serves every subscription. Several processes may: a delivery is claimed by one of them."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        deliveries: Deliveries,
        receivers: Receivers,
        policy: DispatchPolicy,
    ) -> None:
        self._subscriptions = subscriptions
        self._deliveries = deliveries
        self._receivers = receivers
        self._policy = policy
        self._lines: dict[UUID, _Line] = {}
        self._tasks = set[asyncio.Task[None]]()
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something may be due."""
        for line in self._lines.values():
            line.woken.set()

    def refresh(self) -> None:
        """The subscriptions may have changed."""
        self._changed.set()

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            DatabaseUnavailable: the subscriptions cannot be read; begin again.
        """
        try:
            while True:
                self._changed.clear()
                self._follow(await self._subscriptions.all())
                await _woken_within(self._changed, _REFRESH_S)
        finally:
            self._lines.clear()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, subscriptions: Sequence[Subscription]) -> None:
        """Begin to serve what is new, and end what was paused, removed or changed.

        What is being sent is sent to its end: it would be sent again otherwise, once its lease is over.
        """
        wanted = {each.id: each for each in subscriptions if each.paused_because is None}
        for id_ in [id_ for id_, line in self._lines.items() if wanted.get(id_) != line.subscription]:
            line = self._lines.pop(id_)
            line.is_ending = True
            line.woken.set()
        for id_ in wanted.keys() - self._lines.keys():
            line = self._lines[id_] = _Line(wanted[id_])
            task = asyncio.create_task(self._serve(line), name=f"deliver {line.subscription.name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, line: _Line) -> None:
        """Serve one subscription for as long as it stands."""
        while not line.is_ending:
            try:
                async with self._receivers.open(line.subscription) as receiver:
                    await self._send_all(line, receiver)
            except Exception:
                # One broken receiver must not end the task of another.
                logger.exception("deliveries_failed", name=line.subscription.name)
            if not line.is_ending:
                await asyncio.sleep(_POLL_S)

    async def _send_all(self, line: _Line, receiver: Receiver) -> None:
        running = set[asyncio.Task[None]]()
        lease_s = self._policy.timeout_s + _LEASE_BEYOND_TIMEOUT_S
        async with asyncio.TaskGroup() as group:
            while not line.is_ending:
                line.woken.clear()
                room = line.patience.room(self._policy.concurrency, len(running))
                for delivery in await self._claimed(line, room, lease_s) if room > 0 else ():
                    task = group.create_task(self._attempt(line, receiver, delivery))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _: line.woken.set())
                await _woken_within(line.woken, _POLL_S)

    async def _claimed(self, line: _Line, room: int, lease_s: float) -> Sequence[Delivery]:
        """What is due; nothing while the database is away."""
        try:
            return await self._deliveries.claim(line.subscription.id, room, lease_s=lease_s)
        except TransientError as error:
            logger.warning("deliveries_postponed", name=line.subscription.name, error=describe(error))
            return ()

    async def _attempt(self, line: _Line, receiver: Receiver, delivery: Delivery) -> None:
        subscription, failures = line.subscription, delivery.attempts + 1
        try:
            async with asyncio.timeout(self._policy.timeout_s):
                outcome = await receiver.deliver(delivery)
        except TimeoutError:
            outcome = Outcome("failed", "no answer in time", is_away=True)
        line.patience.note(outcome)
        retry_in_s = self._policy.retries.delay_s(
            failures,
            chance=random.random(),  # noqa: S311 - jitter is no secret
            retry_after_s=outcome.retry_after_s,
        )
        if outcome.kind == "gone":
            # It is sent once somebody lets the subscription go on.
            retry_in_s = 0.0
        try:
            await self._settle(subscription, delivery, outcome, retry_in_s)
        except TransientError as error:
            # Once its lease is over it is sent again, with the same id.
            logger.warning("delivery_not_settled", name=subscription.name, error=describe(error))
        is_dead = outcome.kind == "failed" and retry_in_s is None
        metrics.DELIVERIES.labels(subscription.name, "dead" if is_dead else outcome.kind).inc()
        if outcome.kind == "delivered":
            age_s = (utc_now() - delivery.state.at).total_seconds()
            metrics.DELIVERY_DELAY.labels(subscription.kind).observe(max(0.0, age_s))
        else:
            self._log(subscription.name, delivery, outcome, is_dead=is_dead)

    async def _settle(
        self, subscription: Subscription, delivery: Delivery, outcome: Outcome, retry_in_s: float | None
    ) -> None:
        if outcome.kind == "gone":
            await self._subscriptions.pause(subscription.name, "the receiver is gone (410)")
        await self._deliveries.settle(delivery, outcome, retry_in_s=retry_in_s)
        if outcome.kind == "gone":
            self.refresh()

    def _log(self, name: str, delivery: Delivery, outcome: Outcome, *, is_dead: bool) -> None:
        logger.warning(
            "delivery_failed",
            name=name,
            message_id=delivery.message_id,
            conversation_id=str(delivery.state.lead_id),
            attempt=delivery.attempts + 1,
            reason=outcome.reason,
            is_dead=is_dead,
        )


async def _woken_within(event: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
