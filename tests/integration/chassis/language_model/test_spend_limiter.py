"""No cap is ever exceeded, however many ask at once, and whatever becomes of their calls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from structlog.testing import capture_logs

from chassis.language_model import FailureReason, ModelUnavailable, RedisSpendLimiter, redis_spend_limiter
from chassis.language_model.prices import Amount
from chassis.language_model.redis_spend_limiter import RESERVED_FOR
from tests.integration.chassis.language_model.conftest import metric
from tests.support.spending import Time, a_limiter, settled

CALL = Amount(tokens=100, microusd=1_000)
NOTHING = Amount(0, 0)


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """However busy the machine, the cache is waited for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_spend_limiter, "REDIS_TIMEOUT_S", 60.0)
        yield


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def time() -> Time:
    return Time()


async def call(limiter: RedisSpendLimiter, most=CALL, *, real=None, conversation_id=None, is_settled=True):
    """Make a call, and settle it at once if it `is_settled`; return the cap that forbade it, or None."""
    try:
        async with limiter.reserve(most, conversation_id) as reservation:
            await asyncio.sleep(0)
            reservation.used = real or most
    except ModelUnavailable as failure:
        assert failure.reason is FailureReason.SPEND_CAP
        return failure.cap
    if is_settled:
        await limiter.settle()
    return None


async def test_what_a_call_used_is_spent_and_the_rest_soon_free_by_itself(redis: Redis, time: Time) -> None:
    real, conversation_id = Amount(30, 200), uuid4()
    limiter = a_limiter(redis, time)
    await call(limiter, real=real, conversation_id=conversation_id, is_settled=False)
    assert await settled(redis, time) == (NOTHING, CALL)
    await until_spent(redis, time, real)
    assert await settled(redis, time) == (real, NOTHING)
    assert await settled(redis, time, conversation_id) == (real, NOTHING)


@pytest.mark.parametrize(
    ("cap", "most"),
    [("conversation_tokens", 1050), ("conversation_usd", 0.0105), ("day_tokens", 1050), ("day_usd", 0.0105)],
)
async def test_the_cap_that_binds_is_named(redis: Redis, time: Time, cap: str, most: float) -> None:
    limiter, conversation_id = a_limiter(redis, time, **{cap: most}), uuid4()
    for number in range(12):
        refusal = await call(limiter, conversation_id=conversation_id, is_settled=bool(number % 2))
        assert refusal == (None if number < 10 else cap)


async def test_what_has_ended_is_settled_before_the_next_call_is_reserved(redis: Redis, time: Time) -> None:
    limiter, conversations = a_limiter(redis, time, day_tokens=220), [uuid4(), uuid4(), None]
    for conversation_id in conversations:
        told = await call(limiter, real=Amount(40, 200), conversation_id=conversation_id, is_settled=False)
        assert told is None
    async with limiter.reserve(CALL, None):
        assert await settled(redis, time) == (Amount(120, 600), CALL)
        for conversation_id in conversations[:2]:
            assert await settled(redis, time, conversation_id) == (Amount(40, 200), NOTHING)


def slow(limiter: RedisSpendLimiter, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Events: the script of a limiter is asked from now on, and it may answer."""
    is_asked, may_answer, script = asyncio.Event(), asyncio.Event(), limiter._script

    async def answer_late(**arguments: Any) -> Any:
        is_asked.set()
        await may_answer.wait()
        return await script(**arguments)

    monkeypatch.setattr(limiter, "_script", answer_late)
    return is_asked, may_answer


async def test_who_is_cancelled_settles_for_others(redis: Redis, time: Time, monkeypatch: pytest.MonkeyPatch):
    limiter = a_limiter(redis, time)
    await call(limiter, real=Amount(40, 200), is_settled=False)
    is_asked, may_answer = slow(limiter, monkeypatch)

    reserving = asyncio.create_task(call(limiter))
    await is_asked.wait()
    reserving.cancel()
    await asyncio.wait([reserving])
    may_answer.set()

    await until_spent(redis, time, Amount(40, 200))


async def test_what_ends_meanwhile_is_settled_too(redis: Redis, time: Time, monkeypatch: pytest.MonkeyPatch):
    limiter = a_limiter(redis, time)
    async with limiter.reserve(CALL, None) as second:
        await call(limiter, real=Amount(40, 200), is_settled=False)
        is_asked, may_answer = slow(limiter, monkeypatch)
        await is_asked.wait()
        second.used = Amount(2, 3)
    may_answer.set()

    await until_spent(redis, time, Amount(42, 203))


async def until_spent(redis: Redis, time: Time, spent: Amount) -> None:
    for _ in range(100):
        if (await settled(redis, time))[0] == spent:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"not {spent} but {(await settled(redis, time))[0]}")


async def test_a_capped_conversation_takes_nothing_of_others_and_is_told_once(redis: Redis, time: Time):
    limiter, talkative = a_limiter(redis, time, conversation_tokens=100), uuid4()
    with capture_logs() as logs:
        refusals = [await call(limiter, conversation_id=talkative) for _ in range(4)]
    assert refusals == [None] + ["conversation_tokens"] * 3
    assert [(line["log_level"], line["cap"]) for line in logs] == [("warning", "conversation_tokens")]
    assert await call(limiter, conversation_id=uuid4()) is None
    assert (await settled(redis, time))[0].tokens == 2 * CALL.tokens


async def test_a_new_day_starts_at_nothing_and_a_conversation_goes_on(redis: Redis, time: Time) -> None:
    limiter, conversation_id = a_limiter(redis, time, day_tokens=100, conversation_tokens=250), uuid4()
    async with limiter.reserve(CALL, conversation_id):
        # It counts on the day it began.
        began = Time(time.now)
        time.now += timedelta(hours=13)
    await limiter.settle()
    assert await settled(redis, began) == (CALL, NOTHING)
    assert await settled(redis, time) == (NOTHING, NOTHING)
    assert await call(limiter, conversation_id=conversation_id) is None
    assert await call(limiter) == "day_tokens"
    time.now += timedelta(days=1)
    assert await call(limiter, conversation_id=conversation_id) == "conversation_tokens"


async def test_a_call_that_was_cancelled_is_settled(redis: Redis, time: Time) -> None:
    limiter = a_limiter(redis, time)
    with suppress(asyncio.CancelledError):
        async with limiter.reserve(CALL, None) as reservation:
            reservation.used = Amount(10, 5)
            raise asyncio.CancelledError
    await limiter.settle()
    assert await settled(redis, time) == (Amount(10, 5), NOTHING)


async def test_what_a_dead_process_held_is_free_and_counts_if_it_was_slow(redis: Redis, time: Time) -> None:
    limiter = a_limiter(redis, time, day_tokens=100)
    async with limiter.reserve(CALL, None):
        assert await call(limiter) == "day_tokens"
        time.now += RESERVED_FOR
        assert await call(limiter, real=Amount(40, 1)) is None
        assert await settled(redis, time) == (Amount(40, 1), NOTHING)
    await limiter.settle()
    assert await settled(redis, time) == (Amount(140, 1_001), NOTHING)


async def test_every_key_expires_and_lies_on_one_node_of_a_cluster(redis: Redis, time: Time) -> None:
    await redis.flushdb()
    limiter = a_limiter(redis, time)
    async with limiter.reserve(CALL, uuid4()):
        under_way = {key: await redis.ttl(key) for key in await redis.keys()}
    await limiter.settle()
    afterwards = {key: await redis.ttl(key) for key in await redis.keys()}
    assert len(under_way) == 4
    assert all(key.startswith("{spend}:") for key in under_way)
    assert all(seconds > 24 * 3600 for seconds in (*under_way.values(), *afterwards.values()))


AMOUNTS = st.builds(Amount, st.integers(0, 400), st.integers(0, 4_000))
# What a call may use, what it does use of that in percent, and the conversation it belongs to.
CALLS = st.lists(st.tuples(AMOUNTS, st.integers(0, 100), st.integers(0, 2)), min_size=1, max_size=50)


@given(CALLS)
async def test_no_cap_is_exceeded_at_any_moment(redis_url: str, calls: list[tuple[Amount, int, int]]) -> None:
    time, conversations = Time(), [uuid4() for _ in range(3)]
    limits = {"day_tokens": 2_000, "day_usd": 0.02, "conversation_tokens": 1_000, "conversation_usd": 0.008}
    seen: list[tuple[Amount, Amount, Amount, Amount]] = []
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        limiters = [a_limiter(redis, time, **limits) for _ in range(2)]

        async def ask(number: int, most: Amount, percent: int, whose: int) -> None:
            real = Amount(most.tokens * percent // 100, most.microusd * percent // 100)
            limiter, conversation_id = limiters[number % 2], conversations[whose]
            is_settled = number % 3 == 0
            await call(limiter, most, real=real, conversation_id=conversation_id, is_settled=is_settled)
            seen.append((*await settled(redis, time), *await settled(redis, time, conversation_id)))

        await asyncio.gather(*(ask(number, *one) for number, one in enumerate(calls)))
        await asyncio.gather(*(limiter.settle() for limiter in limiters))
        ends = [await settled(redis, time), *[await settled(redis, time, each) for each in conversations]]

    for day_spent, day_held, spent, held in seen:
        assert day_spent.tokens + day_held.tokens <= 2_000
        assert day_spent.microusd + day_held.microusd <= 20_000
        assert spent.tokens + held.tokens <= 1_000
        assert spent.microusd + held.microusd <= 8_000
    assert all(held == NOTHING for _, held in ends)


async def test_a_brake_that_cannot_look_lets_nobody_through(time: Time) -> None:
    async with Redis.from_url("redis://127.0.0.1:1", decode_responses=True) as away:
        with pytest.raises(ModelUnavailable) as caught:
            async with a_limiter(away, time).reserve(CALL, None):
                pytest.fail("nobody may ask")
    assert caught.value.reason is FailureReason.SPEND_UNKNOWN


async def test_an_answer_is_kept_if_not_settled(redis: Redis, time: Time, monkeypatch: pytest.MonkeyPatch):
    limiter = a_limiter(redis, time)
    async with limiter.reserve(CALL, None):
        away = a_limiter(Redis.from_url("redis://127.0.0.1:1"), time)
        monkeypatch.setattr(limiter, "_script", away._script)
    await limiter.settle()
    assert await settled(redis, time) == (NOTHING, CALL)


async def test_every_process_shows_what_all_have_spent_and_which_cap_binds(redis: Redis, time: Time) -> None:
    await call(a_limiter(redis, time), Amount(500, 30_000))
    other = a_limiter(redis, time, day_usd=0.04, day_tokens=1_000)
    binds = []
    for tokens in (501, 10):
        await call(other, Amount(tokens, 10))
        await other.export_metrics()
        binds.append(metric("spend_cap_binds", cap="day_tokens"))
    assert binds == [1, 0], "until a call passes it"
    assert metric("spent_today_usd") == 0.03001
    assert metric("spent_today_tokens") == 510
    assert metric("spend_cap_used_ratio", cap="day_usd") == pytest.approx(0.75, abs=0.001)
    assert metric("spend_cap_used_ratio", cap="day_tokens") == 0.51
