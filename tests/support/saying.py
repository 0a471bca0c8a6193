"""A line that is being said while the test does something else."""

import threading
from typing import Any
from uuid import uuid4

from tests.support.product import Visitor


class Saying(threading.Thread):
    """What the visitor sees, and the whole answer in the end."""

    def __init__(self, visitor: Visitor, line: str, *, is_streamed: bool = False) -> None:
        super().__init__(daemon=True)
        self._visitor, self._line, self._is_streamed = visitor, line, is_streamed
        self.answer: dict[str, Any] = {}
        # Every text that stood on the screen at some time.
        self.seen = [""]
        self.start()

    @property
    def shown(self) -> str:
        return self.seen[-1]

    def wait(self) -> str:
        self.join(60)
        assert self.answer, "the turn was not answered"
        return str(self.answer["response"])

    def run(self) -> None:
        if self._is_streamed:
            self._listen()
        else:
            self.answer = self._visitor.say(self._line)
            self.seen.append(self.answer["response"])

    def _listen(self) -> None:
        with self._visitor.stream(self._line, key=str(uuid4())) as events:
            for event in events:
                data = event.json()
                match event.event:
                    case "accepted":
                        self._visitor.note(data)
                    case "replace" | "reset":
                        self.seen.append(data.get("text", ""))
                    case "delta":
                        self.seen.append(self.shown + data["text"])
                    case "done":
                        self.answer = data
