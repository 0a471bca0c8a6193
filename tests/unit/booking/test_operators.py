"""An operator lists bookings of nobody and says whose they are, from the command line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI
from typer.testing import CliRunner

from chassis.problems import install_problem_handlers
from devstack.cli import app
from devstack.ports import LOOPBACK, free_port
from services.booking.api import make_router
from services.booking.usecases import DemoDependencies
from tests.support.calendly_payloads import EMAIL
from tests.support.waiting import until
from tests.unit.booking.builders import CONVERSATION
from tests.unit.booking.test_demos import STRANGER, following, kinds, told


@asynccontextmanager
async def served(demos: DemoDependencies) -> AsyncIterator[str]:
    """Where booking answers while the block runs."""
    booking, port = FastAPI(), free_port()
    booking.include_router(make_router(demos))
    install_problem_handlers(booking)
    server = uvicorn.Server(uvicorn.Config(booking, host=LOOPBACK, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://{LOOPBACK}:{port}"
    server.should_exit = True
    await serving


async def salesbot(*line: str) -> tuple[int, str]:
    result = await asyncio.to_thread(CliRunner().invoke, app, ["bookings", *line])
    return result.exit_code, result.output


async def test_an_operator_says_whose_a_booking_is(monkeypatch: pytest.MonkeyPatch) -> None:
    store, nowhere = await told(STRANGER.created()), uuid4()
    store.unknown.add(nowhere)
    (booking,) = await store.unmatched(9)
    async with served(following(store)) as url:
        monkeypatch.setenv("BOOKING_URL", url)
        code, listed = await salesbot("unmatched")
        assert (code, str(booking.demo_id) in listed, EMAIL in listed) == (0, True, True)
        code, refused = await salesbot("assign", str(uuid4()), str(CONVERSATION))
        assert (code, "there is no booking" in refused, "404" in refused) == (1, True, True)
        code, refused = await salesbot("assign", str(booking.demo_id), str(nowhere))
        assert (code, "there is no conversation" in refused) == (1, True)
        assert store.events == []

        code, refused = await salesbot("dismiss", str(uuid4()))
        assert (code, "there is no booking" in refused) == (1, True)
        for _ in range(2):
            assert (await salesbot("dismiss", str(booking.demo_id)))[0] == 0
        assert "0 bookings" in (await salesbot("unmatched"))[1]
        assert (await salesbot("assign", str(booking.demo_id), str(CONVERSATION)))[0] == 0
        code, refused = await salesbot("dismiss", str(booking.demo_id))
        assert (code, "belongs to a conversation" in refused) == (1, True)
        assert "0 bookings" in (await salesbot("unmatched"))[1]
        code, refused = await salesbot("assign", str(booking.demo_id), str(uuid4()))
        assert (code, "another conversation" in refused) == (1, True)

    assert len(kinds(store)) == 1
    monkeypatch.setenv("BOOKING_URL", "http://127.0.0.1:9")
    assert "does not answer" in (await salesbot("unmatched"))[1]
