"""The console: who gets in, what stays of a visitor's markup, and which forms count."""

from datetime import timedelta
from time import process_time
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from services.gateway.api.console.sign_in import next_page_of
from services.gateway.domain import AccessControl, ApiKey, ConsoleSessions, Scope
from services.gateway.errors import SignInNeeded
from tests.support.console import HERE, a_transcript, sign_in, store_lead
from tests.support.gateway_app import client_of, make_fake_gateway
from tests.support.gateway_fakes import (
    CHAT_KEY,
    EVERY_KEY,
    MANAGE_KEY,
    READ_KEY,
    SECRET,
    FakeOutside,
)
from tests.unit.gateway.builders import CONVERSATION, DRAFTED_AT

LEAD = f"/console/leads/{CONVERSATION}"
# What the script of a lead's page sends, and what only somebody may who speaks.
SPEAKING: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", f"{LEAD}/takeover", {"json": {"name": "Tove"}}),
    ("PUT", f"{LEAD}/takeover", {"json": {"fence": 1}}),
    ("DELETE", f"{LEAD}/takeover?fence=1", {}),
    ("POST", f"{LEAD}/messages", {"json": {"fence": 1, "text": "Hello"}}),
]
PAGES = [
    f"/console{path}"
    for path in ("", "/leads", "/leads.csv", "/hand-overs", "/bookings", "/questions", "/refused")
]


async def shown(client: AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("path", [*PAGES, LEAD])
async def test_nothing_is_shown_to_somebody_who_is_not_signed_in(client: AsyncClient, path: str) -> None:
    for cookie in ({}, {"cookie": "console=forged"}):
        answer = await client.get(path, headers=cookie)
        assert (answer.status_code, answer.text) == (303, "")
        assert answer.headers["location"].startswith("/console/sign-in")
    script = await client.get(path, headers={"sec-fetch-mode": "cors"})
    assert (script.status_code, script.json()["code"]) == (401, "sign-in-needed")


async def test_a_key_opens_the_console_once_and_is_kept_nowhere(client: AsyncClient) -> None:
    answer = await sign_in(client, next="/leads?status=booked")

    assert (answer.status_code, answer.headers["location"]) == (303, "/console/leads?status=booked")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Max-Age=3600", "Path=/"))
    assert READ_KEY not in cookie
    assert "sales" in await shown(client, "/console/leads")
    out = await client.post("/console/sign-out", headers=HERE)
    assert out.headers["location"] == "/console/sign-in"
    assert (await client.get("/console/leads")).status_code == 303


async def test_over_https_the_cookie_is_bound_to_this_host(client: AsyncClient) -> None:
    client.base_url = "https://gateway"
    cookie = (await sign_in(client)).headers["set-cookie"]
    assert cookie.startswith("__Host-console=")
    assert "Secure" in cookie


@pytest.mark.parametrize("key", ["", "wrong", CHAT_KEY, MANAGE_KEY])
async def test_a_key_that_may_not_read_does_not_get_in(client: AsyncClient, key: str) -> None:
    answer = await sign_in(client, key)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "asked", ["https://evil.example", "//evil.example", "/\\evil.example", "/leads\r\nx: y"]
)
async def test_a_sign_in_leads_to_no_other_website(client: AsyncClient, asked: str) -> None:
    assert (await sign_in(client, next=asked)).headers["location"] == "/console"


def test_a_long_address_to_go_to_takes_no_longer_to_check() -> None:
    def took_s(asked: str) -> float:
        began_s = process_time()
        assert next_page_of(asked) == ""
        return process_time() - began_s

    # Each further letter must not double the time, as trying every division of a word would.
    assert took_s(f"/{'a' * 22}!") < 1_000 * max(took_s("/a!"), 1e-5)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_form_of_another_website_changes_nothing(
    client: AsyncClient, outside: FakeOutside, headers: dict[str, str]
) -> None:
    outside.read_model.folders[CONVERSATION] = b"{}"
    await sign_in(client, EVERY_KEY)
    paths = (f"{LEAD}/withdraw-links", "/console/sign-out", "/console/sign-in")
    for method, path, body in [*(("POST", path, {"data": {"key": READ_KEY}}) for path in paths), *SPEAKING]:
        answer = await client.request(method, path, headers=headers, **body)
        assert (answer.status_code, "another website" in answer.text) == (403, True), path
        assert "set-cookie" not in answer.headers
    assert (outside.read_model.withdrawn, outside.publisher.published) == ([], [])


async def test_a_browser_that_names_only_its_origin_may_send_forms(client: AsyncClient) -> None:
    headers = {"origin": "http://gateway"}
    answer = await client.post("/console/sign-in", data={"key": READ_KEY}, headers=headers)
    assert answer.status_code == 303


async def test_scopes_decide_what_is_offered_and_what_is_done(
    client: AsyncClient, outside: FakeOutside
) -> None:
    store_lead(outside, a_transcript())
    await sign_in(client, READ_KEY)

    assert "Withdraw" not in await shown(client, LEAD)
    refused = await client.post(f"{LEAD}/withdraw-links", headers=HERE)

    assert (refused.status_code, "manage" in refused.text) == (403, True)
    for method, path, body in SPEAKING:
        refused = await client.request(method, path, headers=HERE, **body)
        assert (refused.status_code, "speak" in refused.text) == (403, True), path
    assert (outside.read_model.withdrawn, outside.publisher.published) == ([], [])


async def test_what_is_not_there_or_away_is_said_on_a_page(client: AsyncClient, outside: FakeOutside) -> None:
    await sign_in(client)
    for path, status in ((f"/console/leads/{uuid4()}", 404), ("/console/leads/x", 422)):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    outside.read_model.is_away = True
    assert (await client.get("/console/leads")).status_code == 503


async def test_every_page_allows_no_foreign_word_and_no_frame(client: AsyncClient) -> None:
    for path in ("/console/sign-in", "/console/leads", "/console/static/console.css"):
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    assert "cache-control" in answer.headers
    assert (await client.get("/console/static/app.js")).status_code == 404


@pytest.mark.parametrize("addresses", [("10.0.0.9", "10.0.0.9"), ("2001:db8::1", "2001:db8::2")])
async def test_keys_cannot_be_tried_quickly(outside: FakeOutside, addresses: tuple[str, str]) -> None:
    outside.rate_limiter.allowed["sign-ins"] = 10
    gateway = make_fake_gateway(outside)
    first, second = (client_of(gateway, address=address) for address in addresses)
    async with first as early, second as guesser, client_of(gateway) as other:
        for _ in range(10):
            assert (await sign_in(early, "guess")).status_code == 401

        # Not even with a good key, in the form or beside it.
        guesser.headers["x-api-key"] = EVERY_KEY
        answer = await sign_in(guesser)

        assert (answer.status_code, "set-cookie" in answer.headers) == (429, False)
        assert (answer.headers["retry-after"], "Too many attempts" in answer.text) == ("8", True)
        assert (await sign_in(other)).status_code == 303


def test_a_session_ends_with_its_key_and_after_twelve_hours() -> None:
    key = ApiKey.of("a key", name="sales", scopes=frozenset({Scope.READ}))
    sessions, without = (
        ConsoleSessions((SECRET,), AccessControl((SECRET,), keys), idle=timedelta(hours=1))
        for keys in ((key,), ())
    )
    cookie = sessions.issue(sessions.of_key(key, session_id="1", now=DRAFTED_AT))

    assert sessions.read(cookie, now=DRAFTED_AT + timedelta(hours=12)).name == "sales"
    for ended, now in ((sessions, DRAFTED_AT + timedelta(hours=13)), (without, DRAFTED_AT)):
        with pytest.raises(SignInNeeded):
            ended.read(cookie, now=now)
