import json
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from tests.support.gateway_fakes import CHAT_KEY, READ_KEY, FakeOutside
from tests.support.gateway_player import done

READER = {"x-api-key": READ_KEY}
PATHS = [f"/conversation/{UUID(int=1)}", "/conversations", "/leads", "/questions"]


async def test_a_visitor_reads_their_own_conversation_with_the_last_reply_and_without_its_cost(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.replies.default_reply = (done("1-1", "Hi.", sequence=12),)
    opened = (await client.post("/chat", json={"message": "Hello"})).json()
    outside.read_model.transcripts[UUID(opened["conversation_id"])] = b'{"model_cost_usd":0.25}'

    answer = await client.get(
        f"/conversation/{opened['conversation_id']}",
        headers={"authorization": f"Bearer {opened['session_token']}"},
    )

    assert outside.read_model.asked_sequences == [12]
    assert answer.json() == {
        "proposal_url": None,
        "model_cost_usd": None,
        "input_tokens": None,
        "output_tokens": None,
    }


async def test_a_transcript_is_passed_on_as_it_is(client: AsyncClient, outside: FakeOutside) -> None:
    conversation_id = uuid4()
    outside.read_model.transcripts[conversation_id] = b'{"messages":[{"text":"Hi"}],"model_cost_usd":0.25}'

    answer = await client.get(f"/conversation/{conversation_id}", headers=READER)
    other = await client.get(f"/conversation/{uuid4()}", headers=READER)

    assert (answer.status_code, other.status_code) == (200, 404)
    assert answer.json() == {"messages": [{"text": "Hi"}], "model_cost_usd": 0.25, "proposal_url": None}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_lead_with_a_proposal_says_where_it_is_shown(
    client: AsyncClient, outside: FakeOutside
) -> None:
    proposed, talking = str(uuid4()), str(uuid4())
    leads = [
        {"conversation_id": proposed, "proposal": {"agent_name": "Desk"}},
        {"conversation_id": talking, "proposal": None},
    ]
    outside.read_model.page = json.dumps({"items": leads, "next_cursor": None}).encode()

    shown, not_yet = (await client.get("/leads", headers=READER)).json()["items"]

    assert shown["proposal_url"].startswith("http://gateway/proposal/")
    assert not_yet["proposal_url"] is None


async def test_a_booking_link_that_is_not_ours_is_not_passed_on(
    client: AsyncClient, outside: FakeOutside
) -> None:
    ours, foreign = "https://calendly.com/d/abc/30min", "https://calendly.com/instaagents/../evilcorp"
    leads = [{"conversation_id": str(uuid4()), "booking_url": url} for url in (ours, foreign)]
    outside.read_model.page = json.dumps({"items": leads, "next_cursor": None}).encode()

    listed = (await client.get("/leads", headers=READER)).json()["items"]

    assert [lead["booking_url"] for lead in listed] == [ours, None]


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_readable_without_credentials_for_it(client: AsyncClient, path: str) -> None:
    token = (await client.post("/chat", json={"message": "Hello"})).json()["session_token"]

    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers={"x-api-key": CHAT_KEY})).status_code == 403
    assert (await client.get(path, headers={"authorization": "Bearer x"})).status_code == 401
    assert (await client.get(path, headers={"authorization": f"Bearer {token}"})).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/conversation/7",
        "/conversations?limit=0",
        "/leads?status=rich",
        "/leads?limit=1&limit=2",
        "/questions?limit=0",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(client: AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=READER)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_pages_are_asked_for_as_the_caller_wants(client: AsyncClient, outside: FakeOutside) -> None:
    await client.get("/conversations", headers=READER)
    await client.get("/leads?limit=5&cursor=abc_-=&status=booked", headers=READER)
    await client.get("/questions?limit=7", headers=READER)

    assert outside.read_model.asked_pages == [
        ("conversations", 50, None, None),
        ("leads", 5, "abc_-=", "booked"),
        ("questions", 7, None, None),
    ]


@pytest.mark.parametrize("path", ["/conversations", "/leads"])
async def test_a_cursor_that_leadstore_refuses_is_refused(client: AsyncClient, path: str) -> None:
    answer = await client.get(f"{path}?cursor=stale", headers=READER)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-query"


@pytest.mark.parametrize("path", PATHS)
async def test_without_leadstore_the_reader_is_asked_to_come_back(
    client: AsyncClient, outside: FakeOutside, path: str
) -> None:
    outside.read_model.is_away = True

    answer = await client.get(path, headers=READER)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
