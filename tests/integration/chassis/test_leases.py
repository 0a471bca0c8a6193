"""What leases with fencing promise, whatever becomes of Redis."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from chassis.errors import FencedOut
from chassis.leases import RedisLeases, speaker_leases
from chassis.reply_stream import RedisReplyStream
from contracts.leases import Fence, Lease, speaker_lease_key
from contracts.reply_stream import Done, Frame, FrameKind, reply_key, text_of
from tests.support.gateway_player import done

ROUNDS = 100


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def leases(redis: Redis) -> RedisLeases:
    return speaker_leases(redis, lasts_s=30)


async def claimed(
    leases: RedisLeases, what: UUID, who: str, *, known: Lease | None = None, above: int = 0
) -> Lease:
    return await leases.claim(what, who, who, known=known, above=above)


async def frames_of(redis: Redis, turn_id: UUID) -> list[Frame]:
    return [Frame.from_entry(id_, fields) for id_, fields in await redis.xrange(reply_key(turn_id))]


async def end(redis: Redis, what: UUID) -> None:
    """Let the time of a lease pass."""
    await redis.hset(speaker_lease_key(what), "until", 1)


async def test_of_many_who_claim_at_once_exactly_one_holds_it(leases: RedisLeases) -> None:
    for _ in range(ROUNDS):
        what = uuid4()
        found = await asyncio.gather(*(claimed(leases, what, name) for name in ("Tove", "Ivo", "Noa")))
        (winner,) = [lease for lease in found if lease.is_own]
        assert {(lease.fence, lease.name) for lease in found} == {(winner.fence, winner.name)}


async def test_a_fence_grows_also_where_redis_lost_everything(redis: Redis, leases: RedisLeases) -> None:
    what, fences = uuid4(), list[int]()
    for number in range(20):
        fences.append((await claimed(leases, what, f"person {number}")).fence)
        await (end(redis, what) if number % 2 else redis.delete(speaker_lease_key(what)))
    assert fences == sorted(set(fences))
    # A clock that went back is no excuse.
    assert (await claimed(leases, what, "Tove", above=fences[-1] + 10**9)).fence > fences[-1] + 10**9


async def test_a_holder_renews_until_it_is_closed_or_claimed(redis: Redis, leases: RedisLeases) -> None:
    what = uuid4()
    first = await claimed(leases, what, "Tove")
    assert (await claimed(leases, what, "Tove")).fence == first.fence
    await end(redis, what)
    assert await leases.renew(what, first.fence)
    assert (await leases.close(what, first.fence) or 0) > 29

    await end(redis, what)
    assert await leases.close(what, first.fence) == 0
    assert await leases.renew(what, first.fence) is False
    second = await claimed(leases, what, "Ivo")
    assert second.fence > first.fence
    await leases.release(what, first.fence)
    assert (await claimed(leases, what, "Tove")).name == "Ivo"
    await leases.release(what, second.fence)
    assert (await claimed(leases, what, "Tove")).is_own


async def test_a_forgotten_lease_is_restored_for_its_holder_alone(redis: Redis, leases: RedisLeases) -> None:
    what = uuid4()
    held = await claimed(leases, what, "Tove")
    await redis.delete(speaker_lease_key(what))

    assert await leases.renew(what, held.fence) is None
    assert await leases.close(what, held.fence) is None
    known = Lease(held.fence, "Tove", 0.0)
    assert not (await claimed(leases, what, "Ivo", known=known, above=held.fence)).is_own
    assert await leases.restore(what, held.fence, "Tove", "Tove")
    assert await leases.renew(what, held.fence)
    assert not await leases.restore(what, held.fence - 1, "Ivo", "Ivo")


async def test_no_word_is_written_behind_a_claim(redis: Redis, leases: RedisLeases) -> None:
    """Claims race with writes; every second one is forgotten by Redis, and known from elsewhere then."""
    replies, cut = RedisReplyStream(redis), 0

    async def speak(turn_id: UUID, fence: Fence, began: asyncio.Event) -> str:
        writer = replies.open(turn_id, fence)
        for word in range(40):
            await writer.append(f"word {word} ")
            try:
                await writer.flush()
            except FencedOut:
                return writer.shown
            began.set()
        return ""

    for number in range(ROUNDS // 2):
        what, turn_id, began = uuid4(), uuid4(), asyncio.Event()
        speaking = asyncio.create_task(speak(turn_id, Fence(what, 0), began))
        await began.wait()
        lease = await claimed(leases, what, "Tove")
        written = await frames_of(redis, turn_id)
        if is_forgotten := number % 2:
            await redis.delete(speaker_lease_key(what), reply_key(turn_id))
            replies.fence_out(Fence(what, lease.fence), "Tove")
        if shown := await speaking:
            cut += 1
            assert shown == text_of(written)
            assert text_of(await frames_of(redis, turn_id)) == ("" if is_forgotten else shown)
    assert cut > ROUNDS // 4


async def test_what_redis_lost_together_with_a_claim_is_not_written_anew(redis: Redis) -> None:
    turn_id, fence, replies = uuid4(), Fence(uuid4(), 0), RedisReplyStream(redis)
    writer = replies.open(turn_id, fence)
    await writer.append("It was ")
    await writer.flush()
    await redis.delete(reply_key(turn_id))

    await writer.append("me.")
    writing = asyncio.create_task(writer.flush())
    # The claim is known from elsewhere, a moment after Redis could say that all is gone.
    for _ in range(20):
        await redis.ping()
    replies.fence_out(Fence(fence.conversation_id, 1), "Tove")

    with pytest.raises(FencedOut):
        await writing
    assert (writer.shown, await redis.exists(reply_key(turn_id))) == ("It was ", 0)


async def test_a_reply_that_is_stored_gets_its_end_whoever_speaks_by_now(redis: Redis) -> None:
    turn_id, fence, replies = uuid4(), Fence(uuid4(), 0), RedisReplyStream(redis)
    writer = replies.open(turn_id, fence)
    await writer.append("It was ")
    await writer.flush()
    replies.fence_out(Fence(fence.conversation_id, 1), "Tove")

    await writer.finish(Done.model_validate_json(done("1-1", writer.shown).data))

    kinds = [frame.kind for frame in await frames_of(redis, turn_id)]
    assert (kinds[-1], writer.shown) == (FrameKind.DONE, "It was ")


async def test_the_person_who_took_over_may_write_and_whoever_spoke_before_may_not(
    redis: Redis, leases: RedisLeases
) -> None:
    what, replies = uuid4(), RedisReplyStream(redis)
    lease = await claimed(leases, what, "Tove")
    await replies.check(Fence(what, lease.fence))
    with pytest.raises(FencedOut, match=str(lease.fence)) as refused:
        await replies.check(Fence(what, lease.fence - 1))
    assert refused.value.name == "Tove"
    writer = replies.open(uuid4(), Fence(what, lease.fence))
    replies.fence_out(Fence(uuid4(), lease.fence + 1), "Ivo")
    await writer.append("It is me.")
    await writer.flush()
    assert writer.shown == "It is me."

    await end(redis, what)
    await replies.check(Fence(what, 0))
