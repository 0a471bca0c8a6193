"""`salesbot chat`: a conversation in the terminal."""

import signal
from contextlib import suppress
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from devstack.chat_client import ChatClient, Ticket
from devstack.chat_screen import Screen
from devstack.errors import GatewayUnreachable, TurnRefused


def chat(url: str, ticket_file: Path, *, is_new: bool) -> None:
    """Chat until the visitor leaves; continues the last conversation unless `is_new`.

    Raises:
        GatewayUnreachable: there is no answer from `url`.
    """
    client = ChatClient(url, None if is_new else Ticket.load(ticket_file))
    client.check_reachable()
    # A reply that is still on its way is shown by the next run.
    with suppress(KeyboardInterrupt):
        ChatSession(client, Screen(), ticket_file).run()
    # Whoever presses Ctrl-C twice has left already: the second must not end Python while it is ending.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class ChatSession:
    """One run of the client; counts the replies shown, to find those that arrived later."""

    def __init__(self, client: ChatClient, screen: Screen, ticket_file: Path) -> None:
        self._client = client
        self._screen = screen
        self._ticket_file = ticket_file
        self._replies_shown = 0
        self._suggestions: dict[str, str] = {}

    def run(self) -> None:
        """Show the conversation so far, then read lines until the visitor leaves."""
        self._show_past()
        while (line := self._screen.read_line()) is not None:
            # A key stands for the suggestion that was on the screen when it was typed.
            picked = self._suggestions.get(line.lower())
            self._show_late_replies()
            if picked:
                self._screen.visitor(picked)
            if line:
                self._send(picked or line)

    def _show_past(self) -> None:
        try:
            past = self._client.transcript()
        except TurnRefused as refusal:
            self._screen.warn(f"The conversation goes on, its past cannot be shown. {refusal}")
            return
        if past is None:
            self._client.ticket = None
            self._screen.note("Say hello. /quit leaves; the conversation is kept.\n")
            return
        self._screen.note("Going on where you left; `salesbot chat --new` starts over.\n")
        for message in past["messages"]:
            if message["role"] == "visitor":
                self._screen.visitor(message["text"])
            else:
                self._screen.reply(message["text"])
        self._replies_shown = len(_replies(past))
        self._show_link(past.get("proposal_url"))
        self._screen.progress(past["stage"])
        self._suggest(_last_suggestions(past))

    def _show_late_replies(self) -> None:
        """Show replies that arrived after their turn, such as a proposal or a booked demo."""
        with suppress(TurnRefused, GatewayUnreachable):
            transcript = self._client.transcript()
            late = _replies(transcript)[self._replies_shown :] if transcript else []
            for text in late:
                self._screen.reply(text)
            self._replies_shown += len(late)
            if transcript and late:
                self._show_link(_shown_in(late, transcript))
                self._screen.progress(transcript["stage"])
                self._suggest(_last_suggestions(transcript))

    def _send(self, line: str) -> None:
        self._suggestions = {}
        try:
            done = self._stream_reply(line)
        except TurnRefused as refusal:
            self._screen.warn(str(refusal))
            return
        self._replies_shown += 1
        self._screen.reply(done["response"])
        self._show_link(done.get("proposal_url"))
        self._screen.progress(done["stage"])
        self._suggest(done.get("suggestions", []))

    def _suggest(self, labels: list[str]) -> None:
        self._suggestions = suggestion_keys(labels)
        if labels:
            self._screen.suggestions(self._suggestions)

    def _show_link(self, proposal_url: str | None) -> None:
        if proposal_url is not None:
            self._screen.link("The proposal on a page, to read and to pass on:", proposal_url)

    def _stream_reply(self, line: str) -> dict[str, Any]:
        """Show the reply while it is streamed; returns the data of its `done` event."""
        text = ""
        with self._screen.reply_area() as area:
            for event in self._client.send(line):
                match event.kind:
                    case "accepted":
                        self._keep_ticket()
                    case "delta":
                        text += event.data["text"]
                    case "replace":
                        text = event.data["text"]
                    case "reset":
                        text = ""
                    case "done":
                        self._keep_ticket()
                        return event.data
                    case "error":
                        raise TurnRefused(event.data.get("detail", "the reply could not be made"))
                area.show(text, is_waiting=event.kind == "waiting")
        raise AssertionError("a reply ends with done or error")

    def _keep_ticket(self) -> None:
        if self._client.ticket is not None:
            self._client.ticket.save(self._ticket_file)


def suggestion_keys(labels: list[str]) -> dict[str, str]:
    """Quick replies by the key that picks each: numbers, or letters where a label has a digit."""
    has_number = any(sign.isdigit() for label in labels for sign in label)
    marks = ascii_lowercase if has_number else map(str, range(1, len(labels) + 1))
    return dict(zip(marks, labels, strict=False))


def _last_suggestions(transcript: dict[str, Any]) -> list[str]:
    """The quick replies to the last message; a visitor's message has none."""
    suggestions: list[str] = (
        transcript["messages"][-1].get("suggestions", []) if transcript["messages"] else []
    )
    return suggestions


def _replies(transcript: dict[str, Any]) -> list[str]:
    return [message["text"] for message in transcript["messages"] if message["role"] == "bot"]


def _shown_in(replies: list[str], transcript: dict[str, Any]) -> str | None:
    """The link of the proposal when one of the replies shows it."""
    proposal, url = transcript.get("proposal"), transcript.get("proposal_url")
    is_shown = proposal is not None and any(proposal["summary"] in text for text in replies)
    return url if is_shown else None
