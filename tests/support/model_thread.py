"""The fake model server on a loop of its own, for tests whose own code blocks."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.answers import Responder, requested_schema
from tests.support.fake_openai.server import Hold


@dataclass(frozen=True, slots=True)
class ModelThread:
    """The server, reached from another thread."""

    server: FakeOpenAI
    loop: asyncio.AbstractEventLoop

    @property
    def base_url(self) -> str:
        """Where the OpenAI client is to be pointed."""
        return self.server.base_url

    def env(self, **more: str) -> dict[str, str]:
        """What services are started with that are to ask it; `more` are further settings."""
        return {"OPENAI_API_KEY": "of-a-fake", "OPENAI_BASE_URL": self.base_url, **more}

    @property
    def asked(self) -> int:
        """How many requests came in."""
        return len(self.server.requests)

    @property
    def translations(self) -> list[str]:
        """What was sent with the requests to translate lines of ours."""
        bodies = (request.body for request in self.server.requests)
        return [
            str(body["messages"])
            for body in bodies
            if "lines" in (requested_schema(body) or {}).get("properties", {})
        ]

    @property
    def talked(self) -> int:
        """How many of them were about what a visitor said; the others edit proposals."""
        return self._demanding("reply")

    @property
    def judged(self) -> int:
        """How many of them were about what a sentence says of the company."""
        return self._demanding("verdicts")

    def _demanding(self, field: str) -> int:
        schemas = (requested_schema(request.body) or {} for request in self.server.requests)
        return sum(field in schema.get("properties", {}) for schema in schemas)

    @contextmanager
    def answering_by(self, responder: Responder) -> Iterator[None]:
        """Answer by another rule for a while."""
        usual, self.server.responder = self.server.responder, responder
        try:
            yield
        finally:
            self.server.responder = usual

    def next(self, *faults: Fault) -> None:
        """Answer the next requests with these faults."""
        self.server.next(*faults)

    def hold_after(self, chunks: int) -> "HeldStream":
        """Pause the next stream after that many content chunks."""
        return HeldStream(self.server.hold_after(chunks), self.loop)


@dataclass(frozen=True, slots=True)
class HeldStream:
    """A stream that waits for the test."""

    hold: Hold
    loop: asyncio.AbstractEventLoop

    @property
    def is_reached(self) -> bool:
        """Whether the server has sent what it may send."""
        return self.hold.reached.is_set()

    def release(self) -> None:
        """Let the server send the rest."""
        self.loop.call_soon_threadsafe(self.hold.release)


@contextmanager
def model_thread(server: FakeOpenAI) -> Iterator[ModelThread]:
    """Run the server until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield ModelThread(server, loop)
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
