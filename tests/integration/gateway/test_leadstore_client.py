import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.traceparents.append(request.headers.get("traceparent"))
        asked = f"{request.path_qs} {await request.text()}"
        if str(STUCK) in asked:
            await asyncio.sleep(60)
        if str(BROKEN) in asked:
            return web.Response(status=500)
        if str(UNKNOWN) in asked:
            is_outcome = request.method == "POST"
            return web.json_response({"answered": [{"turn_id": "?"}]}, status=200 if is_outcome else 404)
        if "cursor=stale" in asked:
            return web.json_response({"code": "invalid-cursor"}, status=422)
        if request.method == "POST":
            [turn] = (await request.json())["turns"]
            return web.json_response({"failed": [turn | {"response": ""}], "newer": True})
        return web.json_response({"messages": []})


@pytest.fixture
async def played() -> AsyncIterator[PlayedLeadstore]:
    played, app = PlayedLeadstore(), web.Application()
    app.router.add_route("*", "/{path:.*}", played.answer)
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
    await client.withdraw_proposal_links(KNOWN)

    assert played.asked == [
        f"/conversations/{KNOWN}",
        f"/conversations/{KNOWN}?after_sequence=7",
        "/conversations?limit=5",
        "/leads?limit=5&cursor=a_-%3D&status=booked",
        "/questions?limit=5",
        f"/conversations/{KNOWN}/proposal-links",
    ]


def outcome_of(conversation_id: UUID) -> list[OpenTurn]:
    return [OpenTurn(conversation_id=conversation_id, turn_id=uuid4())]


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda client: client.conversation(UNKNOWN, after_sequence=None), ConversationUnknown),
        (lambda client: client.conversation(BROKEN, after_sequence=None), LeadstoreUnavailable),
        (lambda client: client.leads(limit=5, cursor="stale", status=None), QueryRefused),
        (lambda client: client.withdraw_proposal_links(UNKNOWN), ConversationUnknown),
        (lambda client: client.withdraw_proposal_links(BROKEN), LeadstoreUnavailable),
        (lambda client: client.outcomes(outcome_of(UNKNOWN)), LeadstoreUnavailable),
        (lambda client: client.outcomes(outcome_of(BROKEN)), LeadstoreUnavailable),
        (lambda client: client.outcomes(outcome_of(STUCK)), LeadstoreUnavailable),
    ],
    ids=[
        *("an unknown conversation", "a broken leadstore", "a stale cursor", "links of nobody"),
        *("links at a broken one", "outcomes of another version", "outcomes at a broken one", "no answer"),
    ],
)
async def test_what_leadstore_refuses_is_told_apart(
    client: LeadstoreClient,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[LeadstoreClient], Awaitable[object]],
    refusal: type[Exception],
) -> None:
    monkeypatch.setattr(leadstore, "_OUTCOMES_TIMEOUT", aiohttp.ClientTimeout(total=0.2))

    with pytest.raises(refusal):
        await ask(client)


async def test_how_turns_ended_is_read_whatever_else_is_told(client: LeadstoreClient) -> None:
    [turn] = outcome_of(KNOWN)

    assert [failed.turn_id for failed in (await client.outcomes([turn])).failed] == [turn.turn_id]


async def test_a_leadstore_that_is_not_there_is_away_and_given_more_time_than_it_waits_itself() -> None:
    async with LeadstoreClient(f"http://127.0.0.1:{free_port()}") as nobody:
        with pytest.raises(LeadstoreUnavailable):
            await nobody.leads(limit=5, cursor=None, status=None)

    assert (leadstore._TIMEOUT.total or 0) > 2.0


async def test_the_trace_goes_on_in_leadstore(client: LeadstoreClient, played: PlayedLeadstore) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("asking") as span:
        await client.conversation(KNOWN, after_sequence=None)

    [traceparent] = played.traceparents
    assert format(span.get_span_context().trace_id, "032x") in (traceparent or "")
