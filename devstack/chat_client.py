"""The gateway as a terminal client sees it: says a line, hears the reply, survives a broken connection."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from devstack.errors import GatewayUnreachable, TurnRefused

_TRIES = 5
_PAUSE_S = 1.0
_SILENCE_S = 45.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a visitor needs to go on with a conversation."""

    conversation_id: str
    session_token: str

    def save(self, path: Path) -> None:
        """Keep it for the next time; readable by its owner only."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def load(path: Path) -> "Ticket | None":
        """The ticket of last time, None when there is none that can be read."""
        try:
            return Ticket(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a reply: accepted, delta, replace, reset, done."""

    kind: str
    data: dict[str, Any]


class ChatClient:
    """Talks to one gateway. A line is said once, however often the connection breaks."""

    def __init__(self, url: str, ticket: Ticket | None = None) -> None:
        self._http = httpx2.Client(base_url=url, timeout=httpx2.Timeout(10.0, read=_SILENCE_S))
        self._url = url
        self.ticket = ticket

    def say(self, message: str) -> Iterator[Heard]:
        """Send a line and yield what is heard until the reply is complete.

        Raises:
            TurnRefused: the gateway does not take the line; the message says why.
            GatewayUnreachable: nobody answers, also after several tries.
        """
        key, last_id = str(uuid4()), ""
        for attempt in range(1, _TRIES + 1):
            try:
                for event in self._stream(message, key, last_id):
                    last_id = event.id or last_id
                    heard = Heard(event.event, json.loads(event.data))
                    yield heard
                    if heard.kind in {"done", "error"}:
                        return
            except httpx2.TransportError as error:
                if attempt == _TRIES:
                    raise GatewayUnreachable(f"no answer from {self._url}; is `make run` running?") from error
            time.sleep(_PAUSE_S)
        raise GatewayUnreachable(f"{self._url} broke off the reply {_TRIES} times")

    def transcript(self) -> dict[str, Any] | None:
        """The conversation so far, None when it is not known (any more)."""
        if self.ticket is None:
            return None
        try:
            response = self._http.get(
                f"/conversation/{self.ticket.conversation_id}", headers=self._credentials()
            )
        except httpx2.TransportError as error:
            raise GatewayUnreachable(f"no answer from {self._url}; is `make run` running?") from error
        found: dict[str, Any] | None = response.json() if response.status_code == 200 else None
        return found

    def _stream(self, message: str, key: str, last_id: str) -> Iterator[httpx2.ServerSentEvent]:
        headers = {"Accept": "text/event-stream", "Idempotency-Key": key, **self._credentials()}
        if last_id:
            headers["Last-Event-ID"] = last_id
        body = {"message": message, "source": "cli"}
        if self.ticket is not None:
            body["conversation_id"] = self.ticket.conversation_id
        with self._http.stream("POST", "/chat", json=body, headers=headers) as response:
            if response.status_code == 503:
                raise httpx2.TransportError("the gateway is starting")
            if response.is_error:
                response.read()
                raise TurnRefused(_why(response))
            for event in httpx2.EventSource(response):
                if event.event == "accepted":
                    self._note_ticket(json.loads(event.data))
                yield event

    def _note_ticket(self, accepted: dict[str, str]) -> None:
        self.ticket = Ticket(accepted["conversation_id"], accepted["session_token"])

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ticket.session_token}"} if self.ticket else {}


def _why(response: httpx2.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"the gateway answered {response.status_code}"
    return f"{problem.get('title', response.status_code)}: {problem.get('detail', '')}".rstrip(": ")
