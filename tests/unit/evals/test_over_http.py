"""What a conversation cost, as the gateway tells it to whoever asks."""

from uuid import UUID

import httpx2
import pytest

from evals.over_http import OverHttp
from evals.player import Outcome

_ID = UUID("0b6f7c0e-54b4-4d39-8a7f-5f4f5f6f7a01")
_ANSWER = {
    "conversation_id": str(_ID),
    "turn_id": str(_ID),
    "session_token": "of-the-visitor",
    "stage": "understand",
    "response": "Hello.",
    "calendly_shown": False,
    "degraded": False,
}
_DOCUMENT = {"profile": {}, "stage": "understand", "proposal": None, "tier": None, "booking_url": None}


def gateway(request: httpx2.Request) -> httpx2.Response:
    """Knows one key; a visitor is not told what they cost."""
    who = request.headers.get("authorization", "")
    if request.method == "POST":
        return httpx2.Response(200, json=_ANSWER)
    if who == "Bearer of-the-visitor":
        return httpx2.Response(200, json=_DOCUMENT | {"model_cost_usd": None})
    if who == "Bearer of-the-operator":
        return httpx2.Response(200, json=_DOCUMENT | {"model_cost_usd": 0.0})
    return httpx2.Response(401 if who == "Bearer forgotten" else 403)


async def outcome(api_key: str) -> Outcome:
    transport = httpx2.MockTransport(gateway)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway.test") as http:
        line = OverHttp(http, api_key=api_key)
        await line.say("Hello")
        return await line.outcome()


async def test_with_a_key_a_conversation_that_cost_nothing_is_known_to() -> None:
    assert (await outcome("of-the-operator")).cost_usd == 0


@pytest.mark.parametrize("key", ["", "forgotten", "of-another-scope"])
async def test_without_a_key_that_may_read_the_cost_is_unknown(key: str) -> None:
    assert (await outcome(key)).cost_usd is None
