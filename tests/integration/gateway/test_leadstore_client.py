import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.sdk.trace import TracerProvider

from contracts.read_model import FunnelQuery, LeadQuery
from contracts.turn_outcomes import OpenTurn
from devstack.ports import free_port
from services.gateway.adapters import leadstore
from services.gateway.adapters.leadstore import LeadstoreClient
from services.gateway.errors import (
    ConversationErased,
    ConversationUnknown,
    LeadstoreUnavailable,
    QueryRefused,
)

Ask = Callable[[LeadstoreClient], Awaitable[object]]
KNOWN, UNKNOWN, BROKEN, STUCK, ERASED = (uuid4() for _ in range(5))


@dataclass
class PlayedLeadstore:
    """Leadstore's HTTP API, and what was asked of it."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    traceparent: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.traceparent = request.headers.get("traceparent", "")
        is_outcome, asked = request.method == "POST", f"{request.path_qs} {await request.text()}"
        if str(STUCK) in asked:
            await asyncio.sleep(60)
        if str(BROKEN) in asked:
            return web.Response(status=500)
        if str(ERASED) in asked:
            erasure = {"conversation_id": str(ERASED), "erased_at": "2026-03-02T09:30:00Z"}
            return web.json_response(erasure, status=200 if "/erasure" in asked else 410)
        if str(UNKNOWN) in asked:
            return web.json_response({"answered": [{"turn_id": "?"}]}, status=200 if is_outcome else 404)
        if "cursor=stale" in asked:
            return web.json_response({"code": "invalid-cursor"}, status=422)
        if is_outcome:
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


def outcome_of(conversation_id: UUID) -> list[OpenTurn]:
    return [OpenTurn(conversation_id=conversation_id, turn_id=uuid4())]


async def test_documents_pass_unread_and_are_traced(client: LeadstoreClient, played: PlayedLeadstore) -> None:
    [turn] = outcome_of(KNOWN)
    with TracerProvider().get_tracer("test").start_as_current_span("asking") as span:
        assert await client.conversation(KNOWN, after_sequence=None) == b'{"messages": []}'
    assert format(span.get_span_context().trace_id, "032x") in played.traceparent
    assert await client.conversation(KNOWN, after_sequence=7) == b'{"messages": []}'
    await client.conversations(limit=5, cursor=None)
    await client.leads(
        LeadQuery(limit=5, cursor="a_-=", status="booked", campaign="s", wants_person=True, q="a&b")
    )
    await client.funnel(FunnelQuery(first=date(2026, 3, 1)))
    await client.hand_overs(limit=5)
    await client.record(KNOWN)
    await client.refusals()
    await client.questions(limit=5)
    await client.withdraw_proposal_links(KNOWN)
    assert [failed.turn_id for failed in (await client.outcomes([turn])).failed] == [turn.turn_id]

    known = f"/conversations/{KNOWN}"
    leads = "/leads?status=booked&campaign=s&wants_person=true&q=a%26b&limit=5&cursor=a_-%3D"
    reports = ["/funnel?from=2026-03-01", "/hand-overs?limit=5", f"{known}/record", "/refusals"]
    assert played.asked[:2] == [known, f"{known}?after_sequence=7"]
    assert played.asked[2:-2] == ["/conversations?limit=5", leads, *reports, "/questions?limit=5"]
    assert played.asked[-2:] == [f"{known}/proposal-links", "/turns/outcomes"]


REFUSALS: dict[str, tuple[Ask, type[Exception]]] = {
    "unknown": (lambda client: client.conversation(UNKNOWN, after_sequence=None), ConversationUnknown),
    "broken": (lambda client: client.conversation(BROKEN, after_sequence=None), LeadstoreUnavailable),
    "stale cursor": (lambda client: client.leads(LeadQuery(cursor="stale")), QueryRefused),
    "links of nobody": (lambda client: client.withdraw_proposal_links(UNKNOWN), ConversationUnknown),
    "links at a broken one": (lambda client: client.withdraw_proposal_links(BROKEN), LeadstoreUnavailable),
    "other version": (lambda client: client.outcomes(outcome_of(UNKNOWN)), LeadstoreUnavailable),
    "outcomes at a broken one": (lambda client: client.outcomes(outcome_of(BROKEN)), LeadstoreUnavailable),
    "erased": (lambda client: client.conversation(ERASED, after_sequence=None), ConversationErased),
    "export of an erased one": (lambda client: client.export(ERASED), ConversationErased),
    "no answer": (lambda client: client.outcomes(outcome_of(STUCK)), LeadstoreUnavailable),
}


@pytest.mark.parametrize(("ask", "refusal"), REFUSALS.values(), ids=REFUSALS)
async def test_what_leadstore_refuses_is_told_apart(
    client: LeadstoreClient, monkeypatch: pytest.MonkeyPatch, ask: Ask, refusal: type[Exception]
) -> None:
    monkeypatch.setattr(leadstore, "_OUTCOMES_TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    with pytest.raises(refusal):
        await ask(client)


async def test_an_erasure_is_there_or_not_yet(client: LeadstoreClient, played: PlayedLeadstore) -> None:
    erasure = await client.erasure(ERASED, waits=True)
    assert erasure is not None and erasure.conversation_id == ERASED
    assert await client.erasure(UNKNOWN, waits=False) is None
    assert await client.erasure_order(UNKNOWN) is None
    assert played.asked[:2] == [
        f"/conversations/{ERASED}/erasure?waits=true",
        f"/conversations/{UNKNOWN}/erasure",
    ]


async def test_a_leadstore_that_is_not_there_is_away_and_given_more_time_than_it_waits_itself() -> None:
    async with LeadstoreClient(f"http://127.0.0.1:{free_port()}") as nobody:
        with pytest.raises(LeadstoreUnavailable):
            await nobody.leads(LeadQuery())
    assert (leadstore.TIMEOUT.total or 0) > 2.0
