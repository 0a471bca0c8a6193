"""Caps, amounts and a clock for the tests of what is spent."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from redis.asyncio import Redis

from chassis.language_model import FailureReason, ModelUnavailable, RedisSpendLimiter
from chassis.language_model.ledgers import conversation_ledger, day_ledger
from chassis.language_model.prices import Amount
from chassis.language_model.spend_limiter import Reservation
from contracts.language_models import ModelProfile, SpendCaps

GENEROUS = SpendCaps(
    reply_output_tokens=1_000,
    conversation_tokens=10**9,
    conversation_usd=1_000,
    day_tokens=10**9,
    day_usd=1_000,
)
LISTED = {
    "gpt-4o": ModelProfile(input_usd_per_million=2.5, output_usd_per_million=10),
    "gpt-4o-mini": ModelProfile(input_usd_per_million=0.15, output_usd_per_million=0.6),
}


def caps(**changed: float) -> SpendCaps:
    """Caps of which only those named can be reached."""
    return SpendCaps.model_validate(GENEROUS.model_dump() | changed)


@dataclass
class Time:
    """A clock that a test turns; each starts at noon of a day of its own."""

    now: datetime = field(
        default_factory=lambda: datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days=uuid4().int % 10**6)
    )

    def __call__(self) -> datetime:
        return self.now


class RecordingSpendLimiter:
    """Keeps every reservation; refuses the calls that a test names."""

    def __init__(self, *, forbidden: Mapping[int, FailureReason] | None = None) -> None:
        """`forbidden` are the calls to refuse, counted from 1, and why."""
        self.reply_output_tokens: int | None = 1_000
        self.reservations: list[Reservation] = []
        self.conversations: list[UUID | None] = []
        self.asked = 0
        self._forbidden = forbidden or {}

    @asynccontextmanager
    async def reserve(self, most: Amount, conversation_id: UUID | None) -> AsyncIterator[Reservation]:
        self.asked += 1
        if reason := self._forbidden.get(self.asked):
            raise ModelUnavailable(reason, "as told", cap=None if reason != "spend_cap" else "day_usd")
        self.conversations.append(conversation_id)
        self.reservations.append(Reservation.of(most))
        yield self.reservations[-1]

    async def settle(self) -> None:
        """Everything is kept."""

    async def export_metrics(self) -> None:
        """Nothing to export."""


async def settled(redis: Redis, time: Time, conversation_id: UUID | None = None) -> tuple[Amount, Amount]:
    """What a ledger says is spent, and what it says is held; the day's unless a conversation is named."""
    ledger = day_ledger(GENEROUS, time())
    if conversation_id is not None:
        ledger = conversation_ledger(GENEROUS, conversation_id)
    sums = await redis.hmget(ledger.key, ["tokens", "microusd", "held_tokens", "held_microusd"])
    tokens, microusd, held_tokens, held_microusd = (int(number or 0) for number in sums)
    return Amount(tokens, microusd), Amount(held_tokens, held_microusd)


def a_limiter(redis: Redis, time: Time, **changed: float) -> RedisSpendLimiter:
    return RedisSpendLimiter(redis, caps(**changed), clock=time)
