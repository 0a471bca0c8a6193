"""Turns and what comes unasked over a WebSocket: the same answers and the same refusals as over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from starlette.types import ASGIApp

from services.gateway.domain import ConversationUpdate
from tests.support.gateway_app import make_fake_gateway
from tests.support.gateway_fakes import CHAT_KEY, DESK_KEY, READ_KEY, FakeOutside
from tests.support.gateway_player import delta, done
from tests.support.sockets import Socket, connected
from tests.support.waiting import until


@pytest.fixture
def gateway(outside: FakeOutside) -> ASGIApp:
    # A conversation that is followed stays open as long as its test.
    outside.conversation_events.ends = False
    return make_fake_gateway(outside)


async def ready(socket: Socket, **who: Any) -> dict[str, Any]:
    socket.say(event="authenticate", data=who)
    return await socket.hear()


async def opened(client: AsyncClient) -> dict[str, str]:
    body = (await client.post("/chat", json={"message": "Hello"})).json()
    return {name: body[name] for name in ("conversation_id", "session_token")}


async def test_a_conversation_is_opened_and_gone_on_with_in_the_same_envelopes(
    gateway: ASGIApp, outside: FakeOutside
) -> None:
    outside.replies.default_reply = (delta("1-1", "Nice "), done("1-2", "Nice to meet you."))
    first, second = str(uuid4()), str(uuid4())
    async with connected(gateway) as socket:
        assert await ready(socket) == {"event": "ready", "data": {"conversation_id": None}}
        socket.say(event="say", key=first, data={"message": "Hello", "source": "widget"})
        accepted, words, end = await socket.hear_until("done")
        outside.conversation_events.scripted[UUID(accepted["data"]["conversation_id"])] = []
        socket.say(event="say", key=second, data={"message": "We are 12."})
        *_, last = await socket.hear_until("done")

    assert (accepted["event"], accepted["key"]) == ("accepted", first)
    assert words == {"event": "delta", "key": first, "id": "1-1", "data": {"text": "Nice "}}
    assert (end["id"], end["data"]["response"]) == ("1-2", "Nice to meet you.")
    assert end["data"]["proposal_url"] is None
    assert last["data"]["conversation_id"] == accepted["data"]["conversation_id"]
    opening, answer = outside.publisher.published
    assert (opening.data.source, answer.data.message) == ("widget", "We are 12.")
    assert outside.replies.open == []


@pytest.mark.parametrize("key", [CHAT_KEY, DESK_KEY])
async def test_an_api_key_goes_on_with_the_conversation_it_opened(
    gateway: ASGIApp, outside: FakeOutside, key: str
) -> None:
    async with connected(gateway) as socket:
        await ready(socket, api_key=key)
        told = []
        for message in ("Hello", "We are 12."):
            socket.say(event="say", key=str(uuid4()), data={"message": message})
            told.append((await socket.hear_until("done"))[-1]["data"]["conversation_id"])

    assert len(set(told)) == 1
    assert [event.data.payers for event in outside.publisher.published] == [None, None]


async def test_a_message_that_is_sent_again_is_one_turn_and_resumes(
    gateway: ASGIApp, client: AsyncClient, outside: FakeOutside
) -> None:
    who, key = await opened(client), str(uuid4())
    before = len(outside.publisher.published)
    outside.replies.default_reply = (delta("1-1", "Nice "), done("1-2", "Nice to meet you."))
    turns = set()
    for last_id, events in (("", ["accepted", "delta", "done"]), ("1-1", ["accepted", "done"])):
        async with connected(gateway) as socket:
            await ready(socket, **who)
            socket.say(event="say", key=key, id=last_id, data={"message": "Hi"})
            told = await socket.hear_until("done")
            assert [frame["event"] for frame in told] == events
            turns.add(told[0]["data"]["turn_id"])
            outside.replies.streams[UUID(told[0]["data"]["turn_id"])] = list(outside.replies.default_reply)
    async with connected(gateway) as socket:
        await ready(socket, **who)
        socket.say(event="say", key=key, data={"message": "Something else"})
        refused = await socket.hear()

    assert len(turns) == len(outside.publisher.published) - before == 1
    assert (refused["key"], refused["data"]["code"]) == (key, "idempotency-key-reused")
    assert (refused["event"], refused["data"]["status"]) == ("error", 422)


async def test_what_comes_unasked_comes_behind_the_last_id(
    gateway: ASGIApp, client: AsyncClient, outside: FakeOutside
) -> None:
    who = await opened(client)
    outside.conversation_events.scripted[UUID(who["conversation_id"])] = [
        ConversationUpdate("message", '{"text":"old"}', 3),
        ConversationUpdate("message", '{"text":"new"}', 9),
        ConversationUpdate("erased", "{}"),
    ]
    outside.conversation_events.ends = True
    async with connected(gateway) as socket:
        socket.say(event="authenticate", id="3", data=who)
        told = await socket.hear_until("erased")
        await until(lambda: socket.closed_with)

    message, erased = told[-2:]
    assert message == {"event": "message", "id": "9", "data": {"text": "new"}}
    assert erased == {"event": "erased", "data": {}}
    assert (socket.closed_with, outside.conversation_events.open) == (4410, [])


FORGED = {"session_token": "forged"}
NOBODY = {"conversation_id": str(UUID(int=7))}
REFUSED = [
    ('{"event":"authenticate","data":"x"}', 400, "malformed-frame"),
    ("not json", 400, "malformed-frame"),
    ('{"event":"say","key":"k","data":{}}', 400, "unexpected-frame"),
    ('{"event":"authenticate","data":{"session_token":"a b"}}', 422, "invalid-request"),
    (FORGED, 401, "credentials-invalid"),
    (FORGED | NOBODY, 401, "credentials-invalid"),
    (NOBODY, 401, "credentials-missing"),
    (NOBODY | {"api_key": DESK_KEY}, 404, "conversation-not-found"),
    ({"api_key": READ_KEY}, 403, "access-denied"),
]


@pytest.mark.parametrize(("first", "status", "code"), REFUSED)
async def test_who_may_not_connect_is_told_why_and_left(
    gateway: ASGIApp, first: Any, status: int, code: str
) -> None:
    async with connected(gateway) as socket:
        if isinstance(first, str):
            socket.say_text(first)
        else:
            socket.say(event="authenticate", data=first)
        told = await socket.hear()
        await until(lambda: socket.closed_with)
    assert (told["event"], told["data"]["status"], told["data"]["code"]) == ("error", status, code)
    assert socket.closed_with == 4000 + status


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"key": "k", "data": {"message": ""}}, "invalid-request"),
        ({"key": "k", "data": {"message": "Hi", "visitor": {"email": "nobody"}}}, "invalid-request"),
        ({"data": {"message": "Hi"}}, "unexpected-frame"),
        ({"key": "k", "data": {"message": "x" * 8_001}}, "invalid-request"),
    ],
)
async def test_a_message_that_is_refused_ends_no_connection(
    gateway: ASGIApp, client: AsyncClient, frame: dict[str, Any], code: str
) -> None:
    who = await opened(client)
    async with connected(gateway) as socket:
        await ready(socket, **who)
        socket.say(event="say", **frame)
        told = await socket.hear()
        socket.say(event="say", key=str(uuid4()), data={"message": "Hi"})
        await socket.hear_until("done")
    assert (told["event"], told["data"]["code"]) == ("error", code)
    assert told.get("key") == frame.get("key")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws", {"origin": "https://evil.example"}, 403),
        ("/ws", {"origin": "null"}, 403),
        ("/ws?site=pk_nowhere", {}, 404),
    ],
)
async def test_a_page_of_no_site_is_denied_before_it_connects(
    gateway: ASGIApp, path: str, headers: dict[str, str], status: int
) -> None:
    async with connected(gateway, path, **headers) as socket:
        await until(lambda: socket.denied)
    assert socket.denied is not None
    assert (socket.denied[0], socket.denied[1]["status"]) == (status, status)


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://gateway"])
async def test_our_own_pages_and_those_of_a_site_connect(gateway: ASGIApp, origin: str) -> None:
    async with connected(gateway, origin=origin) as socket:
        assert (await ready(socket))["event"] == "ready"


async def test_who_leaves_is_followed_no_more_and_may_not_wait_for_everything(
    gateway: ASGIApp, outside: FakeOutside
) -> None:
    outside.replies.default_reply = ()
    async with connected(gateway) as socket:
        await ready(socket)
        for _ in range(9):
            socket.say(event="say", key=str(uuid4()), data={"message": "Hello"})
        told = [await socket.hear() for _ in range(9)]
    assert [frame["event"] for frame in told].count("error") == 1
    assert next(frame for frame in told if frame["event"] == "error")["data"]["code"] == "too-many-turns"
    assert (outside.replies.open, outside.conversation_events.open) == ([], [])
