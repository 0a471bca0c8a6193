"""Nothing that the document protects can be read without the token or key it asks for."""

from typing import Any
from uuid import UUID, uuid4

from httpx2 import AsyncClient

from services.gateway.api.openapi import ANYBODY
from tests.support.gateway_app import client_of, gateway_app, make_fake_gateway
from tests.support.gateway_fakes import CHAT_KEY, EVERY_KEY, FakeOutside

SAID = "we are dana and bob and our secret is 4711"


async def opened(client: AsyncClient, **headers: str) -> dict[str, Any]:
    body: dict[str, Any] = (await client.post("/chat", json={"message": SAID}, headers=headers)).json()
    return body


def session_of(opened: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {opened['session_token']}"}


def protected() -> list[tuple[str, str, dict[str, Any] | None]]:
    """Method, path and body of every operation that not anybody may call."""
    found = []
    for path, methods in gateway_app().openapi()["paths"].items():
        for method, operation in methods.items():
            security = operation.get("security", [])
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            if security and (ANYBODY not in security or path == "/chat"):
                found.append((method, path, body.get("example")))
    return found


async def test_no_stranger_reads_or_changes_what_is_protected() -> None:
    outside = FakeOutside()
    async with client_of(make_fake_gateway(outside)) as client:
        same = {"idempotency-key": str(uuid4())}
        mine, repeat, other = await opened(client, **same), await opened(client, **same), await opened(client)
        outside.read_model.transcripts[UUID(mine["conversation_id"])] = SAID.encode()
        # Of two sessions that one opening was answered with, the first to be used has the conversation.
        more = {"message": "More", "conversation_id": mine["conversation_id"]}
        assert (await client.post("/chat", json=more, headers=session_of(mine))).status_code == 200
        strangers = {
            "nobody": {},
            "forged": {"authorization": f"Bearer {mine['session_token'][:-4]}AAAA"},
            "visitor of another": session_of(other),
            "session that came too late": session_of(repeat),
            "key that only chats": {"x-api-key": CHAT_KEY},
            "unknown key": {"x-api-key": EVERY_KEY[:-1]},
        }
        assert len(protected()) > 10
        for method, path, body in protected():
            address = path.replace("{conversation_id}", mine["conversation_id"])
            named = {} if body is None else {"json": {**body, "conversation_id": mine["conversation_id"]}}
            for who, headers in strangers.items():
                answer = await client.request(method, address, headers=headers, **named)
                assert answer.status_code in {401, 403}, (who, method, path, answer.status_code, answer.text)
                assert "4711" not in answer.text
