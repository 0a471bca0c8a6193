from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from tests.support.gateway_app import SentEvent, events_of
from tests.support.gateway_fakes import DESK_KEY, FakeOutside
from tests.support.gateway_player import delta, done, failed, replace

PROBLEM = "application/problem+json"
STREAM = {"accept": "text/event-stream"}
KEY = "0b8f4a52-7c1d-4e69-9a3e-5d0c6f2b1e87"


async def say(client: AsyncClient, message: str = "Hello", **more: Any) -> Response:
    headers = more.pop("headers", {})
    return await client.post("/chat", json={"message": message, **more}, headers=headers)


async def say_both_ways(client: AsyncClient) -> tuple[dict[str, Any], SentEvent]:
    """A whole answer, and the last event of a stream."""
    return (await say(client)).json(), events_of((await say(client, headers=STREAM)).text)[-1]


def assert_problem(answer: Response, status: int, code: str) -> None:
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem


async def test_the_first_message_opens_a_conversation_and_is_answered(
    client: AsyncClient, outside: FakeOutside
) -> None:
    answer = await say(client, "  Hello  ", source="widget", mood="of no known member")

    assert answer.status_code == 200
    body = answer.json()
    [turn] = [event.data for event in outside.publisher.published]
    assert (turn.message, turn.source) == ("Hello", "widget")
    assert (body["conversation_id"], body["turn_id"]) == (str(turn.conversation_id), str(turn.turn_id))
    assert (body["response"], body["stage"]) == ("Nice to meet you.", "understand")
    assert (body["calendly_shown"], body["degraded"]) == (False, False)


async def test_a_message_of_8000_characters_is_taken_and_one_more_is_not(client: AsyncClient) -> None:
    assert (await say(client, " " + 8_000 * "é" + "\n")).status_code == 200
    assert_problem(await say(client, 8_001 * "é"), 422, "invalid-request")


@pytest.mark.parametrize(
    "message", ["", "   ", "\n\t", "\u200b\u200b", "\0 \x1b\u2028", 7, None, ["a"], {"a": 1}]
)
async def test_a_message_that_says_nothing_sayable_is_refused(client: AsyncClient, message: Any) -> None:
    answer = await client.post("/chat", json={"message": message})

    assert_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == "/message"


MALFORMED = (b"", b"{", b'{"message": "\xff"}', b'{"message": "a\ndb"}', b"[" * 20_000, b"\xef\xbb\xbf{")
INVALID = (b"[]", b"null", b'"message"', b"{}", b'{"message": "a", "conversation_id": "7"}')


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
    answer = await client.post("/chat", content=body, headers={"content-type": "application/json"})

    assert_problem(answer, status, code)
    assert outside.publisher.published == []


async def test_a_refusal_does_not_repeat_what_the_visitor_wrote(client: AsyncClient) -> None:
    answer = await client.post("/chat", json={"message": {"my": "secret"}, "source": "telepathy"})

    assert "secret" not in answer.text
    assert "telepathy" not in answer.text


@pytest.mark.parametrize(
    ("media_type", "status"),
    [("text/plain", 415), ("application/xml", 415), ("", 415), ("Application/JSON; charset=utf-8", 200)],
)
async def test_only_json_is_taken(client: AsyncClient, media_type: str, status: int) -> None:
    answer = await client.post("/chat", content=b'{"message": "a"}', headers={"content-type": media_type})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "code", "challenge"),
    [
        *(
            ({"authorization": value}, "credentials-missing", "Bearer")
            for value in ("Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "")
        ),
        ({"authorization": "Bearer x.y.z"}, "credentials-invalid", "invalid_token"),
        ({"authorization": "bearer ÿ".encode("latin-1")}, "credentials-invalid", "invalid_token"),
        ({"x-api-key": "guess"}, "credentials-invalid", "invalid_token"),
    ],
)
async def test_an_existing_conversation_needs_valid_credentials(
    client: AsyncClient, headers: Any, code: str, challenge: str
) -> None:
    answer = await say(client, conversation_id=str(uuid4()), headers=headers)

    assert_problem(answer, 401, code)
    assert challenge in answer.headers["www-authenticate"]


@pytest.mark.parametrize("form", [{}, STREAM])
async def test_a_key_talks_in_conversations_that_exist_and_is_handed_nobodys_session_token(
    client: AsyncClient, outside: FakeOutside, form: dict[str, str]
) -> None:
    known, headers = uuid4(), {"x-api-key": DESK_KEY, **form}
    outside.read_model.transcripts[known] = b"{}"

    answer = await say(client, conversation_id=str(known), headers=headers)
    unknown = await say(client, conversation_id=str(uuid4()), headers=headers)

    answers = [event.data for event in events_of(answer.text)] if form else [answer.json()]
    assert [each["session_token"] for each in answers] == [None] * len(answers)
    assert_problem(unknown, 404, "conversation-not-found")


async def test_a_stream_relays_the_frames_and_ends_with_the_answer(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.replies.default_reply = (
        delta("1-1", "Helo "),
        replace("1-2", "Hello "),
        delta("1-3", "there.\nHow are you?"),
        done("1-4", "Hello there.\nHow are you?"),
    )

    answer = await say(client, headers=STREAM)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    accepted, *middle, end = events_of(answer.text)
    assert accepted.name == "accepted"
    assert set(accepted.data) == {"conversation_id", "turn_id", "session_token"}
    assert middle == [
        SentEvent("delta", {"text": "Helo "}, "1-1"),
        SentEvent("replace", {"text": "Hello "}, "1-2"),
        SentEvent("delta", {"text": "there.\nHow are you?"}, "1-3"),
    ]
    assert (end.name, end.id) == ("done", "1-4")
    assert end.data == {
        **accepted.data,
        "response": "Hello there.\nHow are you?",
        "stage": "understand",
        "calendly_shown": False,
        "degraded": False,
        "sequence": 7,
        "proposal_url": None,
        "suggestions": [],
    }


STREAMED = ("text/event-stream", "application/json, text/event-stream", "text/event-stream, */*;q=0.1")
WHOLE = ("text/event-stream;q=0.5, application/json", "text/event-stream;q=0", "*/*", "text/event-stream-ish")


@pytest.mark.parametrize("accept", [*STREAMED, *WHOLE, "application/json", "image/png"])
async def test_accept_decides_the_form(client: AsyncClient, accept: str) -> None:
    form = (await say(client, headers={"accept": accept})).headers["content-type"]

    assert form.startswith("text/event-stream" if accept in STREAMED else "application/json")


async def test_a_silent_stream_says_that_it_lives_and_gives_up_in_time(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.replies.default_reply = ()

    answer = await say(client, headers=STREAM)

    assert ": ping\n\n" in answer.text
    end = events_of(answer.text)[-1]
    assert (end.name, end.data["code"]) == ("error", "reply-pending")
    assert outside.replies.open == []


@pytest.mark.parametrize("headers", [{}, STREAM])
async def test_without_kafka_the_client_is_asked_to_come_back(
    client: AsyncClient, outside: FakeOutside, headers: dict[str, str]
) -> None:
    outside.publisher.is_away = True

    answer = await say(client, headers=headers)

    assert_problem(answer, 503, "temporarily-unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert outside.replies.open == []


@pytest.mark.parametrize("told", ["Sorry, that went wrong.", ""])
async def test_a_parked_turn_is_a_problem_that_lets_the_visitor_go_on(
    client: AsyncClient, outside: FakeOutside, told: str
) -> None:
    outside.replies.default_reply = (failed("1-1", told),)

    problem, end = await say_both_ways(client)

    assert (problem["status"], problem["code"]) == (502, "turn-failed")
    assert problem["detail"].startswith(told or "The")
    assert problem["session_token"]
    assert (end.name, end.id, set(end.data)) == ("error", "1-1", set(problem))


async def test_a_retry_that_knows_its_conversation_is_still_the_same_turn(
    client: AsyncClient, outside: FakeOutside
) -> None:
    first = (await say(client, headers={"idempotency-key": KEY})).json()
    headers = {"idempotency-key": KEY, "authorization": f"Bearer {first['session_token']}"}

    again = await say(client, conversation_id=first["conversation_id"], headers=headers)

    assert again.json()["turn_id"] == first["turn_id"]


@pytest.mark.parametrize(
    ("key", "status"),
    [(255 * "k", 200), *((key, 422) for key in ("", 256 * "k", "tab\tinside", "é".encode(), b"\x7f"))],
)
async def test_an_idempotency_key_is_printable_and_not_too_long(
    client: AsyncClient, key: Any, status: int
) -> None:
    assert (await say(client, headers={"idempotency-key": key})).status_code == status


@pytest.mark.parametrize(
    "event_id", ["", "x", "1", "1-", "-1", "1-2-3", "9" * 19 + "-1", "\uff11-1".encode()]
)
async def test_an_event_id_that_is_none_of_ours_counts_as_none(
    client: AsyncClient, outside: FakeOutside, event_id: Any
) -> None:
    outside.replies.default_reply = (delta("1-1", "a"), done("1-2", "a"))

    answer = await say(client, headers={**STREAM, "idempotency-key": KEY, "last-event-id": event_id})

    assert [event.id for event in events_of(answer.text)[1:]] == ["1-1", "1-2"]


async def test_suggestions_and_the_address_of_the_proposal_are_in_both_forms(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.replies.default_reply = (
        done("1-1", "Here it is.", proposal_shown=True, suggestions=("Yes", "Not yet")),
    )

    whole, end = await say_both_ways(client)

    for form in (whole, end.data):
        assert form["proposal_url"].startswith("http://gateway/proposal/")
        assert form["suggestions"] == ["Yes", "Not yet"]
