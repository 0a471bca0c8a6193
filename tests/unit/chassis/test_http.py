"""What HTTP answers have in common: problems of one shape, bodies within a limit, heads as their pages."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from chassis.body_limit import BodyLimit
from chassis.errors import TransientError
from chassis.head_requests import HeadRequests
from chassis.problems import MEDIA_TYPE, Problem, install_problem_handlers, problem_responses


async def in_chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def without_end() -> AsyncIterator[bytes]:
    while True:
        yield b"again and again"


@pytest.fixture
def client() -> httpx2.AsyncClient:
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=10, by_path={"/large/": 20, "/large/but-not": 5})
    app.add_middleware(HeadRequests)

    @app.get("/refused", responses=problem_responses(404))
    async def refused() -> None:
        headers, detail = {"x-a": "b"}, "No \ud800"
        raise Problem(status=404, code="no-shelf", title="No shelf", detail=detail, headers=headers)

    @app.get("/away")
    async def away() -> None:
        raise TransientError("the shelf is away")

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    @app.get("/page")
    async def page(limit: int = 3) -> Response:
        return Response(b"0123456789", 203, headers={"etag": '"x"'}, media_type="text/plain")

    @app.get("/endless")
    async def endless() -> Response:
        return StreamingResponse(without_end())

    @app.post("/posted")
    async def posted(body: dict[str, int]) -> None: ...

    @app.post("/large/{_name}")
    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://shelf")


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/refused", b"", 404, "no-shelf"),
        ("GET", "/away", b"", 503, "temporarily-unavailable"),
        ("GET", "/broken", b"", 500, "internal-error"),
        ("GET", "/nowhere", b"", 404, "not-found"),
        ("PUT", "/refused", b"", 405, "method-not-allowed"),
        ("GET", "/page?limit=many-secrets", b"", 422, "invalid-request"),
        ("POST", "/posted", b"{", 400, "malformed-json"),
        ("POST", "/size", b"x" * 11, 413, "content-too-large"),
        ("POST", "/size", in_chunks(b"12345", b"67890", b"1"), 413, "content-too-large"),
    ],
    ids=lambda value: None if isinstance(value, str | int) else "content",
)
async def test_every_error_is_a_problem_that_gives_nothing_away(
    client: httpx2.AsyncClient, *, method: str, path: str, content: Any, status: int, code: str
) -> None:
    answer = await client.request(method, path, content=content, headers={"content-type": "application/json"})
    problem = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:salesbot:problem:{code}"
    assert (int(answer.headers.get("retry-after", 0)) > 0) is (status == 503)
    assert "secret" not in answer.text
    if code == "no-shelf":
        assert (answer.headers["x-a"], problem["title"], problem["detail"]) == ("b", "No shelf", "No \ud800")
    if code == "invalid-request":
        assert (problem["errors"][0]["in"], problem["errors"][0]["pointer"]) == ("query", "/limit")


async def test_a_body_at_the_limit_passes_whatever_length_it_announces(client: httpx2.AsyncClient) -> None:
    announced = await client.post("/size", content=b"x" * 10)
    wrongly = await client.post("/size", content=b"x" * 10, headers={"content-length": "many"})
    not_at_all = await client.post("/size", content=in_chunks(b"12345", b"67890"))

    assert announced.json() == wrongly.json() == not_at_all.json() == 10


async def test_a_path_has_the_limit_of_its_longest_beginning(client: httpx2.AsyncClient) -> None:
    sizes = {"/large/one": 20, "/large/but-not-this": 5}

    for path, most in sizes.items():
        assert (await client.post(path, content=b"x" * most)).json() == most
        assert (await client.post(path, content=b"x" * (most + 1))).status_code == 413


async def test_head_is_answered_as_get_without_a_body(client: httpx2.AsyncClient) -> None:
    head, get = await client.head("/page"), await client.get("/page")

    assert (head.status_code, head.headers, head.content) == (203, get.headers, b"")
    assert head.headers["content-length"] == "10"
    assert (await client.head("/size")).status_code == 405
    assert (await client.head("/endless", timeout=5.0)).content == b""
