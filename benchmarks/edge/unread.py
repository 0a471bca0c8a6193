"""Clients that ask for much and read nothing of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from benchmarks.edge.phases import SMALL_BUFFER, address_of
from benchmarks.stack import Stack

Ask = Callable[[socket.socket], Awaitable[None]]


@asynccontextmanager
async def clients_that_never_read(
    stack: Stack, count: int, ask: Ask, *, sign_of_life: bytes
) -> AsyncIterator[None]:
    """Holds so many clients, each of which asks once; whoever is dropped comes again.

    The sign of life is sent every second, so that a client notices that it was dropped.
    """
    address = address_of(stack)

    async def never_read() -> None:
        loop = asyncio.get_running_loop()
        while True:
            with socket.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
                connection.setblocking(False)  # noqa: FBT003 - takes nothing else
                try:
                    await loop.sock_connect(connection, address)
                    await ask(connection)
                    while True:
                        await asyncio.sleep(1)
                        await loop.sock_sendall(connection, sign_of_life)
                except OSError:
                    await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as clients:
        tasks = [clients.create_task(never_read()) for _ in range(count)]
        await asyncio.sleep(2)
        yield
        for task in tasks:
            task.cancel()
