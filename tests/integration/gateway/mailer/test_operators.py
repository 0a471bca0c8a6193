"""An operator lists doubtful mails, sends one again, or says that it has arrived, from the command line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from typer.testing import CliRunner

from chassis.problems import install_problem_handlers
from devstack.cli import app
from devstack.ports import LOOPBACK, free_port
from services.gateway.mailer.api.mails import mail_routes
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.mail_office import Office
from tests.support.outgoing_mails import PACE, a_mail
from tests.support.waiting import until


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Where the application answers while the block runs."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://{LOOPBACK}:{port}"
    server.should_exit = True
    await serving


async def test_an_operator_decides_about_doubtful_mails(
    office: Office, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = office.outbox
    await outbox.add([again := a_mail("dana@clinic.example"), arrived := a_mail("lee@clinic.example")])
    for claim in await outbox.claim(2, PACE):
        assert await outbox.hand_over(claim)
    clock.pass_by(minutes=1)
    await outbox.settle_lost()
    mailer = FastAPI()
    mailer.include_router(mail_routes(office.ports))
    install_problem_handlers(mailer)

    async def salesbot(*line: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["mail", *line])
        return result.exit_code, result.output

    async with served(mailer) as url:
        monkeypatch.setenv("MAILER_URL", url)
        code, told = await salesbot("list", "--doubtful")
        assert (code, again.message_id in told, arrived.message_id in told) == (0, True, True)
        assert (await salesbot("resend", str(again.delivery_id)))[0] == 0
        assert (await salesbot("settle", str(arrived.delivery_id)))[0] == 0
        code, told = await salesbot("resend", str(arrived.delivery_id))
        assert (code, "no doubt about it (409)" in told) == (1, True)
        code, told = await salesbot("resend", str(a_mail().delivery_id))
        assert (code, "there is no mail" in told) == (1, True)
        assert "0 mails" in (await salesbot("list", "--doubtful"))[1]
        assert "0 mails" in (await salesbot("parked"))[1]
        code, told = await salesbot("answer", str(again.delivery_id))
        assert (code, "there is no mail" in told) == (1, True)

    statuses = {each.recipient: each.status for each in await outbox.listed(doubtful=False, limit=9)}
    assert statuses == {"dana@clinic.example": "waiting", "lee@clinic.example": "sent"}
    monkeypatch.setenv("MAILER_URL", "http://127.0.0.1:9")
    assert "does not answer" in (await salesbot("list"))[1]
