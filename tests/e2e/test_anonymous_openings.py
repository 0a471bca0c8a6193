"""Somebody opens one conversation after the other: refused, and long before others lose their model."""

from uuid import uuid4

import httpx2
import pytest
from redis import Redis

from tests.support.fake_openai import FakeOpenAI
from tests.support.playbooks import default_playbook, written
from tests.support.product import API_KEY, Product

DAY_TOKENS = 2_000_000
CALL_TOKENS = 10_000
OPENINGS = 60
# Who calls is said by a proxy: a test has one address.
SETTINGS = {
    "TRUSTED_PROXIES": '["127.0.0.0/8"]',
    "LIMITS_EXEMPT_NETWORKS": "[]",
    "LIMITS_OPENINGS_PER_ADDRESS": "30/hour",
}


def make_model() -> FakeOpenAI:
    return FakeOpenAI(usage={"prompt_tokens": CALL_TOKENS - 100, "completion_tokens": 100})


@pytest.fixture(scope="module")
def product_env(product_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    playbook = default_playbook()
    playbook["spend"] |= {"day_tokens": DAY_TOKENS, "day_usd": 1_000}
    return product_env | {"PLAYBOOK_PATH": str(written(tmp_path_factory.mktemp("playbook"), playbook))}


def open_from(product: Product, address: str, **headers: str) -> httpx2.Response:
    return httpx2.post(
        f"{product.url}/chat",
        json={"message": "Hello, I run a small bakery and we drown in order emails."},
        headers={"X-Forwarded-For": address, "Idempotency-Key": str(uuid4()), **headers},
        timeout=60,
    )


def test_one_address_is_refused_long_before_a_tenth_of_the_day_is_gone_and_others_notice_nothing(
    product: Product,
):
    answers = [open_from(product, "203.0.113.9") for _ in range(OPENINGS)]
    used = sum(product.samples("salesbot_language_model_tokens_total").values())
    neighbour, vouched_for = (
        open_from(product, "203.0.113.10"),
        open_from(product, "203.0.113.9", **{"X-API-Key": API_KEY}),
    )

    statuses = [answer.status_code for answer in answers]
    assert statuses == [200] * 30 + [429] * 30
    assert all(0 < int(answer.headers["retry-after"]) <= 3600 for answer in answers[30:])
    # The share of an address ends its model before the limit ends its openings; it is never met with silence.
    degraded = [answer.json()["degraded"] for answer in answers[:30]]
    assert degraded == sorted(degraded)
    assert 0 < degraded.count(False) < 30
    assert 0 < used <= 0.05 * DAY_TOKENS
    assert product.samples("salesbot_spend_cap_refusals_total")['cap="address_tokens"}'] > 0
    assert product.samples("salesbot_requests_limited_total")['policy="openings"}'] == 30
    assert (neighbour.status_code, neighbour.json()["degraded"]) == (200, False)
    assert (vouched_for.status_code, vouched_for.json()["degraded"]) == (200, False)


def test_no_address_is_readable_in_redis(product: Product, redis_url: str):
    with Redis.from_url(redis_url) as client:
        kept = [key + (client.dump(key) or b"") for key in client.scan_iter(count=1_000)]

    assert kept
    assert not [each for each in kept if b"203.0.113" in each]
