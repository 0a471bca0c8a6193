"""Nothing reaches this machine or its metadata, however their addresses are written, hidden or changed."""

from collections.abc import AsyncIterator, Collection
from typing import Any

import httpcore2
import pytest
from aiohttp import web

from services.leadstore.deliverer.adapters.guarded_http import GuardedClient, Unanswered, make_client
from services.leadstore.deliverer.domain import check_url
from services.leadstore.deliverer.errors import UnfitReceiver
from tests.support.receiving import METADATA, Loopback, Trap

# As resolvers read an IPv4 address: one number, octal, hexadecimal, fewer parts.
HERE = [
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0x7f.1",
    "127.1",
    "127.0.1",
    "0",
    "127.0.0.1.",
    "127.0.0.1",
]
HERE_IN_IPV6 = [
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
    "::",
]
METADATA_NAMES = ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe", "169.254.43518"]
METADATA_NAMES += ["169.16689662", "169.254.169.254.", "169.254.169.254", "\uff11\uff16\uff19.254.169.254"]
METADATA_IN_IPV6 = [
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
]
METADATA_IN_IPV6 += ["2002:a9fe:a9fe::", "::a9fe:a9fe", "fd00:ec2::254", "fe80::a9fe:a9fe"]


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    async with Trap() as trap:
        yield trap


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that somebody begins to connect to; nobody gets further."""
    addresses: list[str] = []

    async def connect_tcp(
        _self: object, host: str, *_given: Any, **_named: Any
    ) -> httpcore2.AsyncNetworkStream:
        addresses.append(host)
        raise httpcore2.ConnectError("nobody is there")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
    return addresses


def a_client(*, ports: Collection[int] = (), **how: Any) -> GuardedClient:
    return make_client(laptop_ports=ports, timeout_s=2.0, connections=1, **how)


def written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@pytest.mark.parametrize("host", [*HERE, *HERE_IN_IPV6])
async def test_no_way_to_write_this_machine_reaches_it(trap: Trap, host: str) -> None:
    async with a_client() as client:
        for scheme in ("http", "https"):
            with pytest.raises(Unanswered):
                await client.ask("POST", f"{scheme}://{written(host)}:{trap.port}/", content=b"{}")
    assert trap.calls == 0


@pytest.mark.parametrize("host", [*METADATA_NAMES, *METADATA_IN_IPV6])
async def test_no_way_to_write_the_metadata_of_a_cloud_is_connected_to(
    connected: list[str], host: str
) -> None:
    async with a_client() as client:
        for port in (80, 443, 8080):
            with pytest.raises(Unanswered):
                await client.ask("POST", f"http://{written(host)}:{port}/latest/meta-data/", content=b"{}")
    assert connected == []


@pytest.mark.parametrize("host", [*METADATA_IN_IPV6, "169.254.169.254", *HERE_IN_IPV6])
def test_an_address_that_is_none_of_the_world_is_not_even_subscribed(host: str) -> None:
    with pytest.raises(UnfitReceiver):
        check_url(f"https://{written(host)}/", ())


async def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(connected: list[str]) -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Collection[str]:
        """Public when it is looked at, and the metadata of a cloud from then on."""
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["169.254.169.254"]

    async with a_client(resolver=rebinding) as client:
        with pytest.raises(Unanswered, match="ConnectError"):
            await client.ask("POST", "https://hooks.example.com/", content=b"{}")
        assert (asked, connected) == (["hooks.example.com"], ["93.184.215.14"])
        with pytest.raises(Unanswered, match="forbidden address"):
            await client.ask("POST", "https://hooks.example.com/", content=b"{}")
    assert connected == ["93.184.215.14"]


async def test_one_forbidden_address_among_public_ones_forbids_all(connected: list[str]) -> None:
    for forbidden in ("169.254.169.254", "64:ff9b::a9fe:a9fe"):

        async def mixed(_host: str, _port: int, forbidden: str = forbidden) -> Collection[str]:
            return ["93.184.215.14", forbidden]

        async with a_client(resolver=mixed) as client:
            with pytest.raises(Unanswered, match="forbidden address"):
                await client.ask("POST", "https://hooks.example.com/", content=b"{}")
    assert connected == []


class Redirecting(Loopback):
    """Sends everybody on, to wherever it is told."""

    target = METADATA
    status = 302

    async def answer(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=self.status, headers={"Location": self.target})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_leads_nowhere(trap: Trap, status: int) -> None:
    async with Redirecting() as receiver:
        receiver.status = status
        for target in (METADATA, trap.url, f"http://[::ffff:127.0.0.1]:{trap.port}/"):
            receiver.target = target
            async with a_client(ports=(receiver.port,)) as client:
                answer = await client.ask("POST", receiver.url, content=b"{}")
            assert (answer.status, answer.is_success) == (status, False)
    assert trap.calls == 0
