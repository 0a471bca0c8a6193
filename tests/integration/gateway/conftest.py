"""Redis for the gateway's adapters, with somebody who plays dialogue."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.support.gateway_player import Player


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def player(redis: Redis) -> Player:
    return Player(redis)
