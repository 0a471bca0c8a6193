"""Thousands of idle WebSockets and hundreds whose clients read nothing, while visitors talk."""

import asyncio
import base64
import json
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp

from benchmarks.edge.phases import SMALL_BUFFER
from benchmarks.edge.unread import clients_that_never_read
from benchmarks.stack import Stack

# Sockets of one conversation; opening one for each socket would be most of the measurement.
_SOCKETS_EACH = 20
# A transcript that is a little more than all buffers on the way can hold: a message, and how many of them.
_LONG_MESSAGE = "We take orders by phone all evening. " * 200
_MESSAGES = 36
_TEXT_FRAME, _MASKED = 0x81, 0x80


@asynccontextmanager
async def idle_sockets(stack: Stack, count: int) -> AsyncIterator[None]:
    """Holds so many WebSockets that follow a conversation and answer pings; nothing else happens on them."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(stack.url, connector=connector) as http:
        readers: list[asyncio.Task[None]] = []
        try:
            while len(readers) < count:
                hello = await _authentication(http, "Hello")
                for _ in range(min(_SOCKETS_EACH, count - len(readers))):
                    held = await http.ws_connect("/ws")
                    await held.send_str(hello)
                    # From now on: pings are answered only while somebody reads.
                    readers.append(asyncio.create_task(_read(held)))
            yield
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)


async def _read(held: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in held:
        pass


@asynccontextmanager
async def slow_sockets(stack: Stack, count: int) -> AsyncIterator[None]:
    """Holds so many clients that ask for a long transcript and never read; whoever is dropped comes again."""
    async with aiohttp.ClientSession(stack.url) as http:
        hello = await _authentication(http, _LONG_MESSAGE, times=_MESSAGES)
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = (
        "GET /ws HTTP/1.1\r\nhost: edge\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        f"sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n\r\n"
    ).encode()

    async def ask(connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(connection, handshake)
        # Read once: what is sent before the answer is no frame.
        await loop.sock_recv(connection, SMALL_BUFFER)
        await loop.sock_sendall(connection, _frame(hello))

    async with clients_that_never_read(stack, count, ask, sign_of_life=_PONG):
        yield


async def _authentication(http: aiohttp.ClientSession, message: str, *, times: int = 1) -> str:
    """The first frame of a client that follows a conversation in which this was said so many times."""
    said: dict[str, str] = {}
    headers: dict[str, str] = {}
    for _ in range(times):
        key = {"Idempotency-Key": str(uuid4())}
        async with http.post("/chat", json={"message": message, **said}, headers=headers | key) as response:
            answer = await response.json()
        said = {"conversation_id": answer["conversation_id"]}
        headers = {"Authorization": f"Bearer {answer['session_token']}"}
    data = {**said, "session_token": answer["session_token"]}
    return json.dumps({"event": "authenticate", "data": data})


def _frame(text: str) -> bytes:
    """A frame of a client; the mask is zero, which leaves the text as it is."""
    payload = text.encode()
    return struct.pack("!BBH", _TEXT_FRAME, _MASKED | 126, len(payload)) + bytes(4) + payload


_PONG = struct.pack("!BB", 0x8A, _MASKED) + bytes(4)
