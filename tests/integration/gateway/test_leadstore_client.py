import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.sdk.trace import TracerProvider

from contracts.turn_outcomes import OpenTurn
from devstack.ports import free_port
from services.gateway.adapters import leadstore
from services.gateway.adapters.leadstore import LeadstoreClient
from services.gateway.errors import ConversationUnknown, LeadstoreUnavailable, QueryRefused

KNOWN, UNKNOWN, BROKEN, STUCK = uuid4(), uuid4(), uuid4(), uuid4()


@dataclass
class PlayedLeadstore:
    """Leadstore's HTTP API, and what was asked of it."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    traceparents: list[str | None] = field(default_factory=list)

    async def conversation(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        match UUID(request.match_info["id"]):
            case conversation_id if conversation_id == KNOWN:
                return web.json_response({"messages": []})
            case conversation_id if conversation_id == UNKNOWN:
                return web.json_response({"code": "conversation-not-found"}, status=404)
            case conversation_id if conversation_id == STUCK:
                await asyncio.sleep(60)
        return web.Response(status=500)

    async def page(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if request.query.get("cursor") == "stale":
            return web.json_response({"code": "invalid-cursor"}, status=422)
        return web.json_response({"items": [], "next_cursor": None})

    async def outcomes(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        [turn] = (await request.json())["turns"]
        match UUID(turn["conversation_id"]):
            case conversation_id if conversation_id == KNOWN:
                return web.json_response({"failed": [turn | {"response": ""}], "newer": True})
            case conversation_id if conversation_id == UNKNOWN:
                return web.json_response({"answered": [{"turn_id": "?"}]})
        return web.Response(status=500)

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        match UUID(request.match_info["id"]):
            case conversation_id if conversation_id == KNOWN:
                return web.Response(status=204)
            case conversation_id if conversation_id == UNKNOWN:
                return web.json_response({"code": "conversation-not-found"}, status=404)
        return web.Response(status=500)

    def _note(self, request: web.Request) -> None:
        self.asked.append(request.path_qs)
        self.traceparents.append(request.headers.get("traceparent"))


@pytest.fixture
async def played() -> AsyncIterator[PlayedLeadstore]:
    played = PlayedLeadstore()
    app = web.Application()
    app.router.add_get("/conversations/{id}", played.conversation)
    app.router.add_delete("/conversations/{id}/proposal-links", played.withdraw)
    app.router.add_get("/conversations", played.page)
    app.router.add_get("/leads", played.page)
    app.router.add_get("/questions", played.page)
    app.router.add_post("/turns/outcomes", played.outcomes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield played
    await runner.cleanup()


@pytest.fixture
async def client(played: PlayedLeadstore) -> AsyncIterator[LeadstoreClient]:
    async with LeadstoreClient(played.url) as client:
        yield client


async def test_documents_are_passed_on_unread(client: LeadstoreClient, played: PlayedLeadstore) -> None:
    assert await client.conversation(KNOWN, after_sequence=None) == b'{"messages": []}'
    assert await client.conversation(KNOWN, after_sequence=7) == b'{"messages": []}'
    await client.conversations(limit=5, cursor=None)
    await client.leads(limit=5, cursor="a_-=", status="booked")
    await client.questions(limit=5)

    assert played.asked == [
        f"/conversations/{KNOWN}",
        f"/conversations/{KNOWN}?after_sequence=7",
        "/conversations?limit=5",
        "/leads?limit=5&cursor=a_-%3D&status=booked",
        "/questions?limit=5",
    ]


async def test_what_leadstore_refuses_is_told_apart(client: LeadstoreClient) -> None:
    with pytest.raises(ConversationUnknown):
        await client.conversation(UNKNOWN, after_sequence=None)
    with pytest.raises(QueryRefused):
        await client.leads(limit=5, cursor="stale", status=None)
    with pytest.raises(LeadstoreUnavailable):
        await client.conversation(BROKEN, after_sequence=None)


async def test_outcomes_are_read_and_anything_else_is_no_answer(client: LeadstoreClient) -> None:
    known, unknown, broken = (
        OpenTurn(conversation_id=conversation_id, turn_id=uuid4())
        for conversation_id in (KNOWN, UNKNOWN, BROKEN)
    )

    assert [failed.turn_id for failed in (await client.outcomes([known])).failed] == [known.turn_id]
    for turn in (unknown, broken):
        with pytest.raises(LeadstoreUnavailable):
            await client.outcomes([turn])


async def test_a_leadstore_that_does_not_answer_is_away(
    client: LeadstoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LeadstoreClient(f"http://127.0.0.1:{free_port()}") as nobody:
        with pytest.raises(LeadstoreUnavailable):
            await nobody.leads(limit=5, cursor=None, status=None)

    assert client._session is not None
    monkeypatch.setattr(client._session, "_timeout", aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(LeadstoreUnavailable):
        await client.conversation(STUCK, after_sequence=None)


async def test_leadstore_is_given_more_time_than_it_waits_itself() -> None:
    assert leadstore._TIMEOUT.total is not None
    assert leadstore._TIMEOUT.total > 2.0


async def test_the_trace_goes_on_in_leadstore(client: LeadstoreClient, played: PlayedLeadstore) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("asking") as span:
        await client.conversation(KNOWN, after_sequence=None)

    [traceparent] = played.traceparents
    assert traceparent is not None
    assert format(span.get_span_context().trace_id, "032x") in traceparent


async def test_links_are_withdrawn_or_it_is_said_why_not(
    client: LeadstoreClient, played: PlayedLeadstore
) -> None:
    await client.withdraw_proposal_links(KNOWN)

    assert played.asked == [f"/conversations/{KNOWN}/proposal-links"]
    with pytest.raises(ConversationUnknown):
        await client.withdraw_proposal_links(UNKNOWN)
    with pytest.raises(LeadstoreUnavailable):
        await client.withdraw_proposal_links(BROKEN)
