"""Strangers behind one address, and a client whose first answer was lost, at a real gateway."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from devstack.services import ServiceProcess
from tests.integration.gateway.conftest import SECRET, StartGateway

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gateway(start_gateway: StartGateway) -> ServiceProcess:
    # Nobody plays dialogue here: a turn that is safe is all that is asked for.
    return start_gateway(REPLY_TIMEOUT_S="0.2")


async def post(session: aiohttp.ClientSession, *, key: str = "", opened: Any = None) -> tuple[int, Any]:
    body, headers = {"message": "Hello"}, {"idempotency-key": key} if key else {}
    if opened:
        body["conversation_id"] = opened["conversation_id"]
        headers["authorization"] = f"Bearer {opened['session_token']}"
    async with session.post("/chat", json=body, headers=headers) as response:
        return response.status, await response.json()


async def test_an_opening_is_repeated_for_one_client_until_it_goes_on(session: aiohttp.ClientSession) -> None:
    key = str(uuid4())
    _, mine = await post(session, key=key)
    _, strangers = await post(session, key=key)
    assert mine["turn_id"] == strangers["turn_id"]

    goes_on, _ = await post(session, opened=mine)
    refused, problem = await post(session, opened=strangers)
    too_late, reused = await post(session, key=key)

    assert goes_on == 202
    assert (refused, problem["code"]) == (401, "credentials-invalid")
    assert (too_late, reused["code"]) == (422, "idempotency-key-reused")


async def test_nobody_sees_a_new_secret(session: aiohttp.ClientSession, start_gateway: StartGateway) -> None:
    _, opened = await post(session, key=str(uuid4()))
    rotated = {"SESSION_SECRET": "the secret of next year", "PREVIOUS_SESSION_SECRETS": json.dumps([SECRET])}
    next_gateway = await asyncio.to_thread(start_gateway, REPLY_TIMEOUT_S="0.2", **rotated)
    async with aiohttp.ClientSession(next_gateway.url) as at_rotated:
        status, answer = await post(at_rotated, opened=opened)
    refused, _ = await post(session, opened=answer)
    assert (status, refused) == (202, 401)
