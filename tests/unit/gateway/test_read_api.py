import json
from datetime import date
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from tests.support.gateway_fakes import CHAT_KEY, READ_KEY, FakeOutside
from tests.support.gateway_player import done

READER = {"x-api-key": READ_KEY}
NOON = "2026-11-25T12:00:00Z"
PATHS = [f"/conversation/{UUID(int=1)}", "/conversations", "/leads", "/funnel", "/questions"]


@pytest.mark.parametrize("is_forgotten", [False, True])
async def test_visitors_read_their_own(client: AsyncClient, outside: FakeOutside, is_forgotten: bool) -> None:
    outside.replies.default_reply = (done("1-1", "Hi.", sequence=12),)
    opened = (await client.post("/chat", json={"message": "Hello"})).json()
    outside.read_model.transcripts[UUID(opened["conversation_id"])] = b'{"model_cost_usd":0.25}'
    headers = {"authorization": f"Bearer {opened['session_token']}"}
    if is_forgotten:
        outside.idempotency_store.sequences.clear()

    answer = await client.get(f"/conversation/{opened['conversation_id']}", headers=headers)

    # Somebody opened it, so that it is waited for even when nobody knows what was said last.
    assert outside.read_model.asked_sequences == [1 if is_forgotten else 12]
    members = (
        "proposal_url",
        "model_cost_usd",
        "input_tokens",
        "output_tokens",
        "takeover_fence",
        "campaign",
    )
    assert answer.json() == dict.fromkeys(members)


async def test_a_demo_that_only_an_address_proves_has_no_time_for_whoever_talks_with_us(
    client: AsyncClient, outside: FakeOutside
) -> None:
    opened = (await client.post("/chat", json={"message": "Hello"})).json()
    conversation_id = UUID(opened["conversation_id"])
    visitor = {"authorization": f"Bearer {opened['session_token']}"}
    for is_private, shown in ((True, None), (False, NOON)):
        stored = {"status": "booked", "demo_at": NOON, "demo_is_private": is_private}
        outside.read_model.transcripts[conversation_id] = json.dumps(stored).encode()
        ours, theirs = [
            (await client.get(f"/conversation/{conversation_id}", headers=headers)).json()
            for headers in (READER, visitor)
        ]
        assert (ours["demo_at"], theirs["demo_at"]) == (NOON, shown)
        assert theirs["status"] == "booked"


async def test_a_transcript_is_passed_on_as_it_is(client: AsyncClient, outside: FakeOutside) -> None:
    conversation_id = uuid4()
    outside.read_model.transcripts[conversation_id] = b'{"messages":[{"text":"Hi"}],"model_cost_usd":0.25}'

    answer = await client.get(f"/conversation/{conversation_id}", headers=READER)
    other = await client.get(f"/conversation/{uuid4()}", headers=READER)

    assert (answer.status_code, other.status_code) == (200, 404)
    assert outside.read_model.asked_sequences == [None, None]
    assert answer.json() == {"messages": [{"text": "Hi"}], "model_cost_usd": 0.25, "proposal_url": None}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


async def test_leads_show_proposals_and_no_foreign_links(client: AsyncClient, outside: FakeOutside) -> None:
    ours, foreign = "https://calendly.com/d/abc/30min", "https://calendly.com/instaagents/../evilcorp"
    proposed, talking = {"proposal": {"agent_name": "Desk"}, "booking_url": ours}, {"booking_url": foreign}
    leads = [{"conversation_id": str(uuid4()), "proposal": None, **lead} for lead in (proposed, talking)]
    outside.read_model.page = json.dumps({"items": leads, "next_cursor": None}).encode()
    shown, not_yet = (await client.get("/leads", headers=READER)).json()["items"]
    assert shown["proposal_url"].startswith("http://gateway/proposal/")
    assert not_yet["proposal_url"] is None
    assert (shown["booking_url"], not_yet["booking_url"]) == (ours, None)


@pytest.mark.parametrize("path", PATHS)
async def test_who_may_not_read_and_when(client: AsyncClient, outside: FakeOutside, path: str) -> None:
    token = (await client.post("/chat", json={"message": "Hello"})).json()["session_token"]
    strangers = [{"authorization": f"Bearer {bearer}"} for bearer in ("x", token)]

    for headers, status in zip(({}, {"x-api-key": CHAT_KEY}, *strangers), (401, 403, 401, 403), strict=True):
        assert (await client.get(path, headers=headers)).status_code == status, headers
    outside.read_model.is_away = True
    away = await client.get(path, headers=READER)
    assert away.status_code == 503
    assert int(away.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/conversation/7", "invalid-request"),
        *(
            (f"/{each}", "invalid-request")
            for each in ("leads?status=rich", "leads?limit=1&limit=2", "funnel?to=x")
        ),
        *((f"/{each}?limit=0", "invalid-request") for each in ("conversations", "leads", "questions")),
        *((f"/{each}?cursor=stale", "invalid-query") for each in ("conversations", "leads")),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(client: AsyncClient, path: str, code: str) -> None:
    answer = await client.get(path, headers=READER)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_leads_are_filtered_as_the_caller_wants(client: AsyncClient, outside: FakeOutside) -> None:
    filters = "source=widget&tier=growth&from=2026-03-01&to=2026-03-02&wants_person=true&q=dana"
    assert (await client.get(f"/leads?{filters}", headers=READER)).status_code == 200
    (asked,) = outside.read_model.asked_leads
    assert (asked.source, asked.tier, asked.wants_person, asked.q) == ("widget", "growth", True, "dana")
    assert (asked.first, asked.last) == (date(2026, 3, 1), date(2026, 3, 2))


async def test_pages_are_asked_for_as_the_caller_wants(client: AsyncClient, outside: FakeOutside) -> None:
    for path in ("/conversations", "/leads?limit=5&cursor=abc_-=&status=booked", "/questions?limit=7"):
        await client.get(path, headers=READER)
    assert outside.read_model.asked_pages == [
        ("conversations", 50, None, None),
        ("leads", 5, "abc_-=", "booked"),
        ("questions", 7, None, None),
    ]
