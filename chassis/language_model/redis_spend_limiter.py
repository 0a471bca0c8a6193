"""The spend limiter on Redis, for any number of processes: a script before a call settles those before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis

from chassis.clock import Clock
from chassis.errors import describe
from chassis.language_model import spend_telemetry
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.ledgers import (
    SPEND,
    UNITS,
    Ledger,
    conversation_ledger,
    day_ledger,
    keys_of,
    share_ledgers,
)
from chassis.language_model.payers import current_payers
from chassis.language_model.prices import Amount
from chassis.language_model.spend_limiter import Reservation
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.language_models import SpendCaps

# Longer than any deadline may be: a reservation must not expire while its call still runs.
RESERVED_FOR = timedelta(minutes=5)
# Somebody waits for the reply: a Redis that hangs is treated as unavailable.
REDIS_TIMEOUT_S = 1.0
# A process that is killed meanwhile takes the cost of these calls with it.
SETTLED_WITHIN_S = 0.1

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _EndedCall:
    """A call that is not settled yet."""

    reservation_id: str
    reservation: Reservation
    ledgers: tuple[Ledger, ...]

    @property
    def arguments(self) -> list[str | int]:
        """What the script takes of it."""
        most, used = self.reservation.max_amount, self.reservation.used
        amounts = (most.tokens, most.microusd, used.tokens, used.microusd)
        return [len(self.ledgers), self.reservation_id, *amounts]


class RedisSpendLimiter:
    """The SpendLimiter port over all processes that share a Redis.

    Calls that have ended are settled with the next reservation, or a moment later. Until then the whole of a
    reservation counts, so no cap can be exceeded.
    """

    def __init__(self, redis: Redis, caps: SpendCaps, *, clock: Clock) -> None:
        self._redis = redis
        self._caps = caps
        self._clock = clock
        self._script = redis.register_script(SPEND)
        spend_telemetry.announce_shares()
        self._ended: list[_EndedCall] = []
        self._settling: asyncio.Task[None] | None = None
        self.reply_output_tokens: int | None = caps.reply_output_tokens

    @asynccontextmanager
    async def reserve(self, max_amount: Amount, conversation_id: UUID | None) -> AsyncIterator[Reservation]:
        """Reserve in all ledgers of the conversation, its payers and the day, in one script."""
        ledgers = self._ledgers(conversation_id)
        reservation_id = await self._reserve(max_amount, ledgers)
        reservation = Reservation.of(max_amount)
        try:
            yield reservation
        finally:
            self._ended.append(_EndedCall(reservation_id, reservation, ledgers))
            if self._settling is None or self._settling.done():
                self._settling = asyncio.create_task(self._settle_soon())

    async def settle(self) -> None:
        """Settle the calls that have ended."""
        if self._ended:
            with suppress(RedisUnavailable):
                await self._spend()

    async def export_metrics(self) -> None:
        """Set the metrics to what all processes have used today.

        Raises:
            RedisUnavailable: what is spent is unknown.
        """
        day = day_ledger(self._caps, self._clock())
        fields = ["tokens", "microusd", "binds_tokens", "binds_microusd"]
        with translate_redis_errors():
            tokens, microusd, *binds = await self._redis.hmget(day.key, fields)
        spent = Amount(int(tokens or 0), int(microusd or 0))
        spend_telemetry.export_day(day, spent)
        for unit, is_binding in zip(UNITS, binds, strict=True):
            spend_telemetry.export_binding(day.cap(unit), is_binding=bool(is_binding))

    def _ledgers(self, conversation_id: UUID | None) -> tuple[Ledger, ...]:
        now, payers = self._clock(), current_payers()
        own = () if conversation_id is None else (conversation_ledger(self._caps, conversation_id),)
        shares = () if payers is None else share_ledgers(self._caps, payers, now)
        return (*own, *shares, day_ledger(self._caps, now))

    async def _settle_soon(self) -> None:
        # A call may end while others are settled.
        while self._ended:
            await asyncio.sleep(SETTLED_WITHIN_S)
            await self.settle()

    async def _reserve(self, max_amount: Amount, ledgers: Sequence[Ledger]) -> str:
        now, reservation_id = self._clock(), uuid4().hex
        arguments: list[str | int | float] = [now.timestamp(), (now + RESERVED_FOR).timestamp()]
        arguments += [reservation_id, max_amount.tokens, max_amount.microusd]
        for ledger in ledgers:
            arguments += [ledger.max_tokens, ledger.max_microusd, ledger.kept_s]
        try:
            found = await self._spend(ledgers, arguments)
        except RedisUnavailable as error:
            # Without Redis no call is allowed: otherwise an outage would lift every cap.
            raise ModelUnavailable(
                FailureReason.SPEND_UNKNOWN, f"what is spent is unknown: {describe(error)}"
            ) from error
        if found[0]:
            raise _refusal(ledgers[found[0] - 1], UNITS[found[1] - 1], is_first=bool(found[2]), used=found[3])
        return reservation_id

    async def _spend(
        self, ledgers: Sequence[Ledger] = (), reserving: Sequence[str | int | float] = ()
    ) -> Sequence[int]:
        """Settle what has ended and reserve; returns what became of the reservation."""
        # Whoever is cancelled here settles the calls of others, too.
        found = await asyncio.shield(asyncio.create_task(self._run_script(ledgers, reserving)))
        if isinstance(found, RedisUnavailable):
            raise found
        return found

    async def _run_script(
        self, ledgers: Sequence[Ledger], reserving: Sequence[str | int | float]
    ) -> Sequence[int] | RedisUnavailable:
        ended, self._ended = self._ended, []
        keys = keys_of([ledger for call in ended for ledger in call.ledgers] + [*ledgers])
        arguments = [len(ended), *(argument for call in ended for argument in call.arguments), *reserving]
        try:
            with translate_redis_errors():
                async with asyncio.timeout(REDIS_TIMEOUT_S):
                    spent_microusd, found = await self._script(keys=keys, args=arguments)
        except RedisUnavailable as error:
            # What was reserved counts until it expires.
            for call in ended:
                cost_usd = call.reservation.used.usd
                logger.warning("spend_not_settled", error=describe(error), cost_usd=cost_usd)
            return error
        for call, spent in zip(ended, spent_microusd, strict=True):
            if call.ledgers[0].period == "conversation":
                spend_telemetry.count_conversation(spent - call.reservation.used.microusd, spent)
        return found  # type: ignore[no-any-return]  # the library has no types


def _refusal(ledger: Ledger, unit: str, *, is_first: bool, used: int) -> ModelUnavailable:
    cap = ledger.cap(unit)
    if ledger.period == "day":
        spend_telemetry.export_binding(cap, is_binding=True)
    if is_first:
        spend_telemetry.report_cap_reached(ledger, unit, used)
    return ModelUnavailable(FailureReason.SPEND_CAP, f"{cap} would be exceeded", cap=cap)
