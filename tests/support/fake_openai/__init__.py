"""An OpenAI-compatible chat server on loopback, for tests and benchmarks.

It speaks the wire protocol of `POST /v1/chat/completions` (streamed and whole) and of `GET /v1/models`,
fills any requested JSON schema, and misbehaves on request:

    async with FakeOpenAI() as server:
        server.next(Fault.rate_limited(retry_after_s=0.2))
        ...  # a client of server.base_url is refused once, then answered

As a process, `python -m tests.support.fake_openai --delay 0.8` prints its base URL and stops on SIGTERM.
"""

from tests.support.fake_openai.answers import Responder, plausible_answer
from tests.support.fake_openai.faults import Fault
from tests.support.fake_openai.server import FakeOpenAI, Hold, RecordedRequest
from tests.support.fake_openai.shapes import StreamShape

__all__ = ["FakeOpenAI", "Fault", "Hold", "RecordedRequest", "Responder", "StreamShape", "plausible_answer"]
