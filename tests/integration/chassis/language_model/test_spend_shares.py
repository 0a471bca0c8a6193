"""A stranger uses up a share of the day, and nobody else notices."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from chassis.language_model import ModelUnavailable, RedisSpendLimiter, charged_to
from chassis.language_model.prices import Amount
from contracts.values import Payers
from tests.support.spending import Time, a_limiter

CALL = Amount(tokens=100, microusd=1_000)
DAY = {"day_tokens": 10_000, "address_share": 0.05, "site_openings_share": 0.5, "site_share": 0.8}


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def limiter(redis: Redis) -> RedisSpendLimiter:
    return a_limiter(redis, Time(), **DAY)


def stranger(address: object, *, site: str = "shop", is_opening: bool = False) -> Payers:
    return Payers(address=str(address), site=site, is_opening=is_opening)


async def call(limiter: RedisSpendLimiter, payers: Payers | None) -> str | None:
    """Make a call for these payers; the cap that forbade it, None if none did."""
    try:
        with charged_to(payers):
            async with limiter.reserve(CALL, None):
                pass
    except ModelUnavailable as failure:
        return failure.cap
    return None


async def refusals(limiter: RedisSpendLimiter, *payers: Payers | None) -> list[str | None]:
    return [await call(limiter, each) for each in payers]


async def test_one_address_uses_up_its_share_and_another_notices_nothing(limiter: RedisSpendLimiter):
    mine = await refusals(limiter, *[stranger("mine")] * 7)

    assert mine == [None] * 5 + ["address_tokens"] * 2
    assert await refusals(limiter, stranger("theirs"), None) == [None, None]


async def test_a_share_that_is_used_up_is_one_warning_that_names_nobody(limiter: RedisSpendLimiter):
    with capture_logs() as logs:
        await refusals(limiter, *[stranger("mine")] * 9)

    (line,) = [each for each in logs if each["event"] == "spend_cap_reached"]
    assert (line["log_level"], line["cap"], "mine" in str(line)) == ("warning", "address_tokens", False)


async def test_openings_of_many_addresses_leave_half_of_the_day_to_conversations(limiter: RedisSpendLimiter):
    openings = await refusals(limiter, *(stranger(n, is_opening=True) for n in range(60)))

    assert openings == [None] * 50 + ["site_openings_tokens"] * 10
    going_on, elsewhere = stranger("a"), stranger("b", site="blog", is_opening=True)
    assert await refusals(limiter, going_on, elsewhere) == [None, None]


async def test_strangers_of_one_site_leave_something_to_everybody_else(limiter: RedisSpendLimiter):
    strangers = await refusals(limiter, *(stranger(n) for n in range(90)))

    assert strangers == [None] * 80 + ["site_tokens"] * 10
    assert await refusals(limiter, stranger("b", site="blog"), None) == [None, None]
    assert await call(limiter, stranger("late")) == "site_tokens"


async def test_a_share_is_in_dollars_too(redis: Redis):
    limiter = a_limiter(redis, Time(), day_usd=0.1, address_share=0.05)

    assert await refusals(limiter, *[stranger("mine")] * 6) == [None] * 5 + ["address_usd"]


async def test_whatever_a_call_did_not_use_is_free_again_in_every_share(limiter: RedisSpendLimiter):
    for _ in range(20):
        with charged_to(stranger("mine", is_opening=True)):
            async with limiter.reserve(CALL, None) as reservation:
                reservation.used = Amount(1, 1)

    assert await call(limiter, stranger("mine")) is None
