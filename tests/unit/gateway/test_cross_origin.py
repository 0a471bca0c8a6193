"""A browser lets a page of a site read answers, and no other page."""

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from services.gateway.api.cross_origin import CrossOrigin
from services.gateway.domain import Site, Sites
from tests.support.gateway_app import client_of

SHOP = Site(key="pk_shop", name="shop", origins=("https://shop.example",))
BLOG = Site(key="pk_blog", name="blog", origins=("https://blog.example",))


async def answer(scope: AsgiScope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).method)(scope, receive, send)


@pytest.fixture
def browser() -> httpx2.AsyncClient:
    return client_of(CrossOrigin(answer, sites=Sites((SHOP, BLOG))))


async def asked(browser: httpx2.AsyncClient, origin: str, **headers: str) -> httpx2.Response:
    wanted = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-site-key,content-type",
    }
    return await browser.options("/chat", headers={"origin": origin, **wanted, **headers})


async def test_a_page_of_a_site_may_ask_and_read(browser: httpx2.AsyncClient):
    preflight = await asked(browser, "https://shop.example")
    answered = await browser.post(
        "/chat", headers={"origin": "https://shop.example", "x-site-key": "pk_shop"}
    )

    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (
        200,
        "https://shop.example",
    )
    assert "x-site-key" in preflight.headers["access-control-allow-headers"].lower()
    assert answered.headers["access-control-allow-origin"] == "https://shop.example"
    assert {"ratelimit", "retry-after"} <= set(answered.headers["access-control-expose-headers"].split(", "))
    for response in (preflight, answered):
        assert "origin" in response.headers["vary"].lower()
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example"])
async def test_a_page_of_no_site_is_not_let_in(browser: httpx2.AsyncClient, origin: str):
    preflight = await asked(browser, origin)
    answered = await browser.post("/chat", headers={"origin": origin, "x-site-key": "pk_shop"})

    assert preflight.status_code == 400
    for response in (preflight, answered):
        assert "access-control-allow-origin" not in response.headers


async def test_a_page_of_one_site_may_not_speak_for_another(browser: httpx2.AsyncClient):
    answered = await browser.post(
        "/chat", headers={"origin": "https://blog.example", "x-site-key": "pk_shop"}
    )

    assert "access-control-allow-origin" not in answered.headers


async def test_a_page_may_not_send_a_secret_key_and_reads_nothing_of_the_console(browser: httpx2.AsyncClient):
    with_key = await asked(browser, "https://shop.example", **{"access-control-request-headers": "x-api-key"})
    console = await browser.get(
        "/console", headers={"origin": "https://shop.example", "x-site-key": "pk_shop"}
    )

    assert with_key.status_code == 400
    assert "access-control-allow-origin" not in console.headers


async def test_a_refusal_can_be_read_by_the_page_that_got_it(client: httpx2.AsyncClient):
    refused = await client.post(
        "/chat", content=b"{", headers={"origin": "http://localhost:5173", "content-type": "application/json"}
    )

    assert refused.status_code == 400
    assert refused.headers["access-control-allow-origin"] == "http://localhost:5173"
