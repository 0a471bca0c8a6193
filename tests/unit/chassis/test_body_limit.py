from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request

from chassis.body_limit import BodyLimit
from chassis.problems import MEDIA_TYPE, install_problem_handlers


@pytest.fixture
def client() -> httpx2.AsyncClient:
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=10)

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://scales")


async def in_chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_body_at_the_limit_passes(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/size", content=b"x" * 10)).json() == 10


async def test_a_body_that_announces_too_much_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/size", content=b"x" * 11)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["code"] == "content-too-large"


async def test_a_length_that_is_no_number_is_as_good_as_none(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/size", content=b"x" * 10, headers={"content-length": "many"})

    assert answer.json() == 10


async def test_a_body_that_announces_nothing_is_counted(client: httpx2.AsyncClient) -> None:
    within = await client.post("/size", content=in_chunks(b"12345", b"67890"))
    beyond = await client.post("/size", content=in_chunks(b"12345", b"67890", b"1"))

    assert within.json() == 10
    assert beyond.status_code == 413
    assert beyond.headers["content-type"] == MEDIA_TYPE
