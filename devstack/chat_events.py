"""What comes unasked while a person reads or types: read in a thread of its own, shown as it comes."""

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx2

from devstack.chat_client import Ticket

_PAUSE_S = 1.5
# Longer than the gateway is ever silent.
_READ_TIMEOUT_S = 45.0
# The conversation is gone, or the ticket is not good any more.
_FINAL = frozenset({401, 403, 404, 410})

OnEvent = Callable[[str, dict[str, Any]], None]


class ChatEvents:
    """Follows a conversation until it is closed; a broken stream is taken up behind the last message."""

    def __init__(self, url: str, on_event: OnEvent, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._http = httpx2.Client(
            base_url=url, timeout=httpx2.Timeout(10.0, read=_READ_TIMEOUT_S), transport=transport
        )
        self._on_event = on_event
        self._last_id = ""
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, ticket: Ticket, last_sequence: int) -> None:
        """Follow from behind a message on; once is enough, further calls do nothing."""
        if self._thread is None:
            self._last_id = str(last_sequence)
            self._thread = threading.Thread(target=self._run, args=(ticket,), daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Show nothing any more."""
        self._is_closed.set()

    def _run(self, ticket: Ticket) -> None:
        while not self._is_closed.is_set():
            try:
                if not self._read(ticket):
                    return
            except httpx2.TransportError:
                pass
            self._is_closed.wait(_PAUSE_S)

    def _read(self, ticket: Ticket) -> bool:
        """Read one stream to its end; whether it is to be taken up again."""
        headers = {"Authorization": f"Bearer {ticket.session_token}", "Last-Event-ID": self._last_id}
        path = f"/conversation/{ticket.conversation_id}/events"
        with self._http.stream("GET", path, headers=headers) as response:
            if response.is_error:
                return response.status_code not in _FINAL
            for event in httpx2.EventSource(response):
                if self._is_closed.is_set():
                    return False
                self._last_id = event.id or self._last_id
                self._on_event(event.event, json.loads(event.data))
                if event.event == "erased":
                    return False
        return True
