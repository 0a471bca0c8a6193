"""A network that breaks when a test says so: bytes to and from one port of loopback, until they are cut."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from devstack.ports import LOOPBACK, free_port


class CuttingProxy:
    """Passes connections on to `target_port`; call its methods from any other thread than the loop's."""

    def __init__(self, target_port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.port = free_port()
        self._target_port = target_port
        self._loop = loop
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def cut(self) -> None:
        """Reset every connection and refuse new ones."""
        self._run(self._cut())

    def mend(self) -> None:
        """Accept connections."""
        self._run(self._listen())

    def _run(self, call: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(call, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, LOOPBACK, self.port)

    async def _cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(LOOPBACK, self._target_port)
        self._open |= {writer, back}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, back))
                both.create_task(_pump(there, writer))
        finally:
            self._open -= {writer, back}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextmanager
def running_cutting_proxy(target_port: int) -> Iterator[CuttingProxy]:
    """A proxy that passes everything on, on a loop of its own: a test's own code blocks."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = CuttingProxy(target_port, loop)
    proxy.mend()
    yield proxy
    proxy.cut()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
