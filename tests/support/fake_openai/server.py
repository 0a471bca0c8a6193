"""The server: records requests, streams answers, holds and misbehaves as told."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

import jsonschema
import orjson
from aiohttp import web

from tests.support.fake_openai.answers import Json, Responder, plausible_answer, requested_schema
from tests.support.fake_openai.faults import BREAKS_THE_STREAM, Fault, FaultKind
from tests.support.fake_openai.shapes import StreamShape
from tests.support.fake_openai.wire import Wire, error_json, usage_of, whole_completion

PING_S = 0.02
REFUSAL = "I am sorry, I cannot help with that."


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it arrived; `received_at_s` is read from the monotonic clock."""

    body: Json
    headers: Mapping[str, str]
    received_at_s: float
    client_port: int


@dataclass(slots=True)
class Hold:
    """Stops one stream after `after_chunks` content chunks until `release` is called, from any thread."""

    after_chunks: int
    loop: asyncio.AbstractEventLoop
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_reached(self) -> bool:
        return self.reached.is_set()

    def release(self) -> None:
        self.loop.call_soon_threadsafe(self._released.set)

    async def wait(self) -> None:
        """Tell the test that the chunks are sent, then wait for its release."""
        self.reached.set()
        await self._released.wait()


class FakeOpenAI:
    """A loopback server; `base_url` is known once it is entered."""

    def __init__(
        self,
        *,
        delay_s: float = 0.0,
        chunks: int = 22,
        responder: Responder = plausible_answer,
        port: int = 0,
        checks_schema: bool = True,
        usage: Json | None = None,
    ) -> None:
        """`delay_s` is the whole streaming time of all `chunks`; `port` 0 takes a free one."""
        self.requests: deque[RecordedRequest] = deque(maxlen=10_000)
        self.base_url = ""
        self._delay_s = delay_s
        self._chunks = chunks
        self.responder = responder
        self._port = port
        self._usage = usage
        self._checks_schema = checks_schema
        self.models: list[Json] = [{"id": "gpt-4o", "object": "model", "created": 0, "owned_by": "fake"}]
        self.refuses: Callable[[Json], Fault | None] = lambda _: None
        self._faults: deque[Fault | StreamShape] = deque()
        self._holds: deque[Hold] = deque()
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list_models)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)

    def next(self, *faults: Fault | StreamShape) -> None:
        """Answer the next requests with these faults or in these shapes, one each; those after them well."""
        self._faults.extend(faults)

    def hold_after(self, chunks: int) -> Hold:
        """Pause the next stream once that many content chunks are sent."""
        self._holds.append(Hold(chunks, self._loop))
        return self._holds[-1]

    @contextmanager
    def answering_by(self, responder: Responder) -> Iterator[None]:
        usual, self.responder = self.responder, responder
        try:
            yield
        finally:
            self.responder = usual

    def env(self) -> dict[str, str]:
        """What services are started with that are to ask it."""
        return {"OPENAI_API_KEY": "of-a-fake", "OPENAI_BASE_URL": self.base_url}

    def asked_for(self, field: str) -> list[Json]:
        """The requests for answers with this field: a `reply`, `verdicts` on sentences, or `lines`."""
        bodies = [request.body for request in list(self.requests)]
        return [body for body in bodies if field in (requested_schema(body) or {}).get("properties", {})]

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _list_models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": self.models})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body: Json = orjson.loads(await request.read())
        self._record(request, body)
        fault = self._next_fault(request) or self.refuses(body)
        if isinstance(fault, StreamShape):
            return await self._send_shape(request, body, fault)
        match fault:
            case Fault(kind=FaultKind.STATUS, body=str() as text):
                return web.Response(text=text, status=fault.status)
            case Fault(kind=FaultKind.STATUS):
                error = error_json(fault) if fault.body is None else fault.body
                return web.json_response(error, status=fault.status, headers=fault.headers)
            case Fault(kind=FaultKind.HANG):
                await asyncio.Event().wait()
            case Fault(kind=FaultKind.DROP):
                _break_connection(request)
                return web.Response(status=503)
        if body.get("stream"):
            return await self._stream(request, body, fault)
        return await self._answer_whole(body, fault)

    def _record(self, request: web.Request, body: Json) -> None:
        assert request.transport is not None, "a request that is being handled has a connection"
        port: int = request.transport.get_extra_info("peername")[1]
        self.requests.append(RecordedRequest(body, dict(request.headers), time.monotonic(), port))

    def _next_fault(self, request: web.Request) -> Fault | StreamShape | None:
        if self._faults:
            return self._faults.popleft()
        return None if request.headers.get("Authorization", "").startswith("Bearer ") else Fault.auth_error()

    async def _answer_whole(self, body: Json, fault: Fault | None) -> web.Response:
        output = self._output(body, fault)
        await asyncio.sleep(self._delay_s)
        message = {"refusal" if _is(fault, FaultKind.REFUSAL) else "content": output}
        finish_reason = "length" if _is(fault, FaultKind.TRUNCATED) else "stop"
        return web.json_response(whole_completion(body, message, finish_reason, usage_of(body, output)))

    async def _stream(self, request: web.Request, body: Json, fault: Fault | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        output, wire = self._output(body, fault), Wire(body, counts_tokens=True)
        render = wire.refusal if _is(fault, FaultKind.REFUSAL) else wire.content
        pieces = split_evenly(output, self._chunks)
        breaks_after = (
            fault.after_chunks if fault is not None and fault.kind in BREAKS_THE_STREAM else len(pieces)
        )
        await response.write(wire.role())
        async for piece in self._paced(pieces[:breaks_after], self._delay_s / len(pieces)):
            await response.write(render(piece))
        if _is(fault, FaultKind.CUT):
            _break_connection(request)
        elif _is(fault, FaultKind.STREAM_ERROR):
            await response.write(wire.error())
        elif not _is(fault, FaultKind.UNFINISHED):
            finish_reason = "length" if _is(fault, FaultKind.TRUNCATED) else "stop"
            await response.write(wire.finish(finish_reason, self._usage or usage_of(body, output)))
        return response

    async def _send_shape(self, request: web.Request, body: Json, shape: StreamShape) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": shape.content_type})
        await response.prepare(request)
        for piece in shape.pieces(self._output(body, None)):
            await response.write(piece)
        match shape.end:
            case "abort":
                # What is written is sent first: only the end of the body is missing.
                await asyncio.sleep(PING_S)
                _break_connection(request)
            case "open":
                await asyncio.Event().wait()
            case "pings":
                while True:
                    await asyncio.sleep(PING_S)
                    await response.write(b": ping\n\n")
        return response

    async def _paced(self, pieces: list[str], pause_s: float) -> AsyncIterator[str]:
        """Yield the pieces at the server's pace, stopping where a hold says so."""
        hold = self._holds.popleft() if self._holds else None
        now = asyncio.get_running_loop().time
        started_at = now()
        for sent, piece in enumerate(pieces):
            if hold is not None and sent == hold.after_chunks:
                await hold.wait()
            if pause_s:
                await asyncio.sleep(started_at + pause_s * (sent + 1) - now())
            yield piece

    def _output(self, body: Json, fault: Fault | None) -> str:
        if _is(fault, FaultKind.REFUSAL):
            return REFUSAL
        if _is(fault, FaultKind.WRONG_SCHEMA):
            return '{"unexpected": "shape"}'
        answer = self.responder(body)
        if self._checks_schema and (schema := requested_schema(body)) is not None:
            jsonschema.validate(answer, schema)
        output = orjson.dumps(answer).decode()
        return f"{output[:-1]},," if _is(fault, FaultKind.INVALID_JSON) else output


def split_evenly(text: str, pieces: int) -> list[str]:
    """Cut a text into that many pieces of about one length; fewer if it is that short."""
    count = min(pieces, len(text))
    return [text[len(text) * n // count : len(text) * (n + 1) // count] for n in range(count)]


def _is(fault: Fault | None, kind: FaultKind) -> bool:
    return fault is not None and fault.kind is kind


def _break_connection(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
