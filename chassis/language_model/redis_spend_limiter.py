"""The spend limiter on Redis: one script before a call and one after it, for any number of processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis

from chassis.clock import Clock
from chassis.errors import describe
from chassis.language_model import spend_telemetry
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.ledgers import (
    RESERVE,
    SETTLE,
    UNITS,
    Ledger,
    conversation_ledger,
    day_ledger,
    keys_of,
)
from chassis.language_model.prices import Amount
from chassis.language_model.spend_limiter import Reservation
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.language_models import SpendCaps

# Longer than any deadline may be: a reservation must not expire while its call still runs.
RESERVED_FOR = timedelta(minutes=5)
# Somebody waits for the reply: a Redis that hangs is treated as unavailable.
REDIS_TIMEOUT_S = 1.0

logger = structlog.get_logger(__name__)


class RedisSpendLimiter:
    """The SpendLimiter port over all processes that share a Redis."""

    def __init__(self, redis: Redis, caps: SpendCaps, *, clock: Clock) -> None:
        self._redis = redis
        self._caps = caps
        self._clock = clock
        self._reserve_script = redis.register_script(RESERVE)
        self._settle_script = redis.register_script(SETTLE)
        self.reply_output_tokens: int | None = caps.reply_output_tokens

    @asynccontextmanager
    async def reserve(self, max_amount: Amount, conversation_id: UUID | None) -> AsyncIterator[Reservation]:
        """Reserve in the ledgers of the day and of the conversation, in one script."""
        ledgers = self._ledgers(conversation_id)
        reservation_id = await self._reserve(max_amount, ledgers)
        reservation = Reservation.of(max_amount)
        try:
            yield reservation
        finally:
            # A cancelled call has used something too, so settling must survive the cancellation.
            await asyncio.shield(asyncio.create_task(self._settle(reservation_id, reservation, ledgers)))

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
        day = day_ledger(self._caps, self._clock())
        return (day,) if conversation_id is None else (conversation_ledger(self._caps, conversation_id), day)

    async def _reserve(self, max_amount: Amount, ledgers: Sequence[Ledger]) -> str:
        now, reservation_id = self._clock(), uuid4().hex
        caps = [
            argument
            for ledger in ledgers
            for argument in (ledger.max_tokens, ledger.max_microusd, ledger.kept_s)
        ]
        times = (now.timestamp(), (now + RESERVED_FOR).timestamp())
        try:
            with translate_redis_errors():
                async with asyncio.timeout(REDIS_TIMEOUT_S):
                    found = await self._reserve_script(
                        keys=keys_of(ledgers),
                        args=[*times, reservation_id, max_amount.tokens, max_amount.microusd, *caps],
                    )
        except RedisUnavailable as error:
            # Without Redis no call is allowed: otherwise an outage would lift every cap.
            raise ModelUnavailable(
                FailureReason.SPEND_UNKNOWN, f"what is spent is unknown: {describe(error)}"
            ) from error
        if found[0]:
            raise _refusal(ledgers[found[0] - 1], UNITS[found[1] - 1], is_first=bool(found[2]), used=found[3])
        return reservation_id

    async def _settle(self, reservation_id: str, reservation: Reservation, ledgers: Sequence[Ledger]) -> None:
        args: list[str | int] = [
            reservation_id,
            reservation.max_amount.tokens,
            reservation.max_amount.microusd,
            reservation.used.tokens,
            reservation.used.microusd,
        ]
        try:
            with translate_redis_errors():
                async with asyncio.timeout(REDIS_TIMEOUT_S):
                    spent_microusd = await self._settle_script(keys=keys_of(ledgers), args=args)
        except RedisUnavailable as error:
            # The reservation counts until it expires.
            logger.warning("spend_not_settled", error=describe(error), cost_usd=reservation.used.usd)
            return
        if ledgers[0].period == "conversation":
            spend_telemetry.count_conversation(spent_microusd - reservation.used.microusd, spent_microusd)


def _refusal(ledger: Ledger, unit: str, *, is_first: bool, used: int) -> ModelUnavailable:
    cap = ledger.cap(unit)
    if ledger.period == "day":
        spend_telemetry.export_binding(cap, is_binding=True)
    if is_first:
        spend_telemetry.report_cap_reached(ledger, unit, used)
    return ModelUnavailable(FailureReason.SPEND_CAP, f"{cap} would be exceeded", cap=cap)
