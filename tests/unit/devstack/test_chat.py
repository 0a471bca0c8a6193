from pathlib import Path
from typing import Any

import pytest

from devstack.chat import ChatSession, suggestion_keys
from devstack.chat_client import ReplyEvent, Ticket
from devstack.errors import TurnRefused

TICKET = Ticket("conversation-1", "token-1")


class FakeScreen:
    """Types the lines, and notes what is shown in its order."""

    def __init__(self, *lines: str) -> None:
        self._lines = [*lines]
        self.shown: list[tuple[str, str]] = []

    def read_line(self):
        return self._lines.pop(0) if self._lines else None

    def __getattr__(self, kind: str):
        return lambda *texts: self.shown.append((kind, " ".join(map(str, texts))))

    def reply_area(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def show(self, text, *, is_waiting=False):
        self.shown.append(("so far", text))

    def replies(self) -> list[str]:
        return [text for kind, text in self.shown if kind == "reply"]


class FakeClient:
    """Answers as told; `past` is what the gateway has stored, replies it sent included."""

    def __init__(self, *replies: list[ReplyEvent], ticket: Ticket | None = None) -> None:
        self._replies = [*replies]
        self.ticket = ticket
        self.past: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def send(self, message):
        self.past.append({"role": "visitor", "text": message})
        for event in self._replies.pop(0):
            if event.kind == "accepted":
                self.ticket = TICKET
            if event.kind == "done":
                self.store(event.data["response"], event.data.get("suggestions", []))
            yield event

    def store(self, text: str, suggestions: list[str] | None = None) -> None:
        self.past.append({"role": "bot", "text": text, "suggestions": suggestions or []})

    def transcript(self):
        if self.failure:
            raise self.failure
        return {"messages": list(self.past), "stage": "scope"} if self.ticket else None


def reply(text: str, *suggestions: str) -> list[ReplyEvent]:
    done = {"response": text, "stage": "scope", "suggestions": list(suggestions)}
    return [ReplyEvent("accepted", {}), ReplyEvent("delta", {"text": text}), ReplyEvent("done", done)]


@pytest.fixture
def ticket_file(tmp_path: Path) -> Path:
    return tmp_path / "chat.json"


def test_the_ticket_is_kept_as_soon_as_a_line_is_accepted(ticket_file: Path):
    client = FakeClient([ReplyEvent("accepted", {}), ReplyEvent("error", {"detail": "Sorry."})])

    ChatSession(client, FakeScreen("Hello"), ticket_file).run()

    assert Ticket.load(ticket_file) == TICKET


def test_a_half_written_reply_is_taken_back(ticket_file: Path):
    events = [
        ReplyEvent("delta", {"text": "Hel"}),
        ReplyEvent("reset", {}),
        ReplyEvent("delta", {"text": "Good "}),
    ]
    screen = FakeScreen("Hello")

    ChatSession(FakeClient([*events, *reply("Good day")[-1:]]), screen, ticket_file).run()

    assert [text for kind, text in screen.shown if kind == "so far"] == ["Hel", "", "Good "]
    assert screen.replies() == ["Good day"]


def test_the_link_of_a_proposal_stands_below_the_reply_that_shows_it(ticket_file: Path):
    done = {"response": "Here it is.", "stage": "propose", "proposal_url": "http://here/proposal/t"}
    client = FakeClient([ReplyEvent("accepted", {}), ReplyEvent("done", done)], reply("Yes?"))
    screen = FakeScreen("Hello", "Good")

    ChatSession(client, screen, ticket_file).run()

    links = [text for kind, text in screen.shown if kind == "link"]
    assert len(links) == 1
    assert links[0].endswith("http://here/proposal/t")
    kinds = [kind for kind, _ in screen.shown]
    assert kinds.index("link") == kinds.index("reply") + 1


@pytest.mark.parametrize("line", ["", "Hm?"])
def test_what_came_unasked_is_shown_before_the_next_line_is_said(ticket_file: Path, line: str):
    client = FakeClient(reply("One moment."), reply("Yes?"))

    class Waiting(FakeScreen):
        def read_line(self):
            if len(self.replies()) == 1:
                client.store("**Your proposal**")
            return super().read_line()

    screen = Waiting("Hello", line)
    ChatSession(client, screen, ticket_file).run()

    assert screen.replies() == ["One moment.", "**Your proposal**", *(["Yes?"] if line else [])]


def test_a_past_that_cannot_be_read_does_not_end_the_conversation(ticket_file: Path):
    client = FakeClient(reply("One?"), ticket=TICKET)
    client.failure = TurnRefused("Unavailable")
    screen = FakeScreen("Hello")

    ChatSession(client, screen, ticket_file).run()

    assert client.ticket == TICKET
    assert screen.replies() == ["One?"]


YES_OR_NO, PEOPLE = ("Shall I?", "Yes", "No"), ("How many people?", "1 to 15", "16 to 50")


@pytest.mark.parametrize(
    ("offer", "typed", "said"),
    [
        pytest.param(YES_OR_NO, "2", "No", id="the number of a suggestion says its label"),
        pytest.param(YES_OR_NO, "12", "12", id="a number without a suggestion is said as it is"),
        pytest.param(PEOPLE, "B", "16 to 50", id="where a number may be the answer suggestions have letters"),
        pytest.param(PEOPLE, "2", "2", id="and a number is said as it is"),
    ],
)
@pytest.mark.parametrize("is_of_last_time", [False, True])
def test_suggestions_are_picked_by_what_stands_before_them(
    ticket_file: Path, offer: tuple[str, ...], *, typed: str, said: str, is_of_last_time: bool
):
    replies = [reply("Good.")] if is_of_last_time else [reply(*offer), reply("Good.")]
    client = FakeClient(*replies, ticket=TICKET if is_of_last_time else None)
    if is_of_last_time:
        client.store(offer[0], list(offer[1:]))
    screen = FakeScreen(*([] if is_of_last_time else ["Hello"]), typed)

    ChatSession(client, screen, ticket_file).run()

    assert [message["text"] for message in client.past if message["role"] == "visitor"][-1] == said
    assert ("suggestions", str(suggestion_keys(list(offer[1:])))) in screen.shown
