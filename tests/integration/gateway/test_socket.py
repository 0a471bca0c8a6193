"""A WebSocket on the gateway as a process: limits of the server, what it logs, and how it stops."""

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from devstack.services import ServiceProcess
from tests.integration.gateway.conftest import StartGateway

pytestmark = pytest.mark.slow


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code that the server closes with."""
    async with asyncio.timeout(15):
        while not socket.closed:
            await socket.receive()
    return socket.close_code


async def test_frames_are_bounded_and_clients_are_sent_elsewhere(
    start_gateway: StartGateway,
) -> None:
    gateway: ServiceProcess = start_gateway(SHUTDOWN_TIMEOUT_S="30")
    async with aiohttp.ClientSession(gateway.url, timeout=aiohttp.ClientTimeout(total=30)) as session:
        async with session.ws_connect("/ws") as flooding:
            await flooding.send_str("x" * 70_000)
            assert await closed(flooding) == 1009
        with pytest.raises(aiohttp.WSServerHandshakeError) as denied:
            await session.ws_connect("/ws", headers={"origin": "https://evil.example"})
        assert denied.value.status == 403
        async with session.ws_connect("/ws") as socket:
            assert await told(socket, event="authenticate") == ("ready", None)
            say = {"event": "say", "key": str(uuid4()), "data": {"message": "Hello"}}
            async with asyncio.timeout(15):
                # Sent again under the same key while something is still starting.
                while await told(socket, **say) != ("accepted", say["key"]):
                    pass
            stopping = asyncio.create_task(asyncio.to_thread(gateway.terminate))
            assert await closed(socket) == 1012
        async with asyncio.timeout(15):
            await stopping
    logged = gateway.log.read_text()
    assert not [word for word in ("WebSocket", "handshake", '"level": "error"') if word in logged], logged


async def told(socket: aiohttp.ClientWebSocketResponse, **frame: Any) -> tuple[str, str | None]:
    """Send a frame; event and key of the next one that comes."""
    await socket.send_json(frame)
    answer = await socket.receive_json(timeout=15)
    return answer["event"], answer.get("key")
