"""What a person sees instead of a page when there are too many requests, and what a program gets."""

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from chassis.open_requests import OpenRequests
from services.gateway.adapters.pages import load_pages
from services.gateway.api.refusal_pages import RefusalPages
from services.gateway.domain import Site, Sites
from tests.support.editions import editions_of
from tests.support.gateway_app import client_of, gateway_app
from tests.support.gateway_fakes import FakeOutside
from tests.support.playbooks import SHIPPED

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BUSY = SHIPPED.proposal_page.busy
SHOP = Site(key="pk_shop", name="shop", origins=("https://shop.example",))
PAGES = load_pages(editions_of())


def without_room() -> ASGIApp:
    """The gateway's middleware in their order, with no room for a request of anybody."""
    full = OpenRequests(PlainTextResponse("page"), most=1, most_per_client=0, client_of=str)
    return RefusalPages(full, pages=PAGES, sites=Sites((SHOP,)), console_base="/bot/console")


async def test_who_opens_a_proposal_too_often_is_told_so_on_a_page(
    client: httpx2.AsyncClient, outside: FakeOutside
):
    outside.rate_limiter.allowed["reads"] = 0

    shown = await client.get("/proposal/some-token", headers=BROWSER)
    program = await client.get("/proposal/some-token", headers={"accept": "*/*"})

    assert (shown.status_code, shown.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert BUSY.heading in shown.text
    assert BUSY.says in shown.text
    assert (program.status_code, program.json()["code"]) == (429, "rate-limited")
    for answer in (shown, program):
        assert answer.headers["retry-after"] == "8"
        assert answer.headers["ratelimit"] == '"reads-60s";r=0;t=8'


@pytest.mark.parametrize(
    ("path", "style"),
    [
        ("/", '"page/look.css"'),
        ("/widget", '"page/look.css"'),
        ("/widget/example", '"../page/look.css"'),
        ("/proposal/token", '"../page/look.css"'),
        ("/proposal/token/", '"../../page/look.css"'),
        ("/console/leads?q=dental", '"/bot/console/static/look.css"'),
    ],
)
async def test_every_page_for_which_there_is_no_room_says_so_in_words(path: str, style: str):
    async with client_of(without_room()) as client:
        shown = await client.get(path, headers=BROWSER)
        program = await client.get(path)

    assert (shown.status_code, shown.headers["retry-after"]) == (429, "5")
    assert "again" in shown.text
    assert style in shown.text
    assert shown.headers.get("x-frame-options") == (None if path == "/widget" else "DENY")
    assert "unsafe" not in shown.headers["content-security-policy"]
    assert program.headers["content-type"] == "application/problem+json"


async def test_the_page_is_shown_in_the_frame_of_a_site_that_may_embed_the_widget():
    policies = {}
    async with client_of(without_room()) as client:
        for site in ("pk_shop", "pk_unknown"):
            answer = await client.get("/widget", params={"site": site}, headers=BROWSER)
            policies[site] = answer.headers["content-security-policy"]

    assert policies["pk_shop"].endswith("frame-ancestors 'self' https://shop.example")
    assert policies["pk_unknown"].endswith("frame-ancestors 'none'")


async def test_a_person_who_opens_an_address_of_the_api_gets_what_programs_get(
    client: httpx2.AsyncClient, outside: FakeOutside
):
    outside.rate_limiter.allowed["reads"] = 0

    answer = await client.get("/leads", headers=BROWSER)

    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")


def test_the_gateway_shows_pages_also_for_what_is_refused_before_any_route():
    order = [each.cls for each in gateway_app().user_middleware]
    assert order.index(RefusalPages) < order.index(OpenRequests)
