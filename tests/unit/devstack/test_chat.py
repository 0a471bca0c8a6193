"""The chat in a terminal: what it shows and takes, and how it talks to a gateway."""

import io
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from devstack.chat import ChatSession
from devstack.chat_client import ChatClient, ReplyEvent, Ticket
from devstack.chat_screen import Screen
from devstack.errors import TurnRefused

TICKET = Ticket("conversation-1", "token-1")


class FakeClient:
    """Answers as told; `past` is what the gateway has stored, replies it sent included."""

    def __init__(self, *replies: list[ReplyEvent], ticket: Ticket | None = None) -> None:
        self._replies = [*replies]
        self.ticket = ticket
        self.past: list[dict[str, Any]] = []

    @property
    def said(self) -> list[str]:
        return [message["text"] for message in self.past if message["role"] == "visitor"]

    def send(self, message):
        self.past.append({"role": "visitor", "text": message})
        for event in self._replies.pop(0):
            if event.kind == "accepted":
                self.ticket = TICKET
            if event.kind == "done":
                sequence = self.store(event.data["response"], *event.data["suggestions"])
                # What comes before the next line is typed.
                for late in event.data.get("late", []):
                    self.store(late)
                yield ReplyEvent("done", {**event.data, "sequence": sequence})
                continue
            yield event

    def store(self, text: str, *suggestions: str) -> int:
        message = {"role": "bot", "text": text, "suggestions": [*suggestions], "sequence": len(self.past)}
        self.past.append({**message, "written_by": "playbook"})
        return len(self.past) - 1

    def delete(self):
        return "signed"

    def export(self):
        return "all of it"

    def transcript(self):
        return {"messages": list(self.past), "stage": "scope"} if self.ticket else None


def reply(text: str, *suggestions: str, **more: Any) -> list[ReplyEvent]:
    done = {"response": text, "stage": "scope", "suggestions": list(suggestions), **more}
    return [ReplyEvent("accepted", {}), ReplyEvent("delta", {"text": text}), ReplyEvent("done", done)]


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., list[str]]:
    """What is shown, line by line, while these lines are typed."""

    def run(client: FakeClient, *lines: str) -> list[str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        ChatSession(client, Screen(), tmp_path / "chat.json").run()
        return capsys.readouterr().out.splitlines()

    return run


@pytest.mark.parametrize("line", ["", "Hm?"])
def test_what_came_unasked_is_shown_before_the_next_line_is_said(chat, line: str):
    client = FakeClient(reply("One moment.", late=["**Your proposal**"]), reply("Yes?"))
    lines = chat(client, "Hello", line)
    expected = ["One moment.", "**Your proposal**", *(["Yes?"] if line else [])]
    assert [shown for shown in lines if shown in {"One moment.", "**Your proposal**", "Yes?"}] == expected


def test_the_ticket_is_kept_as_soon_as_a_line_is_accepted(chat, tmp_path: Path):
    chat(FakeClient([ReplyEvent("accepted", {}), ReplyEvent("error", {"detail": "Sorry."})]), "Hello")
    assert Ticket.load(tmp_path / "chat.json") == TICKET


YES_OR_NO, PEOPLE = ("Shall I?", "Yes [please]", "No"), ("How many people?", "1 to 15", "16 to 50")


@pytest.mark.parametrize(
    ("offer", "typed", "said"),
    [
        pytest.param(YES_OR_NO, "2", "No", id="the number of a suggestion says its label"),
        pytest.param(YES_OR_NO, "12", "12", id="a number without a suggestion is said as it is"),
        pytest.param(PEOPLE, "B", "16 to 50", id="where a number may be the answer suggestions have letters"),
        pytest.param(PEOPLE, "2", "2", id="and a number is said as it is"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_suggestions_are_picked_by_their_mark(chat, offer: Any, *, typed: str, said: str, is_new: bool):
    client = FakeClient(reply(*offer), reply("Good."))
    if not is_new:
        client = FakeClient(reply("Good."), ticket=TICKET)
        client.store(*offer)

    lines = chat(client, *["Hello"][:is_new], typed)

    assert client.said[-1] == said
    marks = "12" if offer == YES_OR_NO else "ab"
    shown = [f"  {mark}) {label}" for mark, label in zip(marks, offer[1:], strict=True)]
    assert shown == [line for line in lines if line.startswith("  ")]


class FakeEvents:
    """Says what it is told while a line is being typed."""

    def __init__(self, *events: tuple[str, dict[str, Any]]) -> None:
        self.show: Any = None
        self.followed: list[int] = []
        self.is_closed = False
        self._events = events

    def of(self, show: Any) -> Any:
        self.show = show
        return self

    def follow(self, ticket: Ticket, last_sequence: int) -> None:
        self.followed.append(last_sequence)
        thread = threading.Thread(target=lambda: [self.show(*event) for event in self._events])
        thread.start()
        self._thread = thread

    def close(self) -> None:
        self.is_closed = True


class WaitingScreen(Screen):
    """Reads a line once everything was said that comes meanwhile."""

    def __init__(self, events: FakeEvents) -> None:
        super().__init__()
        self._events = events

    def read_line(self) -> str | None:
        self._events._thread.join(10)
        return super().read_line()


def test_what_comes_while_a_line_is_typed_is_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    known, other = (
        FakeClient(ticket=TICKET),
        {"role": "visitor", "turn_id": "of another window", "text": "Me"},
    )
    known.store("Hello.")
    new = {
        "role": "bot",
        "text": "Your proposal",
        "sequence": 7,
        "suggestions": ["Good"],
        "written_by": "person",
    }
    events = FakeEvents(
        ("message", known.past[0]),
        ("message", {**other, "sequence": None, "suggestions": []}),
        ("message", new),
        ("message", new),
        ("speaker", {"speaker": "person", "name": "Ada"}),
        ("booking", {"status": "booked", "starts_at": "2026-03-05T15:00:00+00:00"}),
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    ChatSession(known, WaitingScreen(events), tmp_path / "chat.json", events_of=events.of).run()

    out = capsys.readouterr().out
    shown = ("Hello.", "you > Me", "a person:", "Your proposal", "  1) Good", "Ada writes", "is booked: 2026")
    assert [out.count(words) for words in shown] == [1] * len(shown)
    assert (events.followed, events.is_closed) == ([0], True)


@pytest.mark.parametrize(("answer", "is_deleted"), [("yes", True), ("no", False), ("", False)])
def test_a_conversation_is_deleted_when_that_is_confirmed(
    chat, tmp_path: Path, answer: str, is_deleted: bool
):
    file = tmp_path / "chat.json"
    TICKET.save(file)
    client = FakeClient(ticket=TICKET)
    client.store("Hello.")

    chat(client, "/export", "/delete", answer)

    assert (tmp_path / "conversation-conversation-1.json").read_text() == "all of it"
    assert (file.exists(), client.ticket is None) == (not is_deleted, is_deleted)
    receipt = tmp_path / "erasure-receipt.txt"
    assert (receipt.read_text() if receipt.exists() else "") == ("signed" if is_deleted else "")


def test_on_a_terminal_a_label_hides_no_address(monkeypatch: pytest.MonkeyPatch, capsys: Any):
    monkeypatch.setenv("FORCE_COLOR", "1")
    Screen().reply("[Book your demo](https://elsewhere.example/demo)")
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert ("https://elsewhere.example/demo" in out, "\x1b]8;" in out) == (True, False)


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
    message |= {"sequence": 3, "written_by": "model"}
    transcripts = ({"messages": [], "stage": "understand"}, {"messages": [message], "stage": "identify"})
    answers = (httpx2.Response(200, json=transcript) for transcript in transcripts)
    chat, _ = client(httpx2.Response(202, text=ACCEPTED), *answers)
    done = {"response": "Hi there", "stage": "identify", "suggestions": ["Yes"]}
    done |= {"sequence": 3, "written_by": "model"}
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
