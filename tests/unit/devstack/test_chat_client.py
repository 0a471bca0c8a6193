import stat
from pathlib import Path
from typing import Any

import httpx2
import pytest

from devstack.chat_client import ChatClient, ReplyEvent, Ticket
from devstack.errors import TurnRefused

TICKET = Ticket("conversation-1", "token-1")
ACCEPTED = '{"conversation_id": "conversation-1", "turn_id": "turn-1", "session_token": "token-1"}'
EVENTS = {"content-type": "text/event-stream"}


def stream(*events: str) -> httpx2.Response:
    return httpx2.Response(200, headers=EVENTS, text="".join(f"{event}\n\n" for event in events))


def problem(status: int, detail: str = "") -> httpx2.Response:
    return httpx2.Response(status, json={"title": "Refused", "detail": detail})


def client(*answers: httpx2.Response, ticket: Any = None) -> tuple[ChatClient, list[httpx2.Request]]:
    """A client of a gateway that answers one request after the other as told, and these requests."""
    left, requests = [*answers], list[httpx2.Request]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return left.pop(0)

    transport = httpx2.MockTransport(answer)
    return ChatClient("http://gateway", ticket, transport=transport, pause=lambda _: None), requests


DONE = 'event: done\nid: 1-2\ndata: {"response": "Hi there", "stage": "understand"}'


def test_a_broken_reply_is_taken_up_behind_the_last_event_as_the_same_line():
    accepted, delta = f"event: accepted\ndata: {ACCEPTED}", 'event: delta\nid: 1-1\ndata: {"text": "Hi"}'
    chat, requests = client(stream(accepted, delta), stream(accepted, DONE))

    events = list(chat.send("Hello"))

    first, again = requests
    assert [event.kind for event in events] == ["accepted", "delta", "waiting", "accepted", "done"]
    assert (events[-1].data["response"], chat.ticket) == ("Hi there", TICKET)
    assert again.headers["last-event-id"] == "1-1"
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_is_busy_or_starting_is_asked_again(status: int):
    chat, requests = client(problem(status), stream(DONE))
    assert [event.kind for event in chat.send("Hello")] == ["waiting", "done"]
    assert len({request.headers["idempotency-key"] for request in requests}) == 1


def test_a_refused_line_says_why_and_is_not_sent_again():
    chat, requests = client(problem(422, "The message is too long."))
    with pytest.raises(TurnRefused, match=r"Refused: The message is too long\."):
        list(chat.send("Hello"))
    assert len(requests) == 1


def test_a_reply_that_cannot_be_followed_is_read_from_the_transcript():
    message = {"role": "bot", "turn_id": "turn-1", "text": "Hi there", "suggestions": ["Yes"]}
    transcripts = ({"messages": [], "stage": "understand"}, {"messages": [message], "stage": "identify"})
    answers = (httpx2.Response(200, json=transcript) for transcript in transcripts)
    chat, _ = client(httpx2.Response(202, text=ACCEPTED), *answers)

    done = {"response": "Hi there", "stage": "identify", "suggestions": ["Yes"]}
    assert list(chat.send("Hello")) == [ReplyEvent("done", done)]


def test_a_conversation_that_is_gone_has_no_past_and_one_that_cannot_be_read_now_is_not_taken_for_gone():
    chat, _ = client(*map(problem, (401, 403, 404)), problem(503, "Leadstore is away."), ticket=TICKET)
    assert [chat.transcript() for _ in range(3)] == [None] * 3
    with pytest.raises(TurnRefused, match="Leadstore is away"):
        chat.transcript()


def test_a_ticket_is_kept_for_its_owner_only_and_none_where_it_cannot_be_read(tmp_path: Path):
    file = tmp_path / "new" / "chat.json"
    assert Ticket.load(file) is None

    TICKET.save(file)

    assert Ticket.load(file) == TICKET
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for content in ("", "null", "[]", '{"conversation_id": "1"}', '{"other": 1}'):
        file.write_text(content)
        assert Ticket.load(file) is None
