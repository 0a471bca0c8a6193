"""Who may do how much at the edge, and how callers learn it."""

from ipaddress import ip_network

import httpx2
import pytest
from pydantic import ValidationError

from services.gateway.domain import ApiKey, Rate, Scope, is_within, network_of
from services.gateway.settings import LimitSettings
from tests.support.gateway_fakes import CHAT_KEY, READ_KEY, FakeOutside

HELLO = {"message": "Hello"}


async def test_a_stranger_who_opens_too_much_is_told_when_to_come_back(
    client: httpx2.AsyncClient, outside: FakeOutside
):
    outside.rate_limiter.allowed["openings"] = 2
    welcome = [(await client.post("/chat", json=HELLO)).status_code for _ in range(2)]

    refused = await client.post("/chat", json=HELLO)

    assert welcome == [200, 200]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "8")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "rate-limited"
    assert refused.json()["violated-policies"] == ["openings"]
    assert len(outside.publisher.published) == 2


async def test_an_answer_says_what_is_left_to_its_caller_and_nothing_of_the_site(client: httpx2.AsyncClient):
    opened = await client.post("/chat", json=HELLO)

    assert opened.headers["ratelimit-policy"] == '"openings-60s";q=20;w=60, "openings-86400s";q=100;w=86400'
    assert opened.headers["ratelimit"] == '"openings-60s";r=19;t=3, "openings-86400s";r=99;t=3'


async def test_an_opening_counts_for_its_address_and_a_message_for_its_conversation_too_each_for_the_site(
    client: httpx2.AsyncClient, outside: FakeOutside
):
    opened = (await client.post("/chat", json=HELLO)).json()
    openings = set(outside.rate_limiter.counted)
    outside.rate_limiter.counted.clear()

    await client.post(
        "/chat",
        json={**HELLO, "conversation_id": opened["conversation_id"]},
        headers={"authorization": f"Bearer {opened['session_token']}"},
    )

    assert openings == {("openings", "pseudonym of 127.0.0.1"), ("site-openings", "default")}
    assert set(outside.rate_limiter.counted) == {
        ("conversation", opened["conversation_id"].replace("-", "")),
        ("messages", "pseudonym of 127.0.0.1"),
        ("site-messages", "default"),
    }


async def test_a_key_is_counted_for_what_it_does_for_visitors_and_no_address_is(
    client: httpx2.AsyncClient, outside: FakeOutside
):
    opened = (await client.post("/chat", json=HELLO, headers={"x-api-key": CHAT_KEY})).json()
    body = {**HELLO, "conversation_id": opened["conversation_id"]}
    session = {"authorization": f"Bearer {opened['session_token']}"}
    await client.post("/chat", json=body, headers={"x-api-key": CHAT_KEY, **session})

    assert outside.rate_limiter.counted == {("key", "crm"): 2}


async def test_reading_and_guessing_count_before_anybody_is_asked(
    client: httpx2.AsyncClient, outside: FakeOutside
):
    outside.rate_limiter.allowed |= {"reads": 1, "key": 1}
    guesses = [
        (await client.get("/leads", headers={"x-api-key": f"guess {n}"})).status_code for n in range(3)
    ]
    readings = [(await client.get("/leads", headers={"x-api-key": READ_KEY})).status_code for _ in range(2)]

    assert guesses == [401, 429, 429]
    assert readings == [200, 429]


async def test_a_request_of_no_known_site_is_refused(client: httpx2.AsyncClient):
    refused = await client.post("/chat", json=HELLO, headers={"x-site-key": "pk_unknown"})

    assert (refused.status_code, refused.json()["code"]) == (404, "site-unknown")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str, network: str):
    assert network_of(address) == network


def test_an_exempt_network_is_known_by_its_addresses_alone():
    exempt = (ip_network("127.0.0.0/8"), ip_network("2001:db8::/32"))

    assert all(is_within(each, exempt) for each in ("127.0.0.1", "::ffff:127.3.2.1", "2001:db8::9"))
    assert not any(is_within(each, exempt) for each in ("128.0.0.1", "::1", "unknown", ""))


def test_limits_are_settings_in_plain_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIMITS_OPENINGS_PER_ADDRESS", "3/second;10 per 2 hours")
    monkeypatch.setenv("LIMITS_EXEMPT_NETWORKS", '["203.0.113.0/24"]')

    settings = LimitSettings()

    assert settings.limits().openings_per_address == (Rate(3, 1), Rate(10, 7200))
    assert settings.exempt_networks == (ip_network("203.0.113.0/24"),)


def test_a_limit_that_cannot_be_read_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIMITS_READS_PER_ADDRESS", "as many as you like")

    with pytest.raises(ValidationError, match="couldn't parse"):
        LimitSettings()


def test_a_key_may_have_rates_of_its_own():
    key = ApiKey.model_validate({"name": "crm", "sha256": "a" * 64, "scopes": ["chat"], "rates": "5/minute"})

    assert key.rates == (Rate(5, 60),)
    assert ApiKey.of("x", name="dev", scopes=frozenset(Scope)).rates is None
