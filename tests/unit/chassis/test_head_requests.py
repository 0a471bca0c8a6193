from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from starlette.responses import Response, StreamingResponse

from chassis.head_requests import HeadRequests
from chassis.problems import install_problem_handlers


@pytest.fixture
def client() -> httpx2.AsyncClient:
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(HeadRequests)

    @app.get("/page")
    async def page() -> Response:
        return Response(b"0123456789", 203, headers={"etag": '"x"'}, media_type="text/plain")

    @app.get("/endless")
    async def endless() -> Response:
        return StreamingResponse(_without_end())

    @app.post("/letters")
    async def letters() -> None: ...

    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://desk")


async def _without_end() -> AsyncIterator[bytes]:
    while True:
        yield b"again and again"


async def test_head_is_answered_as_get_without_a_body(client: httpx2.AsyncClient) -> None:
    head, get = await client.head("/page"), await client.get("/page")

    assert head.status_code == get.status_code == 203
    assert head.headers == get.headers
    assert head.headers["content-length"] == "10"
    assert (head.content, get.content) == (b"", b"0123456789")


async def test_what_cannot_be_read_has_no_head_either(client: httpx2.AsyncClient) -> None:
    assert (await client.head("/letters")).status_code == 405
    assert (await client.head("/nowhere")).status_code == 404


async def test_the_head_of_an_endless_stream_ends(client: httpx2.AsyncClient) -> None:
    answer = await client.head("/endless", timeout=5.0)

    assert (answer.status_code, answer.content) == (200, b"")
