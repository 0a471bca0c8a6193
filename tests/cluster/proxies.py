"""What a Service is in a cluster: one address for all ready pods of a workload."""

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from devstack.ports import LOOPBACK, free_port

_CHUNK = 64 * 1024
_WAIT_S = 10.0

ResultT = TypeVar("ResultT")


class Proxies:
    """TCP listeners by name, each of which passes a connection on to one of its endpoints in turn."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._endpoints: dict[str, tuple[int, ...]] = {}
        self._ports: dict[str, int] = {}
        self._turn = itertools.count()
        self._thread.start()

    def port_of(self, name: str) -> int:
        """Where `name` is listened for; from the first time it is asked for."""
        if name not in self._ports:
            self._ports[name] = free_port()
            self._call(asyncio.start_server(self._serve(name), LOOPBACK, self._ports[name], backlog=1024))
        return self._ports[name]

    def set_endpoints(self, name: str, ports: Sequence[int]) -> None:
        """Where the next connections go."""
        self._endpoints[name] = tuple(ports)

    def stop(self) -> None:
        """Close everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WAIT_S)

    def _call(self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_WAIT_S)

    def _serve(self, name: str) -> Any:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for port in self._in_turn(name):
                with suppress(OSError):
                    upstream = await asyncio.open_connection(LOOPBACK, port)
                    break
            else:
                writer.close()
                return
            await asyncio.gather(_pump(reader, upstream[1]), _pump(upstream[0], writer))

        return serve

    def _in_turn(self, name: str) -> Iterator[int]:
        endpoints = self._endpoints.get(name, ())
        first = next(self._turn)
        return (endpoints[(first + step) % len(endpoints)] for step in range(len(endpoints)))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until one side ends, and then end the other."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@contextmanager
def running_proxies() -> Iterator[Proxies]:
    proxies = Proxies()
    try:
        yield proxies
    finally:
        proxies.stop()
