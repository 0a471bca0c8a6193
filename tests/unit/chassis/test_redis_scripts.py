"""Scripts that are sent to Redis together."""

import asyncio
from typing import cast

from redis.asyncio import Redis

from chassis.redis_scripts import BatchedScripts


class _Script:
    sha = "0"
    script = "return 1"


class _BrokenClient:
    def pipeline(self, *, transaction: bool) -> object:
        raise RuntimeError(f"no pipeline, transaction={transaction}")


async def test_every_caller_is_told_of_an_error_that_is_not_of_redis() -> None:
    run = BatchedScripts(cast(Redis, _BrokenClient()), timeout_s=1.0).wrap(_Script())

    async with asyncio.timeout(5.0):
        told = await asyncio.gather(run([], []), run([], []), return_exceptions=True)

    assert [type(error) for error in told] == [RuntimeError, RuntimeError]
