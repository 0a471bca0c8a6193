"""`salesbot chat`: a conversation in the terminal."""

import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from string import ascii_lowercase
from threading import RLock
from typing import Any, Final

from devstack.chat_client import ChatClient, Ticket, write_private
from devstack.chat_events import ChatEvents, OnEvent
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
        ChatSession(client, Screen(), ticket_file, events_of=lambda show: ChatEvents(url, show)).run()
    # Whoever presses Ctrl-C twice has left already: the second must not end Python while it is ending.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class ChatSession:
    """One run of the client; remembers which messages are on the screen, to show the others as they come."""

    def __init__(
        self,
        client: ChatClient,
        screen: Screen,
        ticket_file: Path,
        *,
        events_of: Callable[[OnEvent], ChatEvents] | None = None,
    ) -> None:
        self._client = client
        self._screen = screen
        self._ticket_file = ticket_file
        self._shown: set[int] = set()
        self._own_turns: set[str] = set()
        self._suggestions: dict[str, str] = {}
        self._events = events_of(self._on_event) if events_of else None
        # Held but for the time in which a line is typed: what comes unasked is shown then.
        self._screen_in_use = RLock()

    def run(self) -> None:
        """Show the conversation so far, then read lines until the visitor leaves."""
        with self._screen_in_use:
            self._show_past()
            while (line := self._read_line()) is not None:
                # A key stands for the suggestion that was on the screen when it was typed.
                picked = self._suggestions.get(line.lower())
                if line in _COMMANDS:
                    _COMMANDS[line](self)
                    continue
                self._show_late_replies()
                if picked:
                    self._screen.visitor(picked)
                if line:
                    self._send(picked or line)
            self._stop_following()

    def _read_line(self) -> str | None:
        self._follow()
        self._screen_in_use.release()
        try:
            return self._screen.read_line()
        finally:
            self._screen_in_use.acquire()

    def _follow(self) -> None:
        if self._events is not None and self._client.ticket is not None:
            self._events.follow(self._client.ticket, max(self._shown, default=0))

    def _stop_following(self) -> None:
        if self._events is not None:
            self._events.close()
            self._events = None

    def _on_event(self, kind: str, data: dict[str, Any]) -> None:
        """Show what came unasked, above the line that is being typed."""
        with self._screen_in_use:
            if not self._is_news(kind, data):
                return
            with self._screen.above_the_prompt():
                self._show_event(kind, data)

    def _is_news(self, kind: str, data: dict[str, Any]) -> bool:
        if self._events is None:
            return False
        if kind != "message":
            return True
        if data["role"] == "visitor":
            return data["turn_id"] not in self._own_turns
        return data["sequence"] not in self._shown

    def _show_event(self, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "message":
                self._show_message(data)
                self._suggest(data["suggestions"])
            case "speaker" if data["speaker"] == "person":
                self._screen.note(f"{data['name'] or 'A person'} writes to you now.")
            case "speaker":
                self._screen.note("The assistant answers again.")
            case "booking" if data["status"] == "booked":
                at = f": {data['starts_at']}" if data["starts_at"] else ""
                self._screen.note(f"Your demo is booked{at}.")
            case "booking":
                self._screen.note("Your demo was canceled.")
            case "erased":
                self._forget("Everything said in this conversation was deleted.")

    def _show_message(self, message: dict[str, Any]) -> None:
        if message["role"] == "visitor":
            self._own_turns.add(message.get("turn_id") or "")
            self._screen.visitor(message["text"])
            return
        self._shown.add(message.get("sequence") or 0)
        self._screen.reply(message["text"], message.get("written_by", ""))

    def _delete(self) -> None:
        """Delete the conversation, once that is confirmed."""
        if self._client.ticket is None:
            self._screen.note("Nothing was said yet.")
            return
        self._screen.note("Everything said in this conversation will be deleted, also at our side.")
        if self._screen.ask("Type yes to delete it > ") != "yes":
            self._screen.note("Nothing was deleted.")
            return
        try:
            receipt = self._client.delete()
        except (TurnRefused, GatewayUnreachable) as refusal:
            self._screen.warn(str(refusal))
            return
        if receipt is None:
            self._forget("The conversation is being deleted. That takes a moment longer than usual.")
            return
        file = self._ticket_file.with_name("erasure-receipt.txt")
        write_private(file, receipt)
        self._forget(f"Deleted. The signed receipt is in {file}")

    def _export(self) -> None:
        """Save everything that is held of the conversation."""
        if self._client.ticket is None:
            self._screen.note("Nothing was said yet.")
            return
        file = self._ticket_file.with_name(f"conversation-{self._client.ticket.conversation_id}.json")
        try:
            write_private(file, self._client.export())
        except (TurnRefused, GatewayUnreachable) as refusal:
            self._screen.warn(str(refusal))
            return
        self._screen.note(f"Everything that is held of this conversation is in {file}")

    def _help(self) -> None:
        self._screen.note("/export saves what is held of you, /delete deletes it, /quit leaves.\n")

    def _forget(self, why: str) -> None:
        self._stop_following()
        self._client.ticket = None
        self._ticket_file.unlink(missing_ok=True)
        self._shown, self._suggestions = set(), {}
        self._screen.note(f"{why}\n")

    def _show_past(self) -> None:
        try:
            past = self._client.transcript()
        except TurnRefused as refusal:
            self._screen.warn(f"The conversation goes on, its past cannot be shown. {refusal}")
            return
        if past is None:
            self._client.ticket = None
            self._screen.note("Say hello. /quit leaves; the conversation is kept. /help shows more.\n")
            return
        self._screen.note("Going on where you left; `salesbot chat --new` starts over.\n")
        for message in past["messages"]:
            self._show_message(message)
        self._show_link(past.get("proposal_url"))
        self._screen.progress(past["stage"])
        self._suggest(_last_suggestions(past))

    def _show_late_replies(self) -> None:
        """Show replies that arrived after their turn, such as a proposal or a booked demo."""
        with suppress(TurnRefused, GatewayUnreachable):
            transcript = self._client.transcript()
            late = [reply for reply in _replies(transcript) if reply["sequence"] not in self._shown]
            for reply in late:
                self._show_message(reply)
            if transcript and late:
                self._show_link(_shown_in([reply["text"] for reply in late], transcript))
                self._screen.progress(transcript["stage"])
                self._suggest(_last_suggestions(transcript))

    def _send(self, line: str) -> None:
        self._suggestions = {}
        try:
            done = self._stream_reply(line)
        except TurnRefused as refusal:
            self._screen.warn(str(refusal))
            return
        self._shown.add(done["sequence"])
        self._screen.reply(done["response"], done.get("written_by", ""))
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
                        self._own_turns.add(event.data.get("turn_id", ""))
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


_COMMANDS: Final[Mapping[str, Callable[[ChatSession], None]]] = {
    "/delete": ChatSession._delete,
    "/export": ChatSession._export,
    "/help": ChatSession._help,
}


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


def _replies(transcript: dict[str, Any] | None) -> list[dict[str, Any]]:
    messages = transcript["messages"] if transcript else []
    return [message for message in messages if message["role"] == "bot"]


def _shown_in(replies: list[str], transcript: dict[str, Any]) -> str | None:
    """The link of the proposal when one of the replies shows it."""
    proposal, url = transcript.get("proposal"), transcript.get("proposal_url")
    is_shown = proposal is not None and any(proposal["summary"] in text for text in replies)
    return url if is_shown else None
