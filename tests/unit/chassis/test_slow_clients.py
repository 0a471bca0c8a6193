"""A client that is slow, silent or greedy loses its connection, and no one else notices."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from chassis.http_protocol import ConnectionLimits, limited_protocol
from chassis.http_telemetry import HttpTelemetry
from chassis.open_requests import OpenRequests
from chassis.websocket_protocol import limited_websockets
from tests.support.gateway_app import client_of
from tests.support.sockets import connected
from tests.support.waiting import until

LIMITS = ConnectionLimits(
    request_timeout_s=0.3, write_timeout_s=0.3, max_header_bytes=2_000, max_connections=100
)
GET = b"GET / HTTP/1.1\r\nhost: a\r\n"
POST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n"
PIECE = b"x" * 16_384
# More than the system takes, and less than makes the server wait for its client.
REST = b"x" * 150_000


@dataclass
class App:
    """Says the length of a body; at `/endless` it writes without an end, at `/rest` a long answer.

    A WebSocket at `/endless` does the same, and any other one takes messages from when `gate` is open.
    """

    pieces: int = 0
    ended: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._serve_socket(WebSocket(scope, receive, send))
            self.ended.append(scope["path"])
            return
        response: Response = StreamingResponse(self._without_end())
        if scope["path"] == "/rest":
            response = PlainTextResponse(REST)
        elif scope["path"] != "/endless":
            response = PlainTextResponse(str(len(await Request(scope, receive).body())))
        await response(scope, receive, send)
        self.ended.append(scope["path"])

    async def _serve_socket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            if websocket.url.path == "/endless":
                async for piece in self._without_end():
                    await websocket.send_bytes(piece)
            await self.gate.wait()
            while (await websocket.receive())["type"] != "websocket.disconnect":
                self.pieces += 1

    async def _without_end(self) -> AsyncIterator[bytes]:
        while True:
            self.pieces += 1
            yield PIECE
            await asyncio.sleep(0)


@asynccontextmanager
async def serving(app: App, limits: ConnectionLimits = LIMITS) -> AsyncIterator[int]:
    config = uvicorn.Config(
        HttpTelemetry(app),
        port=0,
        http=limited_protocol(limits),
        lifespan="off",
        log_config=None,
        ws=limited_websockets(limits),
    )
    server = uvicorn.Server(config)
    sock = config.bind_socket()
    serve = asyncio.create_task(server.serve([sock]))
    await until(lambda: server.started)
    try:
        yield sock.getsockname()[1]
    finally:
        server.force_exit = server.should_exit = True
        await serve


async def answer_to(port: int, *parts: bytes) -> bytes:
    """Everything the server says until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), timeout=15)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param((), b"", id="nothing"),
        pytest.param((GET, b"x-slow: "), b"408", id="half of the headers"),
        pytest.param((POST, b"12345"), b"408", id="half of the body"),
        pytest.param((GET, b"a: b\r\n" * 500, b"\r\n"), b"431", id="too many headers"),
        pytest.param((GET, b"a: " + b"b" * 10_000 + b"\r\n\r\n"), b"431", id="a header without an end"),
        pytest.param((b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n\r\n",), b"431", id="too long an address"),
        pytest.param((b"\x16\x03\x01\x02\x00",), b"400", id="no HTTP"),
    ],
)
async def test_who_never_gets_to_the_end_of_a_request_is_refused(sent: tuple[bytes, ...], status: bytes):
    async with serving(App()) as port:
        said = await answer_to(port, *sent)

    assert said[9:12] == status
    assert not status or b"application/problem+json" in said


async def test_a_request_that_comes_in_time_is_answered_also_the_second_of_its_connection():
    async with serving(App()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(POST + b"1234567890")
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(2) == b"10"
        writer.write(GET)
        slow = await asyncio.wait_for(reader.read(), timeout=15)
        writer.close()

    assert slow[9:12] == b"408"


async def test_a_stream_that_nobody_reads_is_dropped_and_takes_no_memory_meanwhile():
    app = App()
    async with serving(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n")
        await until(lambda: app.pieces > 2)
        await until(lambda: "/endless" in app.ended)
        writer.close()

    # The rest is in the buffers of the operating system.
    assert app.pieces * len(PIECE) < 8 * 2**20


async def test_a_client_that_sends_many_requests_at_once_is_dropped_before_they_take_memory():
    async with serving(App()) as port:
        said = await answer_to(port, (GET + b"\r\n") * 1_000)

    assert said.count(b"HTTP/1.1 200") <= 12
    assert b"HTTP/1.1 400" in said or said.count(b"HTTP/1.1") <= 12


async def test_one_connection_too_many_is_refused_and_there_is_room_again_when_one_has_gone():
    async with serving(App(), replace(LIMITS, max_connections=2, request_timeout_s=10)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        refused = await answer_to(port)
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        served = await answer_to(port, GET + b"connection: close\r\n\r\n")

    assert (refused[9:12], served[9:12]) == (b"503", b"200")
    assert b"retry-after" in refused


async def test_one_address_may_have_so_many_requests_open_and_all_together_so_many_more():
    gate, waiting = asyncio.Event(), 0

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal waiting
        waiting += 1
        await gate.wait()
        waiting -= 1
        await PlainTextResponse("done")(scope, receive, send)

    app = OpenRequests(wait, most=3, most_per_client=2, client_of=lambda address: address or None)

    async def ask(address: str, path: str = "/chat") -> int:
        async def from_address(scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope | {"client": (address, 1)}, receive, send)

        async with client_of(from_address) as client:
            return (await client.get(path)).status_code

    held = [asyncio.create_task(ask(address)) for address in ("a", "a", "b")]
    await until(lambda: waiting == 3)
    probe = asyncio.create_task(ask("a", "/livez"))
    await until(lambda: waiting == 4)

    assert (await ask("b"), await ask("c")) == (503, 503)
    gate.set()
    assert await asyncio.gather(*held, probe) == [200] * 4
    gate.clear()
    held = [asyncio.create_task(ask("a")) for _ in range(2)]
    await until(lambda: waiting == 2)
    assert await ask("a") == 429
    gate.set()
    assert await asyncio.gather(*held, ask("b")) == [200] * 3


async def test_a_websocket_too_many_is_told_why_before_it_stands() -> None:
    async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("there is no room for it")

    limited = OpenRequests(never, most=0, most_per_client=1, client_of=lambda address: address)
    async with connected(limited) as socket:
        await until(lambda: socket.denied)
    assert socket.denied is not None
    assert (socket.denied[0], socket.denied[1]["code"]) == (503, "too-many-open-requests")


PING, TEXT, PART = 0x89, 0x81, 0x00


def frame(opcode: int, payload: bytes = b"") -> bytes:
    """A frame of a client, with a mask of zeros."""
    return bytes((opcode, 0x80 | len(payload))) + bytes(4) + payload


async def upgraded(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket on this path, in bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_a_websocket_that_nobody_reads_is_dropped_and_takes_no_memory_meanwhile():
    app = App()
    async with serving(app) as port:
        _, writer = await upgraded(port, "/endless")
        await until(lambda: app.pieces > 2)
        await until(lambda: "/endless" in app.ended)
        writer.close()

    assert app.pieces * len(PIECE) < 8 * 2**20


async def test_the_pings_of_a_client_that_reads_nothing_are_not_answered_for_ever():
    app = App()
    async with serving(app) as port:
        _, writer = await upgraded(port, "/pings")
        app.gate.set()
        # Nobody reads on: the stream of the test would take what comes.
        writer.transport.pause_reading()
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(15):
                while True:
                    writer.write(frame(PING, b"x" * 125) * 100)
                    await writer.drain()
        await until(lambda: app.ended == ["/pings"])


@pytest.mark.parametrize("flood", [frame(TEXT, b"{}") * 1_000, frame(TEXT & 0x7F) + frame(PART) * 5_000])
async def test_a_client_that_sends_many_messages_or_parts_at_once_is_dropped(flood: bytes):
    app = App()
    async with serving(app) as port:
        reader, writer = await upgraded(port, "/flood")
        writer.write(flood)
        said = await asyncio.wait_for(reader.read(), timeout=15)
        app.gate.set()
        await until(lambda: app.ended == ["/flood"])
        writer.close()

    # A close frame with 1008: the client did what no client should.
    assert said[2:4] == (1008).to_bytes(2, "big")
    assert app.pieces == 0


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system has no such time-out")
async def test_a_closed_connection_whose_rest_nobody_reads_makes_room():
    async with serving(App(), replace(LIMITS, max_connections=1)) as port:
        with socket.socket() as never_read:
            never_read.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            never_read.connect(("127.0.0.1", port))
            never_read.sendall(b"GET /rest HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            async with asyncio.timeout(15):
                while (await answer_to(port, GET + b"connection: close\r\n\r\n"))[9:12] != b"200":
                    pass
