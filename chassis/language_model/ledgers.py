"""What is spent by a conversation, a stranger and a day, as Redis keeps it, and the script that changes it.

A ledger is a hash of whole numbers (spent and reserved, in tokens and micro-dollars) and a sorted set of
reservations by their expiry. All keys have one hash tag: the script sees all its ledgers on one node of
a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from chassis.language_model.prices import MICRO
from contracts.language_models import SpendCaps
from contracts.values import Payers

DAY_KEPT_S = 2 * 24 * 3600
CONVERSATION_KEPT_S = 30 * 24 * 3600
UNITS: Final = ("tokens", "usd")


@dataclass(frozen=True, slots=True)
class Ledger:
    """One period, or a share of a day, with a cap in tokens and one in micro-dollars."""

    period: Literal["conversation", "address", "site_openings", "site", "day"]
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


def share_ledgers(caps: SpendCaps, payers: Payers, now: datetime) -> tuple[Ledger, ...]:
    """The ledgers of a stranger's shares of the day, the narrowest first."""
    day = day_ledger(caps, now)

    def share(period: Literal["address", "site_openings", "site"], name: str, part: float) -> Ledger:
        key = f"{{spend}}:{period}:{now.date().isoformat()}:{name}"
        return Ledger(period, key, int(part * day.max_tokens), int(part * day.max_microusd), DAY_KEPT_S)

    shares = [share("address", payers.address, caps.address_share)]
    if payers.is_opening:
        shares.append(share("site_openings", payers.site, caps.site_openings_share))
    return (*shares, share("site", payers.site, caps.site_share))


def conversation_ledger(caps: SpendCaps, conversation_id: UUID) -> Ledger:
    """The ledger of a conversation, kept as long as somebody may go on with it."""
    key = f"{{spend}}:conversation:{conversation_id}"
    microusd = round(caps.conversation_usd * MICRO)
    return Ledger("conversation", key, caps.conversation_tokens, microusd, CONVERSATION_KEPT_S)


def keys_of(ledgers: Sequence[Ledger]) -> list[str]:
    """The keys the script takes, two a ledger."""
    return [key for ledger in ledgers for key in ledger.keys]


# KEYS: the sums and the reservations of each ledger, first of what is settled, then of what is reserved.
# ARGV: how many calls are settled; for each its number of ledgers, its id, what was reserved and what was
# used, in tokens and microusd. If a call is reserved: now, expiry, its id, tokens, microusd; for each of its
# ledgers two caps and how long it is kept.
#
# Answers the microusd spent in the first ledger of each settled call, and {0} when reserved, else {ledger,
# unit, whether it is the first refusal of the period, what is used}. What was used counts even when its
# reservation expired meanwhile; one that expired belonged to a process that died. Every ledger is checked
# before any is changed. ZADD NX makes a repetition of a reservation harmless: the client sends the script
# again when a connection breaks.
SPEND = """
-- Redis takes no `-0`.
local function minus(number) return string.format('%.0f', 0 - tonumber(number)) end

local key, arg, spent = 1, 2, {}
for call = 1, tonumber(ARGV[1]) do
  local hold = ARGV[arg + 1] .. ':' .. ARGV[arg + 2] .. ':' .. ARGV[arg + 3]
  for ledger = 1, tonumber(ARGV[arg]) do
    if redis.call('ZREM', KEYS[key + 1], hold) == 1 then
      redis.call('HINCRBY', KEYS[key], 'held_tokens', minus(ARGV[arg + 2]))
      redis.call('HINCRBY', KEYS[key], 'held_microusd', minus(ARGV[arg + 3]))
    end
    redis.call('HINCRBY', KEYS[key], 'tokens', ARGV[arg + 4])
    local sum = redis.call('HINCRBY', KEYS[key], 'microusd', ARGV[arg + 5])
    if ledger == 1 then spent[call] = sum end
    key = key + 2
  end
  arg = arg + 6
end
if arg > #ARGV then return {spent, {0}} end

local now, expiry, tokens, microusd = ARGV[arg], ARGV[arg + 1], ARGV[arg + 3], ARGV[arg + 4]
local hold = ARGV[arg + 2] .. ':' .. tokens .. ':' .. microusd
local most, amounts = {}, {tokens = tokens, microusd = microusd}
for i = key, #KEYS, 2 do
  local at = arg + 5 + 3 * #most
  most[#most + 1] = {tokens = ARGV[at], microusd = ARGV[at + 1], kept = ARGV[at + 2]}
  for _, lost in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i + 1], '-inf', now)) do
    local lost_tokens, lost_microusd = lost:match(':(%d+):(%d+)$')
    redis.call('HINCRBY', KEYS[i], 'held_tokens', minus(lost_tokens))
    redis.call('HINCRBY', KEYS[i], 'held_microusd', minus(lost_microusd))
    redis.call('ZREM', KEYS[i + 1], lost)
  end
end
for ledger, caps in ipairs(most) do
  local sums = KEYS[key + 2 * ledger - 2]
  for u, unit in ipairs({'tokens', 'microusd'}) do
    local found = redis.call('HMGET', sums, unit, 'held_' .. unit)
    local used = tonumber(found[1] or 0) + tonumber(found[2] or 0)
    if used + tonumber(amounts[unit]) > tonumber(caps[unit]) then
      redis.call('HSET', sums, 'binds_' .. unit, 1)
      local news = redis.call('HSETNX', sums, 'told_' .. unit, 1)
      redis.call('EXPIRE', sums, caps.kept)
      return {spent, {ledger, u, news, used}}
    end
  end
end
for ledger, caps in ipairs(most) do
  local sums, held = KEYS[key + 2 * ledger - 2], KEYS[key + 2 * ledger - 1]
  if redis.call('ZADD', held, 'NX', expiry, hold) == 1 then
    redis.call('HINCRBY', sums, 'held_tokens', tokens)
    redis.call('HINCRBY', sums, 'held_microusd', microusd)
  end
  redis.call('HDEL', sums, 'binds_tokens', 'binds_microusd')
  redis.call('EXPIRE', sums, caps.kept)
  redis.call('EXPIRE', held, caps.kept)
end
return {spent, {0}}
"""
