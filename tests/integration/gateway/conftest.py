"""Redis for the gateway's adapters, with somebody who plays dialogue; and the gateway as a process."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from devstack.services import ServiceProcess
from tests.support.gateway_player import Player
from tests.support.infrastructure import Infrastructure
from tests.support.preloaded_service import PreloadedService
from tests.support.topics import create_topics

SECRET = "the secret of this year"
StartGateway = Callable[..., ServiceProcess]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def player(redis: Redis) -> Player:
    return Player(redis)


@pytest.fixture(scope="module")
def start_gateway(infra: Infrastructure, redis_url: str, tmp_path_factory: Any) -> Iterator[StartGateway]:
    """Starts a gateway with these settings; it runs until the module's tests are over."""
    create_topics(infra.kafka_bootstrap)
    started: list[ServiceProcess] = []

    def start(**settings: str) -> ServiceProcess:
        env = infra.service_env() | {"REDIS_URL": redis_url, "SESSION_SECRET": SECRET} | settings
        started.append(PreloadedService("gateway", env, tmp_path_factory.mktemp("logs")))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.terminate()


@pytest.fixture
async def session(gateway: ServiceProcess) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(gateway.url, timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session
