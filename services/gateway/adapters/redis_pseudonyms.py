"""Pseudonyms of network addresses under a random key a day, which nobody has once the day is over."""

import asyncio
import secrets
import time
from datetime import date
from hashlib import blake2b

import structlog
from redis.asyncio import Redis

from chassis.clock import Clock
from chassis.redis import RedisUnavailable, translate_redis_errors

_KEY_BYTES = 32
_NAME_BYTES = 12
# A clock that is behind still finds the key of its day.
_KEPT_S = 26 * 60 * 60
_REDIS_TIMEOUT_S = 0.25
_ASKED_AGAIN_AFTER_S = 1.0

logger = structlog.get_logger()


class RedisPseudonyms:
    """Implements the port Pseudonyms.

    All processes share the key of a day in Redis, where it expires. After that a pseudonym in a topic leads
    nobody to an address, not even whoever has all of our secrets. While Redis is away a process uses a key of
    its own.
    """

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._day = date.min
        self._key = b""
        self._ask_at = 0.0

    async def of(self, network: str) -> str:
        """The pseudonym of a network today; see the port."""
        today = self._clock().date()
        if today != self._day:
            self._day, self._key, self._ask_at = today, secrets.token_bytes(_KEY_BYTES), 0.0
        if time.monotonic() >= self._ask_at:
            await self._share_key(today)
        return blake2b(network.encode(), key=self._key, digest_size=_NAME_BYTES).hexdigest()

    async def _share_key(self, today: date) -> None:
        try:
            with translate_redis_errors():
                async with asyncio.timeout(_REDIS_TIMEOUT_S):
                    shared = await self._redis.set(
                        f"pseudonyms:{today.isoformat()}", self._key.hex(), nx=True, get=True, ex=_KEPT_S
                    )
        except RedisUnavailable:
            logger.warning("pseudonyms_local")
            self._ask_at = time.monotonic() + _ASKED_AGAIN_AFTER_S
            return
        if today == self._day:
            self._key = bytes.fromhex(str(shared)) if shared else self._key
            self._ask_at = float("inf")
