import json
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st

from contracts.text import clean_text
from contracts.values import KnownVisitor
from tests.support.gateway_app import SentEvent, client_of, events_of, make_fake_gateway
from tests.support.gateway_fakes import DESK_KEY, FakeOutside
from tests.support.gateway_player import delta, done, failed, replace

STREAM, JSON = {"accept": "text/event-stream"}, {"content-type": "application/json"}
KEY = "0b8f4a52-7c1d-4e69-9a3e-5d0c6f2b1e87"


async def say(client: AsyncClient, message: Any = "Hello", **more: Any) -> Response:
    headers = more.pop("headers", {})
    return await client.post("/chat", json={"message": message, **more}, headers=headers)


def assert_problem(answer: Response, status: int, code: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem


async def test_the_first_message_opens_a_conversation(client: AsyncClient, outside: FakeOutside) -> None:
    answer = await say(client, "  Hello  ", source="widget", mood="of no known member")

    body = answer.json()
    [event] = outside.publisher.published
    turn = event.data
    assert (event.key, event.source) == (body["conversation_id"].encode(), "gateway")
    assert (answer.status_code, turn.message, turn.source) == (200, "Hello", "widget")
    assert (body["conversation_id"], body["turn_id"]) == (str(turn.conversation_id), str(turn.turn_id))
    assert (body["response"], body["stage"]) == ("Nice to meet you.", "understand")
    assert (body["proposal_url"], body["suggestions"]) == (None, [])
    assert outside.idempotency_store.claims == {}


async def test_a_message_of_8000_characters_is_taken_and_one_more_is_not(client: AsyncClient) -> None:
    assert (await say(client, " " + 8_000 * "é" + "\n")).status_code == 200
    assert_problem(await say(client, 8_001 * "é"), 422, "invalid-request")


@pytest.mark.parametrize("message", ["", "\n\t ", "\u200b\u200b", "\0 \x1b\u2028", None, {"my": "secret"}])
async def test_a_message_without_words_is_refused_unrepeated(client: AsyncClient, message: Any) -> None:
    answer = await say(client, message, source="telepathy")
    assert_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == "/message"
    assert not [written for written in ("secret", "telepathy") if written in answer.text]


MALFORMED = (b"", b"{", b'{"message": "\xff"}', b'{"message": "a\ndb"}', b"[" * 20_000, b"\xef\xbb\xbf{")
INVALID = (b"[]", b"null", b"{}", b'{"message": "a", "conversation_id": "7"}')


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        *((body, 400, "malformed-json") for body in (*MALFORMED, rb'{"message": "\ud800"')),
        *((body, 422, "invalid-request") for body in (*INVALID, rb'{"message": "\ud800", "source": "fax"}')),
        (b'{"message": "' + 1_000_000 * b"a" + b'"}', 413, "content-too-large"),
    ],
)
async def test_a_body_that_is_wrong_is_refused(
    client: AsyncClient, outside: FakeOutside, *, body: bytes, status: int, code: str
) -> None:
    answer = await client.post("/chat", content=body, headers=JSON)
    assert_problem(answer, status, code)
    assert outside.publisher.published == []


RIGHT = [("content-type", "Application/JSON; charset=utf-8", 200), ("idempotency-key", 255 * "k", 200)]
NO_JSON = [("content-type", value, 415) for value in ("text/plain", "")]
# An idempotency key is printable and not too long.
NO_KEYS = [("idempotency-key", key, 422) for key in ("", 256 * "k", "tab\tinside", "é".encode())]


@pytest.mark.parametrize(("header", "value", "status"), [*RIGHT, *NO_JSON, *NO_KEYS])
async def test_a_wrong_header_is_refused(client: AsyncClient, header: str, value: Any, status: int) -> None:
    assert (await say(client, headers={header: value})).status_code == status


@pytest.mark.parametrize(
    ("headers", "code", "challenge"),
    [
        ({"authorization": "Basic dXNlcjpwYXNz"}, "credentials-missing", "Bearer"),
        ({"authorization": "Bearer "}, "credentials-missing", "Bearer"),
        ({"authorization": "Bearer x.y.z"}, "credentials-invalid", "invalid_token"),
        ({"authorization": "bearer ÿ".encode("latin-1")}, "credentials-invalid", "invalid_token"),
        ({"x-api-key": "guess"}, "credentials-invalid", "invalid_token"),
    ],
)
async def test_who_may_not_go_on(client: AsyncClient, headers: Any, code: str, challenge: str) -> None:
    answer = await say(client, conversation_id=str(uuid4()), headers=headers)
    assert_problem(answer, 401, code)
    assert challenge in answer.headers["www-authenticate"]


@pytest.mark.parametrize("form", [{}, STREAM])
async def test_a_key_talks_and_gets_no_token(client: AsyncClient, outside: FakeOutside, form: Any) -> None:
    stored, seen, unknown = uuid4(), uuid4(), uuid4()
    outside.read_model.transcripts[stored] = b"{}"
    outside.idempotency_store.sequences[seen] = 3

    by_stored, by_seen, by_unknown = [
        await say(client, conversation_id=str(known), headers={"x-api-key": DESK_KEY, **form})
        for known in (stored, seen, unknown)
    ]

    for answer in (by_stored, by_seen):
        answers = [event.data for event in events_of(answer.text)] if form else [answer.json()]
        assert [each["session_token"] for each in answers] == [None] * (2 if form else 1)
    assert_problem(by_unknown, 404, "conversation-not-found")


async def test_frames_are_relayed_and_both_forms_end_alike(client: AsyncClient, outside: FakeOutside) -> None:
    words, suggestions = "Hello there.\nHow are you?", ("Yes", "Not yet")
    said = (delta("1-1", "Helo "), replace("1-2", "Hello "), delta("1-3", words[6:]))
    end = done("1-4", words, proposal_shown=True, suggestions=suggestions, written_by="playbook")
    outside.replies.default_reply = (*said, end)

    answer = await say(client, headers=STREAM)
    whole = (await say(client)).json()

    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    accepted, *relayed, ended = events_of(answer.text)
    assert relayed == [SentEvent(frame.kind, json.loads(frame.data), frame.id) for frame in said]
    assert relayed[0].data == {"text": "Helo "}
    assert (accepted.name, ended.name, ended.id) == ("accepted", "done", "1-4")
    for form, ids in ((ended.data, accepted.data), (whole, {name: whole[name] for name in accepted.data})):
        assert form.pop("proposal_url").startswith("http://gateway/proposal/")
        assert ids.keys() == {"conversation_id", "turn_id", "session_token"}
        shown = {"stage": "understand", "calendly_shown": False, "degraded": False, "sequence": 7}
        shown |= {"response": words, "written_by": "playbook", "suggestions": ["Yes", "Not yet"]}
        assert form == {**ids, **shown}


STREAMED = ("text/event-stream", "application/json, text/event-stream", "text/event-stream, */*;q=0.1")
WHOLE = ("text/event-stream;q=0.5, application/json", "text/event-stream;q=0", "*/*", "text/event-stream-ish")


@pytest.mark.parametrize("accept", [*STREAMED, *WHOLE])
async def test_accept_decides_the_form(client: AsyncClient, accept: str) -> None:
    form = (await say(client, headers={"accept": accept})).headers["content-type"]
    assert form.startswith("text/event-stream" if accept in STREAMED else "application/json")


async def test_a_silent_stream_lives_and_is_read_later(client: AsyncClient, outside: FakeOutside) -> None:
    outside.replies.default_reply = ()
    answer, late = await say(client, headers=STREAM), await say(client)
    read_at = f"/conversation/{late.json()['conversation_id']}"
    assert (late.status_code, late.headers["location"]) == (202, read_at)
    assert ": ping\n\n" in answer.text
    end = events_of(answer.text)[-1]
    assert (end.name, end.data["code"]) == ("error", "reply-pending")
    assert outside.replies.open == []


@pytest.mark.parametrize("headers", [{}, STREAM])
async def test_without_kafka_it_says_retry(client: AsyncClient, outside: FakeOutside, headers: Any) -> None:
    outside.publisher.is_away = True
    answer = await say(client, headers=headers)
    assert_problem(answer, 503, "temporarily-unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert outside.replies.open == []


@pytest.mark.parametrize("told", ["Sorry, that went wrong.", ""])
async def test_one_goes_on_after_a_parked_turn(client: AsyncClient, outside: FakeOutside, told: str) -> None:
    outside.replies.default_reply = (failed("1-1", told),)
    problem = (await say(client)).json()
    end = events_of((await say(client, headers=STREAM)).text)[-1]
    assert (problem["status"], problem["code"]) == (502, "turn-failed")
    assert problem["detail"].startswith(told or "The")
    assert problem["session_token"]
    assert (end.name, end.id, set(end.data)) == ("error", "1-1", set(problem))


async def test_a_retry_in_a_conversation_is_the_same_turn(client: AsyncClient, outside: FakeOutside) -> None:
    first = (await say(client, headers={"idempotency-key": KEY})).json()
    opening = await say(client, "Goodbye", headers={"idempotency-key": KEY})
    headers = {"idempotency-key": KEY, "authorization": f"Bearer {first['session_token']}"}
    again = await say(client, conversation_id=first["conversation_id"], headers=headers)
    other = await say(client, "Goodbye", conversation_id=first["conversation_id"], headers=headers)
    assert again.json()["turn_id"] == first["turn_id"]
    for with_other_words in (opening, other):
        assert_problem(with_other_words, 422, "idempotency-key-reused")
    one, two = outside.publisher.published
    # Only whom an opening is charged to differs, and the first record of a turn stands for both.
    assert (one.id, one.data.message) == (two.id, two.data.message)


@pytest.mark.parametrize("event_id", ["", "1", "-1", "1-2-3", "9" * 19 + "-1", "\uff11-1".encode()])
async def test_odd_event_ids_count_as_none(client: AsyncClient, outside: FakeOutside, event_id: Any) -> None:
    outside.replies.default_reply = (delta("1-1", "a"), done("1-2", "a"))
    answer = await say(client, headers={**STREAM, "idempotency-key": KEY, "last-event-id": event_id})
    assert [event.id for event in events_of(answer.text)[1:]] == ["1-1", "1-2"]


ODD = st.sampled_from("\0\r\n\t\v\x1b\x85\x9b\u2028\u2029\ud83d\ude00\ufeff a")
ANY_TEXT = st.text(st.characters() | ODD)


@given(message=ANY_TEXT, reply=ANY_TEXT, has_mark=st.booleans())
async def test_any_text_is_taken_clean_or_refused(message: str, reply: str, *, has_mark: bool) -> None:
    outside = FakeOutside()
    outside.replies.default_reply = (delta("1-1", reply), done("1-2", reply))
    body = (b"\xef\xbb\xbf" if has_mark else b"") + json.dumps({"message": message}).encode()

    async with client_of(make_fake_gateway(outside)) as client:
        answer = await client.post("/chat", content=body, headers={**STREAM, **JSON})

    if answer.status_code == 422:
        assert outside.publisher.published == []
        return
    assert answer.status_code == 200
    assert outside.publisher.published[0].data.message == clean_text(message).strip()
    texts = [event.data.get("text", event.data.get("response")) for event in events_of(answer.text)[1:]]
    assert texts == [clean_text(reply)] * 2
    assert answer.text == clean_text(answer.text)


GRACE = {"name": "Grace Hopper", "email": "grace@example.com"}


async def test_what_the_website_tells_of_a_visitor_goes_with_the_turn(
    client: AsyncClient, outside: FakeOutside
) -> None:
    told = {"name": " Grace\0 Hopper ", "email": " grace@example.com\n", "phone": "of no known member"}
    # A visitor does not say so themselves, and a token without a site proves nothing.
    told |= {"is_verified": True, "token": "a.b.c"}
    assert (await say(client, visitor=told)).status_code == 200
    assert outside.publisher.published[0].data.visitor == KnownVisitor(**GRACE)


NO_ADDRESSES = ["", "grace", "grace@localhost", "a@b.example, c@d.example", "Grace <g@a.example>", 7]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("email", each) for each in (*NO_ADDRESSES, "a..b@c.example", f"a@{'b.' * 126}example")),
        ("name", 81 * "n"),
        ("name", ["Grace"]),
    ],
)
async def test_a_visitor_who_cannot_be_is_refused_unrepeated(
    client: AsyncClient, outside: FakeOutside, member: str, value: Any
) -> None:
    answer = await say(client, visitor={**GRACE, member: value})
    assert_problem(answer, 422, "invalid-request")
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/visitor/{member}"]
    assert "Grace" not in answer.text
    assert outside.publisher.published == []


async def test_a_key_that_comes_with_another_visitor_means_another_body(client: AsyncClient) -> None:
    headers = {"idempotency-key": KEY}
    first = (await say(client, visitor=GRACE, headers=headers)).json()
    headers |= {"authorization": f"Bearer {first['session_token']}"}

    async def again(**visitor: Any) -> Response:
        return await say(client, conversation_id=first["conversation_id"], headers=headers, **visitor)

    assert (await again(visitor=GRACE)).json()["turn_id"] == first["turn_id"]
    for other in ({}, {"visitor": {"name": "Ada"}}):
        assert_problem(await again(**other), 422, "idempotency-key-reused")
