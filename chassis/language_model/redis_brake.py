"""The spend brake on Redis: one script before a call, one after it, whatever number of processes there is."""

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
from chassis.language_model.brake import Hold
from chassis.language_model.errors import FailureReason, ModelUnavailable
from chassis.language_model.ledgers import (
    HOLD,
    SETTLE,
    UNITS,
    Ledger,
    conversation_ledger,
    day_ledger,
    keys_of,
)
from chassis.language_model.prices import Amount
from chassis.redis import RedisUnavailable, translate_redis_errors
from contracts.language_models import SpendCaps

# Longer than any deadline may be: a hold must not be given away while its call still runs.
HELD_FOR = timedelta(minutes=5)
# Somebody waits for the reply: a cache that hangs is as good as one that is gone.
ANSWERS_WITHIN_S = 1.0

logger = structlog.get_logger(__name__)


class RedisBrake:
    """The Brake port over all processes that share a Redis."""

    def __init__(self, redis: Redis, caps: SpendCaps, *, clock: Clock) -> None:
        self._redis = redis
        self._caps = caps
        self._clock = clock
        self._hold = redis.register_script(HOLD)
        self._settle = redis.register_script(SETTLE)
        self.reply_output_tokens: int | None = caps.reply_output_tokens

    @asynccontextmanager
    async def hold(self, most: Amount, conversation_id: UUID | None) -> AsyncIterator[Hold]:
        """See the port."""
        ledgers = self._ledgers(conversation_id)
        hold_id = await self._take(most, ledgers)
        hold = Hold.of(most)
        try:
            yield hold
        finally:
            # A call that was cancelled has used something too, and its end is no time to forget it.
            await asyncio.shield(asyncio.create_task(self._give_back(hold_id, hold, ledgers)))

    async def tell(self) -> None:
        """Show in the metrics what the day has used, whichever process used it.

        Raises:
            RedisUnavailable: nobody knows.
        """
        day = day_ledger(self._caps, self._clock())
        fields = ["tokens", "microusd", "binds_tokens", "binds_microusd"]
        with translate_redis_errors():
            tokens, microusd, *binds = await self._redis.hmget(day.key, fields)
        spent = Amount(int(tokens or 0), int(microusd or 0))
        spend_telemetry.show_day(day, spent)
        for unit, is_binding in zip(UNITS, binds, strict=True):
            spend_telemetry.show_binding(day.cap(unit), is_binding=bool(is_binding))

    def _ledgers(self, conversation_id: UUID | None) -> tuple[Ledger, ...]:
        day = day_ledger(self._caps, self._clock())
        return (day,) if conversation_id is None else (conversation_ledger(self._caps, conversation_id), day)

    async def _take(self, most: Amount, ledgers: Sequence[Ledger]) -> str:
        now, hold_id = self._clock(), uuid4().hex
        caps = [
            argument
            for ledger in ledgers
            for argument in (ledger.most_tokens, ledger.most_microusd, ledger.kept_s)
        ]
        times = (now.timestamp(), (now + HELD_FOR).timestamp())
        try:
            with translate_redis_errors():
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    found = await self._hold(
                        keys=keys_of(ledgers), args=[*times, hold_id, most.tokens, most.microusd, *caps]
                    )
        except RedisUnavailable as error:
            # A brake that opens when its memory is gone does not bite.
            raise ModelUnavailable(
                FailureReason.SPEND_UNKNOWN, f"what is spent is unknown: {describe(error)}"
            ) from error
        if found[0]:
            raise _refusal(ledgers[found[0] - 1], UNITS[found[1] - 1], is_news=bool(found[2]), used=found[3])
        return hold_id

    async def _give_back(self, hold_id: str, hold: Hold, ledgers: Sequence[Ledger]) -> None:
        args: list[str | int] = [
            hold_id,
            hold.most.tokens,
            hold.most.microusd,
            hold.real.tokens,
            hold.real.microusd,
        ]
        try:
            with translate_redis_errors():
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    spent_microusd = await self._settle(keys=keys_of(ledgers), args=args)
        except RedisUnavailable as error:
            # The hold counts until it expires.
            logger.warning("spend_not_settled", error=describe(error), cost_usd=hold.real.usd)
            return
        if ledgers[0].period == "conversation":
            spend_telemetry.count_conversation(spent_microusd - hold.real.microusd, spent_microusd)


def _refusal(ledger: Ledger, unit: str, *, is_news: bool, used: int) -> ModelUnavailable:
    cap = ledger.cap(unit)
    if ledger.period == "day":
        spend_telemetry.show_binding(cap, is_binding=True)
    if is_news:
        spend_telemetry.tell_cap_reached(ledger, unit, used)
    return ModelUnavailable(FailureReason.SPEND_CAP, f"{cap} would be exceeded", cap=cap)
