"""What is spent by a conversation and by a day, as Redis keeps it, and the two scripts that change it.

A ledger is a hash of whole numbers (spent and reserved, in tokens and micro-dollars) and a sorted set of
reservations by their expiry. All keys have one hash tag: a script sees all its ledgers on one node of a
cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from chassis.language_model.prices import MICRO
from contracts.language_models import SpendCaps

DAY_KEPT_S = 2 * 24 * 3600
CONVERSATION_KEPT_S = 30 * 24 * 3600
UNITS: Final = ("tokens", "usd")


@dataclass(frozen=True, slots=True)
class Ledger:
    """One period with a cap in tokens and one in micro-dollars."""

    period: Literal["conversation", "day"]
    key: str
    max_tokens: int
    max_microusd: int
    kept_s: int

    @property
    def keys(self) -> tuple[str, str]:
        """The hash of sums, and the sorted set of reservations."""
        return self.key, f"{self.key}:held"

    def cap(self, unit: str) -> str:
        """What the cap in this unit is called."""
        return f"{self.period}_{unit}"

    def cap_of(self, unit: str) -> int:
        """The cap in this unit; dollars in millionths."""
        return self.max_tokens if unit == "tokens" else self.max_microusd


def day_ledger(caps: SpendCaps, now: datetime) -> Ledger:
    """The ledger of the day that `now` lies in; the clock gives UTC."""
    key = f"{{spend}}:day:{now.date().isoformat()}"
    return Ledger("day", key, caps.day_tokens, round(caps.day_usd * MICRO), DAY_KEPT_S)


def conversation_ledger(caps: SpendCaps, conversation_id: UUID) -> Ledger:
    """The ledger of a conversation, kept as long as somebody may go on with it."""
    key = f"{{spend}}:conversation:{conversation_id}"
    microusd = round(caps.conversation_usd * MICRO)
    return Ledger("conversation", key, caps.conversation_tokens, microusd, CONVERSATION_KEPT_S)


def keys_of(ledgers: Sequence[Ledger]) -> list[str]:
    """The keys the scripts take, two a ledger."""
    return [key for ledger in ledgers for key in ledger.keys]


# Redis takes no `-0`.
_MINUS = """
local function minus(number) return string.format('%.0f', 0 - tonumber(number)) end
"""

# KEYS: sums and reservations of each ledger. ARGV: now, expiry, id, tokens, microusd; for each ledger its two
# caps and how long it is kept. Answers {0} when reserved, else {ledger, unit, whether it is the first refusal
# of the period, what is used}. A reservation that expired belonged to a process that died. Every ledger is
# checked before any is changed. ZADD NX makes a repetition harmless: the client sends the script again when a
# connection breaks.
RESERVE = (
    _MINUS
    + """
local now, expiry, hold = ARGV[1], ARGV[2], ARGV[3] .. ':' .. ARGV[4] .. ':' .. ARGV[5]
local units = {'tokens', 'microusd'}
for i = 1, #KEYS, 2 do
  for _, lost in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i + 1], '-inf', now)) do
    local tokens, microusd = lost:match(':(%d+):(%d+)$')
    redis.call('HINCRBY', KEYS[i], 'held_tokens', minus(tokens))
    redis.call('HINCRBY', KEYS[i], 'held_microusd', minus(microusd))
    redis.call('ZREM', KEYS[i + 1], lost)
  end
end
for i = 1, #KEYS, 2 do
  local ledger = (i + 1) / 2
  for u, unit in ipairs(units) do
    local sums = redis.call('HMGET', KEYS[i], unit, 'held_' .. unit)
    local used = tonumber(sums[1] or 0) + tonumber(sums[2] or 0)
    if used + tonumber(ARGV[3 + u]) > tonumber(ARGV[3 * ledger + 2 + u]) then
      redis.call('HSET', KEYS[i], 'binds_' .. unit, 1)
      local news = redis.call('HSETNX', KEYS[i], 'told_' .. unit, 1)
      redis.call('EXPIRE', KEYS[i], ARGV[3 * ledger + 5])
      return {ledger, u, news, used}
    end
  end
end
for i = 1, #KEYS, 2 do
  if redis.call('ZADD', KEYS[i + 1], 'NX', expiry, hold) == 1 then
    redis.call('HINCRBY', KEYS[i], 'held_tokens', ARGV[4])
    redis.call('HINCRBY', KEYS[i], 'held_microusd', ARGV[5])
  end
  redis.call('HDEL', KEYS[i], 'binds_tokens', 'binds_microusd')
  redis.call('EXPIRE', KEYS[i], ARGV[3 * ((i + 1) / 2) + 5])
  redis.call('EXPIRE', KEYS[i + 1], ARGV[3 * ((i + 1) / 2) + 5])
end
return {0}
"""
)

# KEYS as above. ARGV: id, reserved tokens, reserved microusd, used tokens, used microusd. Answers the
# microusd spent in the first ledger. What was used counts even when the reservation expired meanwhile.
SETTLE = (
    _MINUS
    + """
local hold, spent = ARGV[1] .. ':' .. ARGV[2] .. ':' .. ARGV[3], 0
for i = 1, #KEYS, 2 do
  if redis.call('ZREM', KEYS[i + 1], hold) == 1 then
    redis.call('HINCRBY', KEYS[i], 'held_tokens', minus(ARGV[2]))
    redis.call('HINCRBY', KEYS[i], 'held_microusd', minus(ARGV[3]))
  end
  redis.call('HINCRBY', KEYS[i], 'tokens', ARGV[4])
  local sum = redis.call('HINCRBY', KEYS[i], 'microusd', ARGV[5])
  if i == 1 then spent = sum end
end
return spent
"""
)
