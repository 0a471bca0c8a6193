"""Requests are counted over all processes, in one round trip, and by each process while Redis is away."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from devstack.ports import free_port
from services.gateway.adapters.redis_pseudonyms import RedisPseudonyms
from services.gateway.adapters.redis_rate_limiter import RedisRateLimiter
from services.gateway.domain import Quota, Rate
from services.gateway.ports import RateLimiter
from tests.support.gateway_fakes import FakeRateLimiter

HOURLY, DAILY = Rate(3, 3600), Rate(100, 86_400)
DAY = datetime(2026, 11, 30, 12, tzinfo=UTC)


def openings(*rates: Rate) -> Quota:
    return Quota("openings", uuid4().hex, rates or (HOURLY, DAILY))


@pytest.fixture
async def nowhere() -> Redis:
    return Redis(port=free_port(), decode_responses=True)


@pytest.fixture(params=["redis", "fake"])
def limiter(request: pytest.FixtureRequest, redis: Redis) -> RateLimiter:
    return RedisRateLimiter(redis, local_share=0.5) if request.param == "redis" else FakeRateLimiter()


async def exceeded(limiter: RateLimiter, *quotas: Quota) -> bool:
    return any(standing.is_exceeded for standing in await limiter.hit(quotas))


async def test_a_limit_lets_through_what_it_says_for_each_subject(limiter: RateLimiter):
    mine, theirs = openings(), openings()

    first, *_ = await limiter.hit((mine,))
    others = [await exceeded(limiter, mine) for _ in range(3)]

    assert (first.remaining, first.rate, first.is_exceeded) == (2, HOURLY, False)
    assert others == [False, False, True]
    assert not await exceeded(limiter, theirs)


async def test_a_limit_holds_over_all_processes_and_says_when_more_is_left(redis: Redis):
    processes = [RedisRateLimiter(redis, local_share=0.5) for _ in range(4)]
    mine = openings()

    found = await asyncio.gather(*(exceeded(process, mine) for process in processes for _ in range(3)))
    (refusal,) = [each for each in await processes[0].hit((mine,)) if each.is_exceeded]

    assert found.count(False) == HOURLY.amount
    assert 0 < refusal.reset_s <= HOURLY.window_s


async def test_what_is_refused_costs_redis_nothing_until_more_is_left(redis: Redis):
    limiter, mine = RedisRateLimiter(redis, local_share=0.5), openings(Rate(1, 2))
    assert not await exceeded(limiter, mine)
    # In the millisecond in which a window begins nobody can say how long a refusal lasts.
    while (await limiter.hit((mine,)))[0].reset_s < 0.5:
        pass
    before = await commands(redis)

    for _ in range(20):
        assert await exceeded(limiter, mine)

    # The question itself.
    assert await commands(redis) - before == 1
    await until_allowed(limiter, mine)


async def test_all_limits_of_all_requests_of_a_moment_are_one_round_trip(redis: Redis):
    limiter = RedisRateLimiter(redis, local_share=0.5)
    await limiter.hit((openings(),))
    before = await reads(redis)

    await asyncio.gather(*(limiter.hit((openings(), openings())) for _ in range(5)))

    # The other is the question itself.
    assert await reads(redis) - before <= 2


async def test_without_redis_a_process_allows_its_share_and_no_more(nowhere: Redis):
    limiter, mine = RedisRateLimiter(nowhere, local_share=0.5), openings()

    assert [await exceeded(limiter, mine) for _ in range(4)] == [False, False, True, True]


async def test_without_redis_a_crowd_of_strangers_is_still_counted(nowhere: Redis):
    limiter = RedisRateLimiter(nowhere, local_share=1.0)

    found = [await exceeded(limiter, openings(Rate(1, 3600))) for _ in range(1_500)]

    assert found.count(True) > 300


async def test_limits_hold_when_redis_starts_anew_without_its_scripts(redis: Redis):
    limiter, mine = RedisRateLimiter(redis, local_share=0.5), openings()
    await limiter.hit((mine,))
    await redis.script_flush()

    assert [await exceeded(limiter, mine) for _ in range(3)] == [False, False, True]


async def test_a_pseudonym_is_the_same_in_every_process_until_midnight(redis: Redis):
    now = DAY
    clock: Callable[[], datetime] = lambda: now  # noqa: E731
    one, other = RedisPseudonyms(redis, clock), RedisPseudonyms(redis, clock)

    names = {await each.of("203.0.113.9") for each in (one, other, one)}
    now = DAY.replace(hour=23, minute=59)
    names.add(await one.of("203.0.113.9"))
    now = datetime(2026, 12, 1, tzinfo=UTC)
    tomorrow = {await each.of("203.0.113.9") for each in (other, one)}

    assert (len(names), len(tomorrow), names & tomorrow) == (1, 1, set())
    assert "203" not in "".join(names)
    assert 0 < await redis.ttl("pseudonyms:2026-11-30") <= 26 * 3600


async def test_without_redis_a_process_has_pseudonyms_of_its_own(nowhere: Redis):
    pseudonyms = RedisPseudonyms(nowhere, lambda: DAY)

    assert len({await pseudonyms.of("203.0.113.9") for _ in range(3)}) == 1


async def commands(redis: Redis) -> int:
    return int((await redis.info("stats"))["total_commands_processed"])


async def reads(redis: Redis) -> int:
    return int((await redis.info("stats"))["total_reads_processed"])


async def until_allowed(limiter: RateLimiter, quota: Quota) -> None:
    async def ask() -> None:
        while await exceeded(limiter, quota):  # noqa: ASYNC110 - Redis tells nobody that more is left
            await asyncio.sleep(0.02)

    await asyncio.wait_for(ask(), timeout=15)
