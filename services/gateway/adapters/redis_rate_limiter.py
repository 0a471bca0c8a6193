"""Counts requests in Redis with the library `limits`; in this process while Redis is away."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from math import ceil

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chassis import metrics
from chassis.errors import TransientError
from chassis.redis_scripts import BatchedScripts
from services.gateway.domain import Quota, Rate, Standing

# A visitor waits, and there is a local limit to fall back on.
_REDIS_TIMEOUT_S = 0.25
# So that an outage costs one request the time-out, and not every one.
_ASKED_AGAIN_AFTER_S = 1.0
_MOST_REFUSALS_REMEMBERED = 10_000
# The library's local storage looks at all of its keys with every request.
_MOST_LOCAL_SUBJECTS = 1_000
_SHARED_SUBJECTS = 64

logger = structlog.get_logger()


class RedisRateLimiter:
    """Implements the port RateLimiter with sliding windows, in one round trip a request.

    What is refused is refused from memory until more is left, so a flood costs Redis nothing. While Redis is
    away every process counts by itself, with a share of each limit.

    Args:
        redis: where all processes count.
        local_share: the part of a limit that one process allows by itself.
    """

    def __init__(self, redis: Redis, *, local_share: float) -> None:
        self._shared = SlidingWindowCounterRateLimiter(_batched_storage(redis))
        self._memory = MemoryStorage()
        self._local = SlidingWindowCounterRateLimiter(self._memory)
        self._local_share = local_share
        self._away_until = 0.0
        self._is_away = False
        self._refusals: dict[tuple[str, str, Rate], float] = {}

    async def hit(self, quotas: Sequence[Quota]) -> Sequence[Standing]:
        """Count a request in all quotas; see the port."""
        if refused := self._known_refusal(quotas):
            return refused
        if time.monotonic() >= self._away_until:
            try:
                standings = await _count(self._shared, quotas)
            except (TransientError, RedisError) as error:
                self._note_away(error)
            else:
                self._note_back()
                self._remember_refusals(quotas, standings)
                return standings
        metrics.RATE_LIMITS_LOCAL.inc()
        return await _count(self._local, [self._localised(quota) for quota in quotas])

    def _known_refusal(self, quotas: Sequence[Quota]) -> Sequence[Standing]:
        if not self._refusals:
            return ()
        now = time.monotonic()
        for quota in quotas:
            for rate in quota.rates:
                key = (quota.policy, quota.subject, rate)
                until = self._refusals.get(key)
                if until is None:
                    continue
                if until > now:
                    return [
                        Standing(
                            quota.policy, rate, 0, until - now, is_exceeded=True, is_public=quota.is_public
                        )
                    ]
                del self._refusals[key]
        return ()

    def _remember_refusals(self, quotas: Sequence[Quota], standings: Sequence[Standing]) -> None:
        now = time.monotonic()
        counted = ((quota, rate) for quota in quotas for rate in quota.rates)
        for (quota, rate), standing in zip(counted, standings, strict=True):
            if standing.is_exceeded:
                self._refusals[quota.policy, quota.subject, rate] = now + standing.reset_s
        while len(self._refusals) > _MOST_REFUSALS_REMEMBERED:
            del self._refusals[next(iter(self._refusals))]

    def _localised(self, quota: Quota) -> Quota:
        rates = tuple(replace(rate, amount=ceil(rate.amount * self._local_share)) for rate in quota.rates)
        subject = quota.subject
        if len(self._memory.expirations) > _MOST_LOCAL_SUBJECTS:
            # Too many strangers at once share what is left: nobody is let in uncounted.
            subject = str(blake2b(subject.encode(), digest_size=1).digest()[0] % _SHARED_SUBJECTS)
        return replace(quota, subject=subject, rates=rates)

    def _note_away(self, error: Exception) -> None:
        self._away_until = time.monotonic() + _ASKED_AGAIN_AFTER_S
        if not self._is_away:
            self._is_away = True
            logger.warning("rate_limits_local", error=type(error).__name__, share=self._local_share)

    def _note_back(self) -> None:
        if self._is_away:
            self._is_away = False
            logger.info("rate_limits_shared")


def _batched_storage(redis: Redis) -> RedisStorage:
    """The library's storage on our client, with its two scripts of sliding windows in one round trip."""
    storage = RedisStorage(
        # Only says which client library it is; the connections are ours.
        "async+redis://",
        implementation="redispy",
        key_prefix="limit",
        connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # typed as a plain option
    )
    scripts = BatchedScripts(redis, timeout_s=_REDIS_TIMEOUT_S)
    bridge = storage.bridge
    for name in ("lua_acquire_sliding_window", "lua_sliding_window"):
        setattr(bridge, name, scripts.wrap(getattr(bridge, name)))
    return storage


async def _count(limiter: RateLimiter, quotas: Sequence[Quota]) -> list[Standing]:
    counted = [(quota, rate) for quota in quotas for rate in quota.rates]
    # All at once, so that they travel together.
    return list(await asyncio.gather(*(_count_rate(limiter, quota, rate) for quota, rate in counted)))


async def _count_rate(limiter: RateLimiter, quota: Quota, rate: Rate) -> Standing:
    item = RateLimitItemPerSecond(rate.amount, rate.window_s)
    named = (quota.policy, quota.subject)
    if quota.is_public:
        is_allowed, stats = await asyncio.gather(
            limiter.hit(item, *named), limiter.get_window_stats(item, *named)
        )
    elif is_allowed := await limiter.hit(item, *named):
        return Standing(quota.policy, rate, rate.amount, rate.window_s, is_public=False)
    else:
        stats = await limiter.get_window_stats(item, *named)
    # The library says 0 in the millisecond in which a window begins.
    reset_s = max(0.0, stats.reset_time - time.time())
    if is_allowed:
        return Standing(quota.policy, rate, stats.remaining, reset_s or rate.window_s)
    return Standing(quota.policy, rate, 0, reset_s, is_exceeded=True, is_public=quota.is_public)
