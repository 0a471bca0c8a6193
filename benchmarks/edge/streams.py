"""Thousands of idle streams and hundreds of clients that read nothing, while visitors talk."""

import asyncio
import re
import socket
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import psutil

from benchmarks.load import Cell, measure
from benchmarks.stack import Stack, running_stack
from devstack.infra import Infra

# Streams of one conversation; opening one for each stream would be most of the measurement.
_STREAMS_EACH = 20
_TALKS = 4
# The median of so many measurements of each phase: what else the machine does comes and goes.
_ROUNDS = 5
_WARM_UP_TURNS = 200
# So many times the largest file is more than all buffers on the way can hold.
_PIPELINED = 10
_SMALL_BUFFER = 4096
_ENV = {
    "LIMITS_EXEMPT_NETWORKS": '["127.0.0.0/8"]',
    "WRITE_TIMEOUT_S": "10",
}
# By how much the time of other visitors may change.
MOST_SLOWER = 1.2


@dataclass(frozen=True, slots=True)
class Phase:
    """What is connected, what it takes of the gateway, and how long visitors wait meanwhile."""

    name: str
    gateway_mb: float
    open_requests: int
    dropped: int
    p50_ms: float
    p95_ms: float
    failed: int


async def measure_streams(infra: Infra, *, idle: int, slow: int, turns: int) -> list[Phase]:
    """Measure alone, beside idle streams, beside slow readers too, and alone again."""
    async with running_stack(infra, env=_ENV) as stack:
        await measure(stack, conversations=_TALKS, turns=_WARM_UP_TURNS, model_delay_ms=0)
        phases = [await _phase("alone", stack, turns)]
        async with _idle_streams(stack, idle):
            phases.append(await _phase(f"{idle} idle streams", stack, turns))
            async with _slow_readers(stack, slow):
                phases.append(await _phase(f"and {slow} slow readers", stack, turns))
        phases.append(await _phase("alone again", stack, turns))
    return phases


def slower(phases: list[Phase], loaded: int) -> float:
    """How many times as long the slowest visitors wait in a phase as in those with nobody else."""
    alone = (phases[0].p95_ms + phases[-1].p95_ms) / 2
    return round(phases[loaded].p95_ms / alone, 2)


async def _phase(name: str, stack: Stack, turns: int) -> Phase:
    cells: list[Cell] = [
        await measure(stack, conversations=_TALKS, turns=turns // _ROUNDS, model_delay_ms=0)
        for _ in range(_ROUNDS)
    ]
    gateway = stack.services[0]
    metrics = await _metrics(gateway.url)
    return Phase(
        name=name,
        gateway_mb=round(psutil.Process(gateway.pid).memory_info().rss / 2**20, 1),
        open_requests=int(metrics.get("salesbot_open_requests", 0)),
        dropped=int(metrics.get('salesbot_connections_dropped_total{reason="slow-reader"}', 0)),
        p50_ms=statistics.median(cell.p50_ms for cell in cells),
        p95_ms=statistics.median(cell.p95_ms for cell in cells),
        failed=sum(cell.failed for cell in cells),
    )


async def _metrics(url: str) -> dict[str, float]:
    async with aiohttp.ClientSession(url) as http, http.get("/metrics") as response:
        text = await response.text()
    return {name: float(value) for name, value in re.findall(r"^(salesbot_\S+) (\S+)$", text, re.MULTILINE)}


@asynccontextmanager
async def _idle_streams(stack: Stack, count: int) -> AsyncIterator[None]:
    """Holds so many streams of what comes unasked; nothing does."""
    host, port = _address(stack)
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
async def _slow_readers(stack: Stack, count: int) -> AsyncIterator[None]:
    """Holds so many clients that ask for more than they read; whoever is dropped comes again."""
    host, port = _address(stack)
    async with aiohttp.ClientSession(stack.url) as http, http.get("/widget") as response:
        found = re.search(r"panel[^\"'/]*\.js", await response.text())
    assert found is not None, "the page of the panel names its script"
    request = f"GET /widget/{found[0]} HTTP/1.1\r\nhost: edge\r\n\r\n".encode() * _PIPELINED

    async def never_read() -> None:
        loop = asyncio.get_running_loop()
        while True:
            with socket.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
                connection.setblocking(False)  # noqa: FBT003 - takes nothing else
                try:
                    await loop.sock_connect(connection, (host, port))
                    await loop.sock_sendall(connection, request)
                    # Sent now and then until the connection is gone, without reading.
                    while True:
                        await asyncio.sleep(1)
                        await loop.sock_sendall(connection, b"\r\n")
                except OSError:
                    await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as clients:
        tasks = [clients.create_task(never_read()) for _ in range(count)]
        await asyncio.sleep(2)
        yield
        for task in tasks:
            task.cancel()


def _address(stack: Stack) -> tuple[str, int]:
    parts = urlsplit(stack.url)
    assert parts.hostname is not None and parts.port is not None
    return parts.hostname, parts.port
