import stat
from pathlib import Path

import httpx2
import pytest

from devstack.chat_client import ChatClient, ReplyEvent, Ticket
from devstack.errors import TurnRefused

TICKET = Ticket("conversation-1", "token-1")
ACCEPTED = '{"conversation_id": "conversation-1", "turn_id": "turn-1", "session_token": "token-1"}'
DONE = '{"response": "Hi there", "stage": "understand"}'

Answer = httpx2.Response | Exception


class FakeGateway(httpx2.BaseTransport):
    """Answers one request after the other as told, and keeps them."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class CutOff(httpx2.SyncByteStream):
    """A body whose connection breaks behind the events."""

    def __init__(self, events: str) -> None:
        self._events = events

    def __iter__(self):
        yield self._events.encode()
        raise httpx2.ReadError("connection reset")


def event(name: str, data: str, identity: str = "") -> str:
    return f"event: {name}\n{f'id: {identity}' if identity else ':'}\ndata: {data}\n\n"


EVENTS = {"content-type": "text/event-stream"}


def stream(*events: str) -> httpx2.Response:
    return httpx2.Response(200, headers=EVENTS, text="".join(events))


def broken(*events: str) -> httpx2.Response:
    return httpx2.Response(200, headers=EVENTS, stream=CutOff("".join(events)))


def problem(status: int, detail: str = "") -> httpx2.Response:
    return httpx2.Response(status, json={"title": "Refused", "detail": detail})


def client(*answers: Answer, ticket: Ticket | None = None) -> tuple[ChatClient, FakeGateway]:
    gateway = FakeGateway(*answers)
    return ChatClient("http://gateway", ticket, transport=gateway, pause=lambda _: None), gateway


def test_a_broken_reply_is_taken_up_behind_the_last_event_as_the_same_line():
    chat, gateway = client(
        broken(event("accepted", ACCEPTED), event("delta", '{"text": "Hi"}', "1-1")),
        stream(event("accepted", ACCEPTED), event("done", DONE, "1-2")),
    )

    events = list(chat.send("Hello"))

    first, again = gateway.requests
    assert [event.kind for event in events] == ["accepted", "delta", "waiting", "accepted", "done"]
    assert (events[-1].data["response"], chat.ticket) == ("Hi there", TICKET)
    assert again.headers["last-event-id"] == "1-1"
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_is_busy_or_starting_is_asked_again(status: int):
    chat, gateway = client(problem(status), stream(event("done", DONE, "1-1")))

    assert [event.kind for event in chat.send("Hello")] == ["waiting", "done"]
    assert len({request.headers["idempotency-key"] for request in gateway.requests}) == 1


def test_a_refused_line_says_why_and_is_not_sent_again():
    chat, gateway = client(problem(422, "The message is too long."))

    with pytest.raises(TurnRefused, match=r"Refused: The message is too long\."):
        list(chat.send("Hello"))
    assert len(gateway.requests) == 1


def test_a_reply_that_cannot_be_followed_is_read_from_the_transcript():
    message = {"role": "bot", "turn_id": "turn-1", "text": "Hi there", "suggestions": ["Yes"]}
    chat, _ = client(
        httpx2.Response(202, text=ACCEPTED),
        httpx2.Response(200, json={"messages": [], "stage": "understand"}),
        httpx2.Response(200, json={"messages": [message], "stage": "identify"}),
    )

    assert list(chat.send("Hello")) == [
        ReplyEvent("done", {"response": "Hi there", "stage": "identify", "suggestions": ["Yes"]})
    ]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_conversation_that_is_gone_has_no_past(status: int):
    chat, _ = client(problem(status), ticket=TICKET)

    assert chat.transcript() is None


def test_a_past_that_cannot_be_read_now_is_not_taken_for_gone():
    chat, _ = client(problem(503, "Leadstore is away."), ticket=TICKET)

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
