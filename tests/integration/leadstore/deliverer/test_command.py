"""`salesbot webhooks` manages what the deliverer serves, and tells a refusal in one line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from chassis.clock import utc_now
from chassis.problems import install_problem_handlers
from devstack.cli import app as command
from services.leadstore.deliverer.api import make_router
from tests.support.delivering import Delivering
from tests.support.waiting import until


@pytest.fixture
async def deliverer(engine: AsyncEngine) -> AsyncIterator[str]:
    delivering, app = Delivering(engine), FastAPI()
    ports = (delivering.subscriptions, delivering.deliveries, delivering.dispatcher.refresh)
    app.include_router(make_router(*ports, clock=utc_now, laptop_ports=()))
    install_problem_handlers(app)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await serving


async def test_subscriptions_are_managed_from_the_terminal(deliverer: str) -> None:
    async def said(*words: str) -> tuple[int, str]:
        given = ["webhooks", *words, "--deliverer", deliverer]
        result = await asyncio.to_thread(CliRunner().invoke, command, given)
        return result.exit_code, result.output

    code, added = await said("add", "sales", "https://hooks.example.com/leads")
    assert code == 0
    assert "whsec_" in added
    code, listed = await said("list")
    assert "hooks.example.com" in listed
    assert "whsec_" not in listed
    assert (await said("pause", "sales"))[0] == 0
    assert "an operator paused it" in (await said("list"))[1]
    assert (await said("resume", "sales"))[0] == 0
    assert "whsec_" in (await said("rotate", "sales"))[1]
    assert await said("deliveries", "sales", "--status", "dead") == (0, "")
    assert await said("replay", "sales", "--all") == (0, "0 are due again\n")
    refusals = [
        await said("add", "sales", "https://hooks.example.com/leads"),
        await said("add", "inside", "http://169.254.169.254/"),
        await said("pause", "nobody"),
    ]
    assert [code for code, _ in refusals] == [1, 1, 1]
    assert [text.count("\n") for _, text in refusals] == [1, 1, 1]
    assert (await said("remove", "sales", "--yes"))[0] == 0
