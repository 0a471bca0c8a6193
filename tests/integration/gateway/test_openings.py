"""Strangers behind one address, and a client whose first answer was lost, at a real gateway."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from redis.asyncio import Redis

from devstack.services import ServiceProcess
from services.gateway.domain import ApiKey, Scope
from tests.integration.gateway.conftest import SECRET, StartGateway

pytestmark = pytest.mark.slow

CRM_KEY = "key-of-the-crm"
CRM = ApiKey.of(CRM_KEY, name="crm", scopes=frozenset({Scope.CHAT}))


# Nobody plays dialogue here: a turn that is safe is all that is asked for.
SETTINGS = {"API_KEYS": json.dumps([CRM.model_dump(mode="json")]), "REPLY_TIMEOUT_S": "0.2"}


@pytest.fixture(scope="module")
def gateway(start_gateway: StartGateway) -> ServiceProcess:
    return start_gateway(**SETTINGS)


async def post(
    session: aiohttp.ClientSession, *, opened: dict[str, Any] | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    body = {"message": "Hello"}
    if opened:
        body = {"message": "We are 22 people.", "conversation_id": opened["conversation_id"]}
        if opened["session_token"]:
            headers["authorization"] = f"Bearer {opened['session_token']}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.post("/chat", json=body, headers=sent) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("key", ["1", "first message", "00000000-0000-4000-8000-000000000000"])
async def test_a_guessable_key_opens_nobody_elses_conversation(
    session: aiohttp.ClientSession, key: str
) -> None:
    _, mine = await post(session, idempotency_key=key)
    _, strangers = await post(session, idempotency_key=key)

    assert mine["conversation_id"] != strangers["conversation_id"]


async def test_an_opening_is_repeated_for_one_client_until_it_goes_on(session: aiohttp.ClientSession) -> None:
    key = str(uuid4())
    _, mine = await post(session, idempotency_key=key)
    _, strangers = await post(session, idempotency_key=key)
    assert mine["turn_id"] == strangers["turn_id"]

    goes_on, _ = await post(session, opened=mine)
    refused, problem = await post(session, opened=strangers)
    too_late, reused = await post(session, idempotency_key=key)

    assert goes_on == 202
    assert (refused, problem["code"]) == (401, "credentials-invalid")
    assert (too_late, reused["code"]) == (422, "idempotency-key-reused")


async def test_an_opening_repeated_after_redis_forgot_everything_is_no_second_one(
    session: aiohttp.ClientSession, redis: Redis
) -> None:
    key = str(uuid4())
    _, first = await post(session, idempotency_key=key)
    await redis.flushdb()

    _, again = await post(session, idempotency_key=key)

    assert again["turn_id"] == first["turn_id"]


async def test_a_chat_key_enters_no_conversation_without_its_token(session: aiohttp.ClientSession) -> None:
    _, opened = await post(session)
    key = {"x_api_key": CRM_KEY}

    alone, problem = await post(session, opened={**opened, "session_token": None}, **key)
    beside, answer = await post(session, opened=opened, **key)

    assert (alone, problem["code"]) == (403, "access-denied")
    assert "session_token" not in problem
    assert beside == 202
    assert answer["session_token"]


async def test_a_visitor_does_not_notice_that_the_secret_was_rotated(
    session: aiohttp.ClientSession, start_gateway: StartGateway
) -> None:
    _, opened = await post(session, idempotency_key=str(uuid4()))
    rotated = {"SESSION_SECRET": "the secret of next year", "PREVIOUS_SESSION_SECRETS": json.dumps([SECRET])}
    next_gateway = await asyncio.to_thread(start_gateway, **SETTINGS, **rotated)

    async with aiohttp.ClientSession(next_gateway.url) as at_rotated:
        status, answer = await post(at_rotated, opened=opened)

    refused, _ = await post(session, opened=answer)
    assert (status, refused) == (202, 401)
