"""An HTTP client that connects to public addresses alone, whatever a name resolves to or a redirect says.

The address is checked at the moment it is connected to: what a name resolved to before says nothing. A
redirect is not followed, a proxy of the environment not used, and of an answer little is read.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final

import httpcore2
import httpx2

from chassis.clock import utc_now
from services.leadstore.deliverer.domain import may_connect

Resolver = Callable[[str, int], Awaitable[Collection[str]]]
_MOST_READ_BYTES: Final = 64 * 1024
_LONGEST_WISH_S: Final = 24 * 3600.0


class ForbiddenAddress(httpcore2.ConnectError):
    """The name leads to an address that is not public."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; of a long body the beginning."""

    status: int
    body: bytes
    retry_after_s: float | None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Unanswered(Exception):
    """No answer came; `reason` says why in a few words, without data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OwnThreads:
    """Resolves names in threads of its own: one that is never resolved holds up nobody else's.

    A lookup that is given up goes on in its thread, and the threads of the process are few.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Collection[str]:
        """Every address of a name."""
        lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, lookup)
        return dict.fromkeys(str(address[0]) for *_, address in found)

    def close(self) -> None:
        """Wait for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves a name, refuses it unless every address is public, and connects to one of those addresses."""

    def __init__(self, laptop_ports: Collection[int], resolver: Resolver) -> None:
        self._laptop_ports = laptop_ports
        self._resolver = resolver
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(  # noqa: PLR0917 - as the base has it
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolver(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("the name was not resolved in time") from error
        except OSError as error:
            raise httpcore2.ConnectError("the name is not known") from error
        if not addresses or not all(may_connect(each, port, self._laptop_ports) for each in addresses):
            raise ForbiddenAddress("not a public address")
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError("no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=backend,
        )


class GuardedClient:
    """Asks one receiver. Use it as a context manager."""

    def __init__(self, http: httpx2.AsyncClient, threads: OwnThreads) -> None:
        self._http = http
        self._threads = threads

    async def __aenter__(self) -> "GuardedClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        self._threads.close()

    async def ask(
        self, method: str, url: str, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request.

        Raises:
            Unanswered: no connection, a forbidden address, or no answer in time.
        """
        try:
            async with self._http.stream(method, url, content=content, headers=headers) as response:
                body = await _beginning(response)
                return Answer(response.status_code, body, _retry_after_s(response))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            if _is_forbidden(error):
                raise Unanswered("forbidden address") from error
            raise Unanswered(type(error).__name__) from error


def make_client(
    *, laptop_ports: Collection[int], timeout_s: float, connections: int, resolver: Resolver | None = None
) -> GuardedClient:
    """A client with connections of its own."""
    threads = OwnThreads()
    transport = _GuardedTransport(GuardedBackend(laptop_ports, resolver or threads), connections)
    return GuardedClient(
        httpx2.AsyncClient(
            transport=transport,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "salesbot-deliverer/1"},
        ),
        threads,
    )


async def _beginning(response: httpx2.Response) -> bytes:
    read = b""
    async for part in response.aiter_raw():
        read += part
        if len(read) >= _MOST_READ_BYTES:
            break
    return read[:_MOST_READ_BYTES]


def _is_forbidden(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ForbiddenAddress):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after_s(response: httpx2.Response) -> float | None:
    """For how long the receiver wants to be left alone: seconds, or until a date."""
    wish = response.headers.get("Retry-After", "").strip()
    if not wish:
        return None
    if wish.isdecimal():
        return min(float(wish), _LONGEST_WISH_S)
    try:
        until = parsedate_to_datetime(wish)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max(0.0, (until - utc_now()).total_seconds()), _LONGEST_WISH_S)
