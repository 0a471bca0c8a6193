"""A terminal client of the gateway: sends a line and reads the reply, also over a broken connection."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from devstack.errors import GatewayUnreachable, TurnRefused

# Long enough together for a gateway that is started again.
_PAUSES_S = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 5.0)
_READ_TIMEOUT_S = 45.0
_POLL_INTERVAL_S = 1.0
_MAX_READS = 60
_RETRIED_STATUSES = frozenset({429, 500, 503, 504})
_UNKNOWN_CONVERSATION = frozenset({401, 403, 404, 410})


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a visitor needs to go on with a conversation."""

    conversation_id: str
    session_token: str

    def save(self, path: Path) -> None:
        """Save it for the next run; readable by its owner only."""
        write_private(path, json.dumps(asdict(self)))

    @staticmethod
    def load(path: Path) -> "Ticket | None":
        """The ticket of the last run, None when there is none that can be read."""
        try:
            return Ticket(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class ReplyEvent:
    """One event of a reply: accepted, delta, replace, reset, done, error; `waiting` for a connection."""

    kind: str
    data: dict[str, Any]


class ChatClient:
    """Talks to one gateway. A line is sent once, however often the connection breaks."""

    def __init__(
        self,
        url: str,
        ticket: Ticket | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        timeout = httpx2.Timeout(10.0, read=_READ_TIMEOUT_S)
        self._http = httpx2.Client(base_url=url, timeout=timeout, transport=transport)
        self._url = url
        self._pause = pause
        self.ticket = ticket

    def check_reachable(self) -> None:
        """Find out whether somebody is there.

        Raises:
            GatewayUnreachable: nobody answers.
        """
        self._get("/livez")

    def send(self, message: str) -> Iterator[ReplyEvent]:
        """Send a line and yield the events until the reply is complete.

        Raises:
            TurnRefused: the gateway does not take the line; the message says why.
            GatewayUnreachable: nobody answers, also after several tries.
        """
        key, last_id = str(uuid4()), ""
        for pause_s in (*_PAUSES_S, None):
            try:
                for event in self._stream(message, key, last_id):
                    last_id = event.id or last_id
                    yield ReplyEvent(event.event, json.loads(event.data))
            except httpx2.TransportError as error:
                if pause_s is None:
                    raise self._unreachable() from error
            else:
                return
            yield ReplyEvent("waiting", {})
            self._pause(pause_s)

    def transcript(self) -> dict[str, Any] | None:
        """The conversation so far, None when it is not known (any more).

        Raises:
            TurnRefused: it is known and cannot be read now.
            GatewayUnreachable: nobody answers.
        """
        if self.ticket is None:
            return None
        response = self._get(f"/conversation/{self.ticket.conversation_id}")
        if response.status_code in _UNKNOWN_CONVERSATION:
            return None
        if response.is_error:
            raise TurnRefused(_why(response))
        found: dict[str, Any] = response.json()
        return found

    def delete(self) -> str | None:
        """Have the conversation deleted; the signed receipt, None when it is not done yet.

        Raises:
            TurnRefused: the gateway does not; the message says why.
            GatewayUnreachable: nobody answers.
        """
        assert self.ticket is not None
        response = self._get(f"/conversation/{self.ticket.conversation_id}", method="DELETE")
        if response.is_error:
            raise TurnRefused(_why(response))
        receipt: str | None = response.json().get("receipt")
        return receipt

    def export(self) -> str:
        """Everything that is held of the conversation. Raises like `delete`."""
        assert self.ticket is not None
        response = self._get(f"/conversation/{self.ticket.conversation_id}/export")
        if response.is_error:
            raise TurnRefused(_why(response))
        return response.text

    def _get(self, path: str, method: str = "GET") -> httpx2.Response:
        try:
            return self._http.request(method, path, headers=self._credentials())
        except httpx2.TransportError as error:
            raise self._unreachable() from error

    def _stream(self, message: str, key: str, last_id: str) -> Iterator[httpx2.ServerSentEvent]:
        """One attempt; returns behind the event that ends the reply."""
        headers = {"Accept": "text/event-stream", "Idempotency-Key": key, **self._credentials()}
        if last_id:
            headers["Last-Event-ID"] = last_id
        body = {"message": message, "source": "cli"}
        if self.ticket is not None:
            body["conversation_id"] = self.ticket.conversation_id
        with self._http.stream("POST", "/chat", json=body, headers=headers) as response:
            if response.status_code in _RETRIED_STATUSES:
                raise httpx2.TransportError(f"the gateway answered {response.status_code}")
            if response.is_error:
                response.read()
                raise TurnRefused(_why(response))
            if response.status_code == httpx2.codes.ACCEPTED:
                yield self._read_later(json.loads(response.read()))
                return
            for event in httpx2.EventSource(response):
                if event.event == "accepted":
                    self._note_ticket(json.loads(event.data))
                yield event
                if event.event in {"done", "error"}:
                    return
        raise httpx2.RemoteProtocolError("the reply broke off")

    def _read_later(self, accepted: dict[str, str]) -> httpx2.ServerSentEvent:
        """The reply where it cannot be followed: from the transcript, once it is there."""
        self._note_ticket(accepted)
        for _ in range(_MAX_READS):
            self._pause(_POLL_INTERVAL_S)
            transcript = self.transcript() or {"messages": []}
            for message in transcript["messages"]:
                if message["role"] == "bot" and message["turn_id"] == accepted["turn_id"]:
                    done = {
                        "response": message["text"],
                        "stage": transcript["stage"],
                        "sequence": message["sequence"],
                        "written_by": message["written_by"],
                        "suggestions": message.get("suggestions", []),
                    }
                    proposal = transcript.get("proposal")
                    if proposal and proposal["summary"] in message["text"]:
                        done["proposal_url"] = transcript["proposal_url"]
                    return httpx2.ServerSentEvent(event="done", data=json.dumps(done))
        raise TurnRefused("The reply takes longer than usual; it follows.")

    def _note_ticket(self, accepted: dict[str, str]) -> None:
        self.ticket = Ticket(accepted["conversation_id"], accepted["session_token"])

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ticket.session_token}"} if self.ticket else {}

    def _unreachable(self) -> GatewayUnreachable:
        return GatewayUnreachable(f"no answer from {self._url}; is `make run` running?")


def _why(response: httpx2.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"the gateway answered {response.status_code}"
    return f"{problem.get('title', response.status_code)}: {problem.get('detail', '')}".rstrip(": ")
