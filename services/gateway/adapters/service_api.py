"""Asks another service over its HTTP API, within the trace of whoever asks."""

from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

import aiohttp
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from yarl import URL

from chassis.errors import TransientError

# Leadstore itself waits up to two seconds for a projection to catch up.
TIMEOUT: Final = aiohttp.ClientTimeout(total=6.0, connect=1.0)
_propagator: Final = TraceContextTextMapPropagator()


class ServiceApi:
    """One service, as `name` in what is said of its faults. Enter it before use; one pool of connections."""

    def __init__(self, name: str, url: str, unavailable: type[TransientError]) -> None:
        self._name = name
        self._url = URL(url)
        self._unavailable = unavailable
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        limit: aiohttp.ClientTimeout = TIMEOUT,
    ) -> tuple[int, bytes]:
        """The status and content of the answer; `body` is JSON.

        Raises:
            TransientError: the `unavailable` of this service, which does not answer.
        """
        assert self._session is not None, "enter the client first"
        headers = {} if body is None else {"content-type": "application/json"}
        _propagator.inject(headers)
        try:
            async with self._session.request(
                method, self._url / path, params=query, headers=headers, data=body, timeout=limit
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unavailable(f"{self._name}: {type(error).__name__}") from error
