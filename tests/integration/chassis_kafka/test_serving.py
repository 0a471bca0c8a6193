"""A service as a process: it answers while it starts, and ends what it has begun."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

import httpx2
import pytest

from devstack.ports import LOOPBACK, accepts, free_port
from tests.support.infrastructure import Infrastructure
from tests.support.kafka_stage import Stage
from tests.support.served import BEGUN, ENDED
from tests.support.waiting import until


class Served:
    def __init__(self, topic: str, condition: str, env: Mapping[str, str]) -> None:
        port, command = free_port(), [sys.executable, "-m", "tests.support.served", topic, condition]
        self.process = subprocess.Popen(command, env={**os.environ, **env, "HTTP_PORT": str(port)})
        self.http = httpx2.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=10.0)

    async def until_ready(self) -> None:
        deadline = time.monotonic() + 15.0
        while time.monotonic() < deadline:
            with suppress(httpx2.TransportError):
                if (await self.http.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
        pytest.fail("it was not ready in time")

    async def until_exit(self) -> int:
        await until(lambda: self.process.poll() is not None)
        return self.process.returncode


Serve = Callable[..., Served]


@pytest.fixture
async def serve(stage: Stage, infra: Infrastructure) -> AsyncIterator[Serve]:
    started: list[Served] = []

    def start(condition: str = "fine", **env: str) -> Served:
        # The embedded broker lets a group's first member wait for half a session.
        shortly = {"KAFKA_SESSION_TIMEOUT_MS": str(stage.settings.kafka_session_timeout_ms)}
        started.append(Served(stage.topic, condition, infra.service_env() | shortly | env))
        return started[-1]

    yield start
    for served in started:
        served.process.kill()
        served.process.wait()
        await served.http.aclose()


async def test_a_service_that_is_told_to_stop_ends_what_it_has_begun(serve: Serve) -> None:
    served = serve()
    await served.until_ready()
    async with served.http.stream("GET", "/work") as response:
        pieces = response.aiter_raw()
        assert await anext(pieces) == BEGUN
        served.process.send_signal(signal.SIGTERM)
        rest = [piece async for piece in pieces]
    assert rest == [ENDED]
    assert await served.until_exit() == -signal.SIGTERM


@pytest.mark.parametrize("condition", ["deaf", "mute"])
async def test_a_service_whose_kafka_client_has_lost_a_task_ends(serve: Serve, condition: str) -> None:
    served = serve(condition)
    # A probe is asked now and then wherever a service runs.
    while served.process.poll() is None:
        with suppress(httpx2.TransportError):
            await served.http.get("/readyz")
        await asyncio.sleep(0.05)
    assert await served.until_exit() == 1


async def test_operators_have_a_port_that_visitors_do_not_reach(serve: Serve) -> None:
    ops_port = free_port()
    served = serve(OPS_PORT=str(ops_port))
    await served.until_ready()

    async with httpx2.AsyncClient(base_url=f"http://{LOOPBACK}:{ops_port}", timeout=10.0) as operator:
        for path in ("/metrics", "/docs", "/redoc", "/openapi.json"):
            assert (await served.http.get(path)).status_code == 404
        for path in ("/metrics", "/docs", "/redoc", "/openapi.json", "/livez", "/readyz", "/health"):
            assert (await operator.get(path)).status_code == 200
        assert (await operator.get("/work")).status_code == 404
        assert "# HELP salesbot_http_request_duration_seconds" in (await operator.get("/metrics")).text
        assert "/work" in (await operator.get("/openapi.json")).json()["paths"]
    served.process.send_signal(signal.SIGINT)
    assert await served.until_exit() in {0, -signal.SIGINT}
    assert not accepts(ops_port)


@pytest.mark.parametrize("condition", ["broken", "fine"])
async def test_a_service_that_cannot_start_or_have_its_port_fails(serve: Serve, condition: str) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        env = {"OPS_PORT": str(taken.getsockname()[1])} if condition == "fine" else {}
        assert await serve(condition, **env).until_exit() == 1
