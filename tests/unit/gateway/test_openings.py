"""An opening is repeated only for whoever can prove to be the same client."""

import base64
import string
from collections.abc import Callable
from secrets import choice, token_bytes, token_hex, token_urlsafe
from uuid import UUID, uuid3, uuid4, uuid5

import pytest
from httpx2 import AsyncClient, Response

from services.gateway.domain import OpeningRequest, fingerprint_of, is_guessable
from services.gateway.usecases import open_conversation
from tests.support.gateway_fakes import CHAT_KEY, FakeOutside
from tests.support.gateway_player import done

STRONG = "0b8f4a52-7c1d-4e69-9a3e-5d0c6f2b1e87"


async def open_with(client: AsyncClient, key: str, message: str = "Hello", **headers: str) -> Response:
    return await client.post("/chat", json={"message": message}, headers={"idempotency-key": key, **headers})


@pytest.mark.parametrize(
    "generate",
    [
        lambda: str(uuid4()),
        lambda: str(uuid4()).upper(),
        lambda: f"visitor-42:{uuid4()}",
        lambda: token_urlsafe(16),
        lambda: token_hex(16),
        lambda: base64.b64encode(token_bytes(16)).decode(),
        lambda: "".join(choice(string.ascii_letters + string.digits + "_-") for _ in range(21)),
        lambda: "01JDS4M9Q8" + "".join(choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(16)),
        lambda: f"0193742c-9d1a-7{token_hex(2)[1:]}-a{token_hex(2)[1:]}-{token_hex(6)}",
    ],
)
def test_what_generators_make_is_not_guessable(generate: Callable[[], str]) -> None:
    # Once in 100,000 keys a random one has capitals and dashes only, as a chosen one may have.
    assert sum(is_guessable(generate()) for _ in range(500)) <= 1


@pytest.mark.parametrize(
    "key",
    [
        *("1", "first message", "2026-11-28T18:24:22.000001Z", "a" * 36, "k" * 255),
        *("12345678901234567890123456789012", "00000000-0000-4000-8000-000000000000", 32 * "f"),
        *("conversation-opening-first-message", "order-2026-11-28-000001-first-message"),
        "674884d6a1b2c3d4e5f60718",
        "1b1b9610-eb62-11f1-b7a6-02fc00000001",
        *(str(named(UUID(STRONG), "hello")) for named in (uuid3, uuid5)),
    ],
)
def test_what_two_clients_may_choose_alike_is_guessable(key: str) -> None:
    assert is_guessable(key)


async def test_a_forgotten_opening_needs_the_same_words(client: AsyncClient, outside: FakeOutside) -> None:
    opened = (await open_with(client, STRONG)).json()
    again = []
    for message in ("Hello", "Something else"):
        outside.idempotency_store.openings.clear()
        outside.idempotency_store.claims.clear()
        again.append((await open_with(client, STRONG, message)).json())
    assert again[0]["turn_id"] == opened["turn_id"]
    assert again[1]["conversation_id"] != opened["conversation_id"]


async def test_a_repeat_across_midnight_means_the_same_conversation(outside: FakeOutside) -> None:
    today = OpeningRequest(uuid4(), uuid4(), "the same words")
    tomorrow = OpeningRequest(today.id, uuid4(), today.fingerprint)
    opened = [await open_conversation(each, outside.ports(), is_proven=False) for each in (today, tomorrow)]
    assert opened == [today.conversation_id, today.conversation_id]


async def test_without_redis_an_opening_is_still_one(client: AsyncClient, outside: FakeOutside) -> None:
    first = (await open_with(client, STRONG)).json()
    outside.replies.streams[UUID(first["turn_id"])] = [done("1-1", "Hi.")]
    outside.idempotency_store.is_away = True
    again = await open_with(client, STRONG)
    assert (again.status_code, again.json()["turn_id"]) == (200, first["turn_id"])
    assert again.json()["response"] == "Hi."
    assert len(outside.publisher.published) == 1


async def test_a_key_repeats_its_openings_under_any_idempotency_key(client: AsyncClient) -> None:
    first = await open_with(client, "1", **{"x-api-key": CHAT_KEY})
    again = await open_with(client, "1", **{"x-api-key": CHAT_KEY})
    strangers = await open_with(client, "1")
    assert again.json()["turn_id"] == first.json()["turn_id"]
    assert strangers.json()["conversation_id"] != first.json()["conversation_id"]


@pytest.mark.parametrize("name", ["session_token", "authorization", "api_key"])
async def test_credentials_in_an_address_are_no_credentials(client: AsyncClient, name: str) -> None:
    opened = (await open_with(client, STRONG)).json()
    params = {name: opened["session_token"]}
    assert (await client.get(f"/conversation/{opened['conversation_id']}", params=params)).status_code == 401


def test_what_is_kept_of_a_message_tells_nothing_without_its_idempotency_key() -> None:
    kept = fingerprint_of("api", "yes", STRONG)
    assert kept == fingerprint_of("api", "yes", STRONG) != fingerprint_of("api", "no", STRONG)
    assert kept != fingerprint_of("api", "yes", str(uuid4()))
