"""Amazon SNS: its certificates, and the confirmation of a subscription."""

import time
from collections.abc import Callable
from typing import Final

import httpx2

from services.gateway.domain import is_of_sns
from services.gateway.errors import SignatureInvalid, SnsUnavailable

_TIMEOUT_S: Final = 5.0
_KEPT_S: Final = 24 * 60 * 60.0
_MOST_KEPT: Final = 20
_LARGEST_BYTES: Final = 64 * 1024


class SnsClient:
    """Implements the port SnsService.

    Nothing but Amazon's hosts is ever asked: an address is checked as a whole, redirects are not followed,
    and TLS proves who answers, whatever a name resolves to.
    """

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._kept: dict[str, tuple[float, bytes]] = {}

    async def certificate(self, url: str) -> bytes:
        read_at_s, certificate = self._kept.get(url, (0.0, b""))
        if certificate and self._clock() - read_at_s < _KEPT_S:
            return certificate
        certificate = await self._get(url)
        if b"BEGIN CERTIFICATE" not in certificate:
            raise SignatureInvalid("The address of the certificate holds none.")
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = (self._clock(), certificate)
        return certificate

    async def confirm(self, url: str) -> None:
        await self._get(url)

    async def _get(self, url: str) -> bytes:
        if not is_of_sns(url):
            raise SignatureInvalid("An address in the message is not one of Amazon SNS.")
        client = httpx2.AsyncClient(
            transport=self._transport, timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False
        )
        try:
            async with client, client.stream("GET", url) as response:
                if response.status_code >= 500 or response.status_code == 429:
                    raise SnsUnavailable(f"Amazon SNS answered {response.status_code}")
                if response.status_code != 200:
                    raise SignatureInvalid("Amazon SNS does not know an address in the message.")
                return await _read(response)
        except httpx2.HTTPError as error:
            raise SnsUnavailable(f"Amazon SNS: {type(error).__name__}") from error


async def _read(response: httpx2.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > _LARGEST_BYTES:
            raise SignatureInvalid("What an address in the message holds is too large.")
    return bytes(content)
