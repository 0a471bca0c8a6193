"""A line that is being said while the test does something else."""

import threading
import time
from uuid import uuid4

from tests.support.product import Visitor


class Saying(threading.Thread):
    """What the visitor is shown, the whole reply in the end, and when it was there."""

    def __init__(self, visitor: Visitor, line: str, *, is_streamed: bool = False) -> None:
        super().__init__(daemon=True)
        self._visitor, self._line, self._is_streamed = visitor, line, is_streamed
        self.status = 0
        self.response = self.shown = ""
        self.ended_at = 0.0
        self.is_accepted = threading.Event()
        self.start()

    def wait(self) -> str:
        """The reply."""
        self.join(60)
        assert self.status == 200, "the turn was not answered"
        return self.response

    def run(self) -> None:
        if self._is_streamed:
            self._listen()
        else:
            answer = self._visitor.post(self._line)
            self.status = answer.status_code
            self.response = self.shown = answer.json().get("response", "")
        self.ended_at = time.monotonic()

    def _listen(self) -> None:
        with self._visitor.stream(self._line, key=str(uuid4())) as events:
            for event in events:
                data = event.json()
                if event.event == "accepted":
                    self._visitor.note(data)
                    self.is_accepted.set()
                elif event.event in {"replace", "reset"}:
                    self.shown = data.get("text", "")
                elif event.event == "delta":
                    self.shown += data["text"]
                elif event.event == "done":
                    self.status, self.response = 200, data["response"]
