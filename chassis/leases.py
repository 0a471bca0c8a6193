"""Leases with fencing in Redis: one holder at a time, and a number that shuts out whoever held it before.

A fence grows with every claim. It is the time at which the lease was claimed, in microseconds, or more than
the last one; so a Redis that lost everything hands out no older one. Whoever writes what a lease protects
has to compare the fence: a lease alone expires while its holder is still writing.
"""

from typing import Any

from redis.asyncio import Redis

from chassis.redis import translate_redis_errors
from contracts.leases import SPEAKER_LEASES, Lease

# An ended lease is kept, so that "it expired" can be told from "Redis lost it".
_KEPT_S = 24 * 60 * 60

NOW = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
"""
"""Lua: `now` in milliseconds, by the clock of Redis."""

_READ = f"""
{NOW}
local known = redis.call('HMGET', KEYS[1], 'fence', 'until', 'holder', 'name')
local fence, ends = tonumber(known[1] or 0), tonumber(known[2] or 0)
local function hold(number, until_ms, holder, name)
    local as_text = string.format('%.0f', number)
    redis.call('HSET', KEYS[1], 'fence', as_text, 'until', string.format('%.0f', until_ms))
    redis.call('HSET', KEYS[1], 'holder', holder, 'name', name)
    redis.call('EXPIRE', KEYS[1], {_KEPT_S})
    return as_text
end
"""
# ARGV: holder, name, duration, the fence to exceed, the fence and name of a lease that should be known.
_CLAIM = f"""
{_READ}
local restored = tonumber(ARGV[5])
if fence < restored then
    hold(restored, now + ARGV[3], '', ARGV[6])
    fence, ends, known[3], known[4] = restored, now + ARGV[3], '', ARGV[6]
end
local is_own = known[3] == ARGV[1] or (known[3] == '' and known[4] == ARGV[2])
if ends > now and not is_own then
    return {{0, string.format('%.0f', fence), known[4], string.format('%.0f', ends - now)}}
end
if ends <= now then
    local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
    fence = math.max(micros, fence + 1, ARGV[4] + 1)
end
return {{1, hold(fence, now + ARGV[3], ARGV[1], ARGV[2]), ARGV[2], ARGV[3]}}
"""
# ARGV: fence, duration. An ended lease that nobody else claimed goes on, unless it was closed.
_RENEW = f"""
{_READ}
if fence < tonumber(ARGV[1]) then
    return 'unknown'
end
if fence > tonumber(ARGV[1]) or ends == 0 then
    return 'lost'
end
hold(fence, now + ARGV[2], known[3], known[4])
return 'held'
"""
# ARGV: fence, duration, holder, name.
_RESTORE = f"""
{_READ}
if fence > tonumber(ARGV[1]) then
    return 'lost'
end
hold(tonumber(ARGV[1]), now + ARGV[2], ARGV[3], ARGV[4])
return 'held'
"""
# ARGV: fence, whether a lease that has not ended is closed as well.
_CLOSE = f"""
{_READ}
if fence < tonumber(ARGV[1]) then
    return false
end
if ends > now and not (ARGV[2] == '1' and fence == tonumber(ARGV[1])) then
    return ends - now
end
hold(fence, 0, known[3], known[4])
return 0
"""


class RedisLeases:
    """The leases of one kind.

    Args:
        redis: where they are kept.
        prefix: of their keys.
        lasts_s: how long a lease goes on without being renewed.
    """

    def __init__(self, redis: Redis, *, prefix: str, lasts_s: float) -> None:
        self._prefix = prefix
        self._lasts_ms = round(lasts_s * 1000)
        self.lasts_s = lasts_s
        self._claim = redis.register_script(_CLAIM)
        self._renew = redis.register_script(_RENEW)
        self._restore = redis.register_script(_RESTORE)
        self._close = redis.register_script(_CLOSE)

    async def claim(self, what: object, holder: str, name: str, *, known: Lease | None, above: int) -> Lease:
        """Claim a lease; what is returned is the holder's own, or somebody else's who has it.

        Claimed again by its holder it is renewed. `known` is a lease that should be held: where Redis has
        forgotten it, it is held again for its usual time, so that its holder can come back. A new fence is
        higher than `above` and than any other that is known.

        Raises:
            RedisUnavailable: nothing is claimed.
        """
        restored = (known.fence, known.name) if known is not None else (0, "")
        arguments: list[str | int] = [holder, name, self._lasts_ms, above, *restored]
        is_own, fence, by, lasts_ms = await self._run(self._claim, what, arguments)
        return Lease(int(fence), by, int(lasts_ms) / 1000, is_own=bool(is_own))

    async def renew(self, what: object, fence: int) -> bool | None:
        """Renew a lease; False when it is lost, None when Redis does not know it.

        Raises:
            RedisUnavailable: not known to be renewed.
        """
        found = await self._run(self._renew, what, [fence, self._lasts_ms])
        return {"held": True, "lost": False}.get(found)

    async def restore(self, what: object, fence: int, holder: str, name: str) -> bool:
        """Hold again a lease that Redis has forgotten; False when there is a newer one.

        Raises:
            RedisUnavailable: not known to be held.
        """
        return bool(await self._run(self._restore, what, [fence, self._lasts_ms, holder, name]) == "held")

    async def release(self, what: object, fence: int) -> None:
        """End a lease; it cannot be renewed any more. Raises RedisUnavailable."""
        await self._run(self._close, what, [fence, 1])

    async def close(self, what: object, fence: int) -> float | None:
        """Close a lease that has ended, so that it cannot be renewed any more.

        Returns:
            The seconds that it, or a newer one, still goes on; 0 when it is closed; None when Redis does not
            know it.

        Raises:
            RedisUnavailable: not known.
        """
        left_ms = await self._run(self._close, what, [fence, 0])
        return None if left_ms is None else int(left_ms) / 1000

    async def _run(self, script: Any, what: object, arguments: list[str | int]) -> Any:
        with translate_redis_errors():
            return await script(keys=[f"{self._prefix}{what}"], args=arguments)


def speaker_leases(redis: Redis, *, lasts_s: float) -> RedisLeases:
    """The leases of the people who speak in conversations."""
    return RedisLeases(redis, prefix=SPEAKER_LEASES, lasts_s=lasts_s)
