"""Counting requests by who sends them, and telling callers in headers what is left.

Headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from uuid import UUID

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from services.gateway.api.credentials import credentials_of
from services.gateway.domain import (
    AccessControl,
    Caller,
    Limits,
    Network,
    Quota,
    Sites,
    Standing,
    is_within,
    network_of,
)
from services.gateway.ports import Ports
from services.gateway.usecases import count_request, refuse_exceeded

_STATE = "standings"

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RequestCounter:
    """Counts requests in the limits of whoever sends them.

    Every method raises SiteUnknown, and those that count raise RateLimited.
    """

    ports: Ports
    access_control: AccessControl
    sites: Sites
    limits: Limits
    exempt: Sequence[Network] = ()
    """Networks whose requests are not counted."""
    has_proxies: bool = False
    """A proxy in front says who calls."""

    async def count_opening(self, request: Request) -> Caller:
        """Count the opening of a conversation."""
        caller = await self.caller_of(request)
        await self._count(request, self.limits.of_opening(caller))
        return caller

    async def count_message(self, request: Request, conversation_id: UUID) -> Caller:
        """Count a message in a conversation that exists."""
        caller = await self.caller_of(request)
        await self._count(request, self.limits.of_message(caller, conversation_id))
        return caller

    async def count_read(self, request: Request) -> None:
        """Count any other request; usable as a dependency of a route."""
        await self._count(request, self.limits.of_read(await self.caller_of(request)))

    async def count_sign_in(self, request: Request) -> None:
        """Count an attempt to sign in to the console, by its address alone: a key is what it tries."""
        address = await self._pseudonym_of(request)
        if address is not None:
            await self._count(request, self.limits.of_sign_in(address))

    async def caller_of(self, request: Request) -> Caller:
        """Who is counted for a request: its API key, else its network address and its site."""
        key = self.access_control.voucher(credentials_of(request.headers))
        site = self.sites.find(request.headers.get("x-site-key")).name
        if key is not None:
            return Caller(site=site, key=key.name, key_rates=key.rates)
        return Caller(site=site, address=await self._pseudonym_of(request))

    def client_of(self, address: str) -> str | None:
        """What counts as one client, None for an exempt one."""
        return None if is_within(address, self.exempt) else network_of(address)

    async def _pseudonym_of(self, request: Request) -> str | None:
        """What the address of a request is counted under, None for an exempt one."""
        host = request.client.host if request.client else ""
        if not self.has_proxies and "x-forwarded-for" in request.headers:
            _warn_of_proxy()
        return None if is_within(host, self.exempt) else await self.ports.pseudonyms.of(network_of(host))

    async def _count(self, request: Request, quotas: Sequence[Quota]) -> None:
        standings = await count_request(quotas, self.ports.rate_limiter)
        setattr(request.state, _STATE, standings)
        refuse_exceeded(standings)


@cache
def _warn_of_proxy() -> None:
    logger.warning(
        "forwarded_address_ignored",
        hint="behind a proxy set TRUSTED_PROXIES, otherwise all visitors are counted as one address",
    )


class RateLimitHeaders:
    """ASGI middleware: says in `RateLimit-Policy` and `RateLimit` how the request was counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Shared with whoever counts the request, whatever copies of the scope there are.
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and (standings := state.get(_STATE)):
                MutableHeaders(scope=message).update(_headers(standings))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _headers(standings: Sequence[Standing]) -> dict[str, str]:
    shown = [standing for standing in standings if standing.is_public]
    if not shown:
        return {}
    policies = (f'"{_name(each)}";q={each.rate.amount};w={each.rate.window_s}' for each in shown)
    left = (f'"{_name(each)}";r={each.remaining};t={ceil(each.reset_s)}' for each in shown)
    return {"ratelimit-policy": ", ".join(policies), "ratelimit": ", ".join(left)}


def _name(standing: Standing) -> str:
    """The rates of one quota need names of their own."""
    return f"{standing.policy}-{standing.rate.window_s}s"
