"""No mail twice and none lost, when the mailer is killed around the moment at which the server has a mail."""

import asyncio
import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import structlog

from chassis.clock import utc_now
from services.gateway.mailer.adapters import PostgresOutbox
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import HASHES, LEASE, a_mail, send_until_killed
from tests.support.waiting import STEP_S, until

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.outgoing_mails"])
KILLS = 50


class Victim:
    """A mailer that is started again whenever it was killed."""

    def __init__(self, database_url: str, smtp_url: str, at_once: int, folder: Path | None) -> None:
        self._args = (database_url, smtp_url, at_once, folder)
        self._process: BaseProcess | None = None
        self.kills = 0

    def live(self) -> None:
        """Start it unless it lives."""
        if self._process is None or not self._process.is_alive():
            self._process = _FORKS.Process(target=send_until_killed, args=self._args, daemon=True)
            self._process.start()

    def kill(self) -> None:
        """With a signal that it cannot handle; a process is killed once."""
        process = self._process
        if process is not None and process.pid is not None and process.is_alive() and self.kills < KILLS:
            os.kill(process.pid, signal.SIGKILL)
            self.kills += 1

    def end(self) -> None:
        """Kill it for the last time."""
        if self._process is not None:
            self._process.kill()
            self._process.join(10)


def soon(do: Callable[[], None], *, within_s: float, chance: random.Random) -> Callable[[], None]:
    """Do it at a random moment after being called, in every other case."""

    def begin() -> None:
        if chance.random() < 0.7:
            delay_s = chance.uniform(0, within_s) if chance.random() < 0.8 else 0.0
            threading.Timer(delay_s, do).start() if delay_s else do()

    return begin


@pytest.mark.slow
@pytest.mark.parametrize("moment", [("the server has it", 1), ("any", 4)])
async def test_a_mailer_that_is_killed_fifty_times_sends_every_mail_once(
    engine, mail_server: MailServer, tmp_path: Path, moment: tuple[str, int]
) -> None:
    outbox = PostgresOutbox(engine, HASHES, utc_now, lease=LEASE)
    database_url = engine.url.render_as_string(hide_password=False)
    when, at_once = moment
    victim, chance = Victim(database_url, mail_server.url, at_once, tmp_path), random.Random(when)
    # In the thread of the server: as soon as it has the mail, or at some time from the first command on.
    if when == "any":
        mail_server.on_recipient = soon(victim.kill, within_s=0.02, chance=chance)
    else:
        mail_server.on_mail = soon(victim.kill, within_s=0.004, chance=chance)
    addresses, deadline = list[str](), time.monotonic() + 200
    while victim.kills < KILLS or (await outbox.backlog()).waiting:
        assert time.monotonic() < deadline, f"{victim.kills} kills"
        victim.live()
        if victim.kills < KILLS and (await outbox.backlog()).waiting < 4:
            more = [f"{len(addresses) + n}@clinic.example" for n in range(8)]
            await outbox.add([a_mail(address) for address in more])
            addresses += more
        await asyncio.sleep(STEP_S)

    doubtful = {each.recipient: each for each in await outbox.listed(doubtful=True, limit=1000)}
    assert {len(mail_server.boxes[address]) for address in addresses} <= {0, 1}
    missing = {address for address in addresses if not mail_server.boxes[address]}
    # The journal tells of a mail that was not sent, unless the kill came between its note and that end.
    assert missing <= doubtful.keys()
    assert len(missing) <= (1 if when == "any" else 0)
    for address in missing:
        await outbox.resend(doubtful[address].delivery_id)
    victim.live()
    await until(lambda: all(len(mail_server.boxes[address]) == 1 for address in addresses))
    victim.end()
    figures = f"{len(addresses)} mails, {len(doubtful)} doubtful, {len(missing)} of them not sent before"
    structlog.get_logger().info("killed", figures=figures)
