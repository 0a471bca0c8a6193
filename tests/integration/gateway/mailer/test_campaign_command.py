"""`salesbot campaign` asks for the mails of a list, says why not line by line, and can be run again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from chassis.problems import install_problem_handlers
from devstack import campaign as campaign_command
from devstack.cli import app as command
from devstack.errors import MailerUnreachable
from devstack.ports import LOOPBACK, free_port
from services.gateway.mailer.adapters import PostgresOutbox
from services.gateway.mailer.api.campaigns import campaign_routes
from services.gateway.mailer.usecases.campaigning import queue_campaign_mail
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.integration.gateway.mailer.test_campaigns import Campaign, a_campaign
from tests.support.waiting import until

Say = Callable[..., Coroutine[None, None, tuple[int, str, str]]]
OPTIONS = ("--campaign", "spring", "--template", "first_touch")


@pytest.fixture
def campaign(engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> Campaign:
    return a_campaign(engine, outbox, clock)


@pytest.fixture
async def say(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Say]:
    mailer, port = FastAPI(), free_port()
    mailer.include_router(campaign_routes(campaign.ports))
    install_problem_handlers(mailer)
    server = uvicorn.Server(
        uvicorn.Config(mailer, host=LOOPBACK, port=port, log_level="warning", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    monkeypatch.setenv("MAILER_URL", f"http://{LOOPBACK}:{port}")

    async def said(*words: str) -> tuple[int, str, str]:
        result = await asyncio.to_thread(CliRunner().invoke, command, ["campaign", *words])
        for event in campaign.requests.published:
            await queue_campaign_mail(event, campaign.ports)
        campaign.requests.published.clear()
        return result.exit_code, result.stdout, result.stderr

    yield said
    server.should_exit = True
    await serving


def a_list(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "list.csv"
    path.write_text("\n".join(("email,first_name,company,language", *lines)), encoding="utf-8")
    return str(path)


async def test_a_dry_run_says_what_would_be_and_why_not(say: Say, campaign: Campaign, tmp_path: Path) -> None:
    await campaign.outbox.suppress("no@clinic.example", "opt_out")
    path = a_list(
        tmp_path,
        "dana@clinic.example,Dana,Clinic,",
        "DANA@clinic.example,Dana,,",
        "no@clinic.example,,,",
        "nonsense,,,",
        "lee@clinic.example,,,tlh",
        ",Kim,,",
        "ana@clinic.example,Ana,,es",
    )
    code, out, err = await say("send", path, *OPTIONS)

    assert code == 3
    assert out.splitlines()[:5] == [
        "line 3: DANA@clinic.example: stands in line 2",
        "line 4: no@clinic.example: wants no mails",
        "line 5: nonsense: is no address",
        "line 6: lee@clinic.example: the playbook lacks this language",
        "line 7: (empty): is no address",
    ]
    assert "The mail of line 2:" in out
    assert "Subject: One office task less at Clinic" in out
    assert "Hi Dana," in out
    assert "2 mails would be asked for, 5 lines refused" in err
    assert "nothing was sent" in err
    assert await campaign.send() == []


async def test_what_is_sent_twice_is_sent_once(say: Say, campaign: Campaign, tmp_path: Path) -> None:
    path = a_list(tmp_path, *(f"{n}@clinic.example,,," for n in range(250)))
    code, out, err = await say("send", path, *OPTIONS, "--send", "--language", "fr")
    assert (code, out) == (0, "")
    assert "250 mails are asked for, 0 lines refused" in err
    code, out, err = await say("send", path, *OPTIONS, "--send")
    assert code == 3
    assert "0 mails are asked for, 250 lines refused (250 already_asked)" in err

    sent = [claim for _ in range(3) for claim in await campaign.send()]
    assert len({claim.delivery.recipient for claim in sent}) == len(sent) == 250
    code, out, _ = await say("status", "spring")
    assert out.splitlines()[1].split() == ["first_touch", "250", "0", "0", "250", "0", "0", "0", "0", "0"]
    assert '"sent": 250' in (await say("status", "spring", "--json"))[1]


async def test_after_a_failure_in_the_middle_the_same_command_goes_on(
    say: Say, campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_list(tmp_path, *(f"{n}@clinic.example,,," for n in range(250)))
    ask = campaign_command._MAILER.ask
    away = MailerUnreachable("the mailer does not answer")
    # The first run gives up at its third batch, after two pauses; a busy mailer is asked again.
    failures: dict[int, BaseException] = {1: away, 4: away, 5: away, 6: away, 8: KeyboardInterrupt()}
    asked = 0

    def failing(_self: object, *given: object) -> object:
        nonlocal asked
        asked += 1
        if asked in failures:
            raise failures[asked]
        return ask(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(campaign_command._MAILER), "ask", failing)
    monkeypatch.setattr(campaign_command, "_PAUSES_S", (0.0, 0.0))
    code, _, err = await say("send", path, *OPTIONS, "--send")
    assert code == 1
    assert "(behind line 101; run the same command again" in err
    code, _, err = await say("send", path, *OPTIONS, "--send")
    assert code == 130
    assert "interrupted behind line 51" in err
    code, _, err = await say("send", path, *OPTIONS, "--send")
    assert "150 mails are asked for, 100 lines refused (100 already_asked)" in err

    sent = [claim.delivery.recipient for _ in range(3) for claim in await campaign.send()]
    assert len(set(sent)) == len(sent) == 250


async def test_a_campaign_is_stopped_by_its_name_and_goes_on_when_somebody_says_so(
    say: Say, campaign: Campaign, tmp_path: Path
) -> None:
    path = a_list(tmp_path, *(f"{n}@clinic.example,,," for n in range(3)))
    await say("send", path, *OPTIONS, "--send")
    for _ in range(2):
        code, out, _ = await say("stop", "spring", "--by", "kim")
        assert (code, out) == (0, "spring was stopped by kim: 3 mails are held back, 0 were sent\n")
    assert await campaign.send() == []
    for more in ((), ("--send",)):
        code, _, err = await say("send", path, *OPTIONS, *more)
        assert code == 1
        told = "campaign 'spring' was stopped by kim, 2026-03-02 09:00 UTC: `salesbot campaign resume spring`"
        assert told in err
    _, out, _ = await say("status", "spring")
    told, _, _, counts = out.splitlines()
    assert told.startswith("spring was stopped by kim, 2026-03-02")
    assert counts.split() == ["first_touch", "3", "0", "3", "0", "0", "0", "0", "0", "0"]

    assert (await say("resume", "spring"))[1] == "spring goes on: 3 mails wait\n"
    assert len(await campaign.send()) == 3
    # Nothing is known of this one yet: what was asked for may be on its way.
    assert (await say("stop", "autumn"))[1].endswith("0 mails are held back, 0 were sent\n")
    assert (await say("status", "autumn"))[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("send", "/nowhere.csv", *OPTIONS), 2, "cannot be read"),
        (("send", "{list}", "--campaign", "spring", "--template", "spam"), 1, "refuses"),
        (("send", "{list}", "--campaign", "Spring Sale", "--template", "first_touch"), 1, "refuses"),
        (("status", "nothing"), 1, "no mail of campaign 'nothing' was asked for"),
    ],
)
async def test_what_cannot_be_is_told_in_one_line(
    say: Say, tmp_path: Path, *, words: tuple[str, ...], code: int, reason: str
) -> None:
    path = a_list(tmp_path, "dana@clinic.example,,,")
    ended, _, err = await say(*(word.format(list=path) for word in words))
    assert ended == code
    assert reason in err.splitlines()[-1]
    assert "Traceback" not in err
