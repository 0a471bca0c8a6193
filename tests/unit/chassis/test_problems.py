import httpx2
import pytest
from fastapi import FastAPI

from chassis.errors import TransientError
from chassis.problems import MEDIA_TYPE, Problem, install_problem_handlers, problem_responses


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/refused", responses=problem_responses(404))
    async def refused() -> None:
        raise Problem(
            status=404,
            code="shelf-not-found",
            title="Shelf not found",
            detail="No \ud800",
            headers={"x-a": "b"},
        )

    @app.get("/away")
    async def away() -> None:
        raise TransientError("the shelf is away")

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    @app.get("/limited")
    async def limited(limit: int) -> int:
        return limit

    @app.post("/posted")
    async def posted(body: dict[str, int]) -> int:
        return len(body)

    return app


@pytest.fixture
def client(app: FastAPI) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://shelf")


async def test_a_problem_is_answered_with_its_members_and_headers(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/refused")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["x-a"] == "b"
    assert answer.json() == {
        "type": "urn:salesbot:problem:shelf-not-found",
        "title": "Shelf not found",
        "status": 404,
        "code": "shelf-not-found",
        "detail": "No \ud800",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/away", 503, "temporarily-unavailable"),
        ("GET", "/broken", 500, "internal-error"),
        ("GET", "/nowhere", 404, "not-found"),
        ("PUT", "/refused", 405, "method-not-allowed"),
        ("POST", "/posted", 400, "malformed-json"),
    ],
)
async def test_every_error_is_a_problem(
    client: httpx2.AsyncClient, *, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path, content="{", headers={"content-type": "application/json"})

    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["code"] == code
    assert (int(answer.headers.get("retry-after", 0)) > 0) is (status == 503)
    assert "secret" not in answer.text


async def test_a_wrong_parameter_is_named_without_its_value(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/limited", params={"limit": "many-secrets"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["in"] == "query"
    assert answer.json()["errors"][0]["pointer"] == "/limit"
    assert "many-secrets" not in answer.text
