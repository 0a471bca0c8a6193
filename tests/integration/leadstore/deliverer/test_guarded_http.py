"""Nothing is sent to an address that is not public, whatever a name resolves to by then."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest

from services.leadstore.deliverer.adapters.guarded_http import GuardedClient, Unanswered, make_client
from tests.support.receiving import Trap
from tests.support.waiting import let_run


def client_of(*addresses: str, ports: Collection[int] = ()) -> GuardedClient:
    async def resolver(host: str, port: int) -> Collection[str]:
        return addresses

    return make_client(laptop_ports=ports, timeout_s=2.0, connections=2, resolver=resolver)


def client_on(port: int) -> GuardedClient:
    return make_client(laptop_ports=(port,), timeout_s=5.0, connections=40)


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    async with Trap() as trap:
        yield trap


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"]])
async def test_a_name_that_leads_here_is_not_connected_to(trap: Trap, addresses: list[str]) -> None:
    async with client_of(*addresses) as client:
        with pytest.raises(Unanswered, match="forbidden address"):
            await client.ask("POST", f"http://hooks.example.com:{trap.port}/", content=b"{}")
    assert trap.calls == 0


async def test_a_name_is_looked_at_anew_for_every_connection(trap: Trap) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])

    async def rebinding(host: str, port: int) -> Collection[str]:
        return next(answers)

    client = make_client(laptop_ports=(trap.port,), timeout_s=2.0, connections=1, resolver=rebinding)
    async with client:
        url = f"http://hooks.example.com:{trap.port}/"
        answer = await client.ask("GET", url, headers={"connection": "close"})
        assert answer.status == 200
        with pytest.raises(Unanswered, match="forbidden address"):
            await client.ask("GET", url)


async def test_a_name_that_is_never_resolved_holds_up_nobody_else(
    trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_over = threading.Event()
    resolved = socket.getaddrinfo

    def slow(host: str, *given: Any, **named: Any) -> Any:
        if host == "slow.example.com":
            is_over.wait(30)
        return resolved("127.0.0.1", *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with client_on(trap.port) as stuck, client_on(trap.port) as other:
        asked = [stuck.ask("GET", f"http://slow.example.com:{trap.port}/") for _ in range(40)]
        waiting = asyncio.gather(*asked, return_exceptions=True)
        await let_run()
        answer = await other.ask("GET", f"http://hooks.example.com:{trap.port}/")
        assert answer.status == 200
        is_over.set()
        await waiting


async def test_a_proxy_of_the_environment_is_not_used(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, trap.url)
    async with client_of("10.0.0.1") as client:
        with pytest.raises(Unanswered, match="forbidden address"):
            await client.ask("POST", "http://hooks.example.com/", content=b"{}")
    assert trap.calls == 0
