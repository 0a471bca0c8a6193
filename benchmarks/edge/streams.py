"""Thousands of idle streams and hundreds of clients that read nothing, while visitors talk."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp

from benchmarks.edge.phases import address_of
from benchmarks.edge.unread import clients_that_never_read
from benchmarks.stack import Stack

# Streams of one conversation; opening one for each stream would be most of the measurement.
_STREAMS_EACH = 20
# So many times the largest file is more than all buffers on the way can hold.
_PIPELINED = 10


@asynccontextmanager
async def idle_streams(stack: Stack, count: int) -> AsyncIterator[None]:
    """Holds so many streams of what comes unasked; nothing does."""
    host, port = address_of(stack)
    writers: list[asyncio.StreamWriter] = []
    try:
        for request in await _stream_requests(stack, count):
            reader, writer = await asyncio.open_connection(host, port)
            writers.append(writer)
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 200 " in head, head
        yield
    finally:
        for writer in writers:
            writer.close()


async def _stream_requests(stack: Stack, count: int) -> list[bytes]:
    """A request for each stream, of enough conversations."""
    requests = list[bytes]()
    async with aiohttp.ClientSession(stack.url) as http:
        while len(requests) < count:
            key = {"Idempotency-Key": str(uuid4())}
            async with http.post("/chat", json={"message": "Hello"}, headers=key) as response:
                opened = await response.json()
            request = (
                f"GET /conversation/{opened['conversation_id']}/events HTTP/1.1\r\nhost: edge\r\n"
                f"authorization: Bearer {opened['session_token']}\r\naccept: text/event-stream\r\n\r\n"
            )
            requests += [request.encode()] * min(_STREAMS_EACH, count - len(requests))
    return requests


@asynccontextmanager
async def slow_readers(stack: Stack, count: int) -> AsyncIterator[None]:
    """Holds so many clients that ask for more than they read; whoever is dropped comes again."""
    async with aiohttp.ClientSession(stack.url) as http, http.get("/widget") as response:
        found = re.search(r"panel[^\"'/]*\.js", await response.text())
    assert found is not None, "the page of the panel names its script"
    request = f"GET /widget/{found[0]} HTTP/1.1\r\nhost: edge\r\n\r\n".encode() * _PIPELINED

    async def ask(connection: socket.socket) -> None:
        await asyncio.get_running_loop().sock_sendall(connection, request)

    async with clients_that_never_read(stack, count, ask, sign_of_life=b"\r\n"):
        yield
