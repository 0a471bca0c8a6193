"""The gateway on fakes, and a client of it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.gateway_app import client_of, make_fake_gateway
from tests.support.gateway_fakes import FakeOutside


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside()


@pytest.fixture
async def client(outside: FakeOutside) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_fake_gateway(outside)) as client:
        yield client
